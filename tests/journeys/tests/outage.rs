//! A system that is killed in the middle of a delivery costs nobody a post.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::Position,
    ids::TopicId,
    people::{Handle, Profile},
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use shared::keys;

use crate::{
    places::everywhere,
    spark::{LocalSpark, Spark, ids, topics},
};

everywhere!(posts_are_in_feeds_while_their_delivery_has_not_begun);

const FOLLOWERS: usize = 150;
const POSTS: usize = 4;

fn follower(number: usize) -> String {
    format!("follower{number:03}")
}

/// Loads the followers of the author, beside the API.
async fn gather(spark: &LocalSpark, author: &str) {
    let now = spark.cloud.clock().now();
    let author = spark.user(author);
    let profiles: Vec<_> = (0..FOLLOWERS)
        .map(|number| {
            // None of the author's topic, so that only the follow brings the posts.
            let interests = topics(12).split_off(5).into_iter();
            let interests = interests.map(|id| TopicId::parse(id).unwrap());
            let (id, name) = (spark.user(&follower(number)), format!("Follower {number}"));
            let handle = Handle::parse(&follower(number)).unwrap();
            let profile = Profile::new(id, handle, name, interests.collect(), now);
            Profile {
                following: 1,
                ..profile
            }
        })
        .collect();
    let edges: Vec<_> = (0..FOLLOWERS)
        .map(|number| (spark.user(&follower(number)), author.clone()))
        .collect();
    let store = spark.store();
    store.load_people(&profiles, &edges, now).await.unwrap();
    spark.settle().await;
}

/// How often each post is in a follower's timeline.
async fn delivered(spark: &LocalSpark, number: usize) -> BTreeMap<String, usize> {
    let now = spark.cloud.clock().now();
    let (newest, oldest) = (
        Position::end_of(now),
        Position::start_of(now - SignedDuration::from_hours(24)),
    );
    let store = spark.store();
    let reader = spark.user(&follower(number));
    let timeline = store.timeline(&reader, newest, oldest, 1_000);
    let mut counts = BTreeMap::new();
    for entry in timeline.await.unwrap() {
        *counts.entry(entry.at.post.to_string()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_delivery_loses_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let spark = LocalSpark::on(dir.path()).await;
    let author = spark.member("ana").await;
    gather(&spark, "ana").await;
    let mut posts = Vec::new();
    for number in 0..POSTS {
        posts.push(spark.story(&author, &format!("Story {number}")).await);
    }
    // Until the first follower has something; the last ones hardly can.
    while delivered(&spark, 0).await.is_empty() {}
    spark.kill().await;

    let spark = LocalSpark::on(dir.path()).await;
    for number in (0..FOLLOWERS).step_by(10) {
        let token = spark.token(&follower(number), &[]).await;
        let feed = spark.get("/v1/feed", &token).await.expect(200);
        let items = feed["items"].as_array().unwrap();
        let mut seen = ids(items);
        seen.sort_unstable();
        let mut expected = posts.clone();
        expected.sort();
        assert_eq!(seen, expected, "right after the start, follower {number}");
    }
    spark.settle().await;
    let expected: BTreeMap<_, _> = posts.iter().map(|post| (post.clone(), 1)).collect();
    for number in 0..FOLLOWERS {
        assert_eq!(
            delivered(&spark, number).await,
            expected,
            "follower {number}"
        );
    }
    let now = spark.cloud.clock().now();
    let open = spark.store().open_posts(now).await.unwrap();
    assert!(open.is_empty(), "{open:?}");
    let status = spark.cloud.status().await.unwrap();
    assert!(
        status.queues.iter().all(|queue| queue.dead == 0),
        "{status:?}"
    );
}

#[tokio::test]
async fn a_post_whose_delivery_was_lost_is_delivered_once_the_janitor_has_looked() {
    let spark = LocalSpark::start().await;
    let author = spark.member("ana").await;
    gather(&spark, "ana").await;
    let post = spark.story(&author, "Lost on the way").await;
    spark.settle().await;
    lose(&spark, "ana", 7).await;
    assert!(delivered(&spark, 7).await.is_empty());

    spark.let_pass(SignedDuration::from_mins(9)).await;
    spark.settle().await;
    assert!(delivered(&spark, 7).await.is_empty(), "it may be under way");
    spark.let_pass(SignedDuration::from_mins(6)).await;
    spark.settle().await;
    assert_eq!(delivered(&spark, 7).await, [(post, 1)].into());
    let open = spark.store().open_posts(spark.cloud.clock().now()).await;
    assert!(open.unwrap().is_empty());
}

/// Makes the table what it was before an author's only post reached a follower.
async fn lose(spark: &LocalSpark, author: &str, number: usize) {
    let author = spark.user(author);
    let (posts, _) = spark.store().posts_by(&author, None, 1).await.unwrap();
    let at = posts[0].at;
    let context = spark.cloud.context();
    let delete = context.dynamodb.delete_item();
    let delete = delete.table_name(context.config.table());
    let delivery = keys::timeline(&spark.user(&follower(number)), at).attributes();
    delete.set_key(Some(delivery)).send().await.unwrap();
    let put = context
        .dynamodb
        .put_item()
        .table_name(context.config.table());
    let put = put.set_item(Some(keys::open(at).attributes()));
    let put = put.item("author", AttributeValue::S(author.to_string()));
    let put = put.item("topics", AttributeValue::L(Vec::new()));
    put.send().await.unwrap();
}

/// What stands still in turn.
const WORKERS: [&str; 4] = ["fanout", "relay", "rollup", "janitor"];

#[tokio::test]
async fn whichever_worker_stands_still_every_post_is_in_its_readers_next_read_and_there_once_on_return()
 {
    for worker in WORKERS {
        let spark = LocalSpark::start().await;
        let name = spark.name("ana");
        let follow = format!("/v1/users/{name}/follow");
        let ana = spark.member(&name).await;
        let readers = [spark.member("ben").await, spark.member("cleo").await];
        let later = spark.member("dan").await;
        spark.put(&follow, &readers[0]).await.expect(204);
        let before = spark.story(&ana, "Before").await;
        spark.settle().await;
        // Whoever reads has a book from before.
        for reader in &readers {
            let feed = spark.all_ours("/v1/feed", reader).await;
            assert_eq!(ids(&feed), [before.as_str()], "{worker}");
        }

        spark.pause(worker, true);
        let mut newest_first = vec![before];
        for number in 0..3 {
            let story = spark.story(&ana, &format!("Story {number}")).await;
            newest_first.insert(0, story);
        }
        spark.put(&follow, &later).await.expect(204);
        let wall = format!("/v1/topics/{}/posts", topics(1)[0]);
        let count = newest_first.len();
        let in_every = async |when: &str| {
            for reader in readers.iter().chain([&later]) {
                let feed = spark.shown_soon("/v1/feed", reader, count).await;
                let mut feed = ids(&feed);
                feed.sort_unstable();
                let mut all: Vec<_> = newest_first.iter().map(String::as_str).collect();
                all.sort_unstable();
                assert_eq!(feed, all, "{worker}, {when}");
            }
            let shown = spark.shown_soon(&wall, &later, count).await;
            assert_eq!(ids(&shown), newest_first, "{worker}, {when}");
        };
        in_every("at once").await;
        let reach = format!("/v1/posts/{}/reach", newest_first[0]);
        let receipt = format!("/v1/feed/items/{}", newest_first[0]);
        let stage = async || {
            let told = spark.get(&receipt, &readers[0]).await.expect(200);
            told["stage"].as_str().unwrap_or_default().to_owned()
        };
        let waits = ["fanout", "relay"].contains(&worker);
        spark.settle().await;
        in_every("when all else has settled").await;
        let told = spark.get(&reach, &ana).await.expect(200);
        assert_eq!(
            told["waiting"].as_u64() > Some(0),
            waits,
            "{worker}: {told}"
        );
        let stands = if waits { "waiting" } else { "timeline" };
        assert_eq!(stage().await, stands, "{worker}");
        spark.let_pass(SignedDuration::from_hours(5)).await;
        spark.settle().await;
        in_every("hours later").await;
        let status = spark.cloud.status().await.unwrap();
        assert_eq!(status.paused, [worker]);

        spark.pause(worker, false);
        spark.let_pass(SignedDuration::from_mins(30)).await;
        spark.settle().await;
        in_every("on return").await;
        let told = spark.get(&reach, &ana).await.expect(200);
        assert_eq!(told["waiting"], 0, "{worker}: {told}");
        assert_eq!(stage().await, "timeline", "{worker}");
        let now = spark.cloud.clock().now();
        let open = spark.store().open_posts(now).await.unwrap();
        assert!(open.is_empty(), "{worker}: {open:?}");
        assert_eq!(spark.dead_letters().await, 0, "{worker}");
    }
}

#[tokio::test]
async fn an_edit_whose_message_was_lost_is_on_its_new_walls_at_once_and_once_the_janitor_has_looked()
 {
    let spark = LocalSpark::start().await;
    let ana = spark.member(&spark.name("ana")).await;
    let body = json!({"kind": "question", "text": "Which #tea goes with this?"});
    let post = spark.post("/v1/posts", &ana, &body).await.expect(201);
    let post = post["id"].as_str().unwrap();
    let (tea, cats) = ("/v1/topics/tea/posts", "/v1/topics/cats/posts");
    spark.shown(tea, &ana, 1).await;
    spark.shown(cats, &ana, 0).await;
    spark.let_pass(SignedDuration::from_hours(48)).await;
    spark.pause("fanout", true);
    let edit = json!({"text": "Which #cats go with this?", "topics": null});
    let patch = spark.call(Method::PATCH, &format!("/v1/posts/{post}"));
    spark
        .send(patch.bearer_auth(&ana).json(&edit))
        .await
        .expect(200);
    let shown = spark.shown_soon(cats, &ana, 1).await;
    assert_eq!(ids(&shown), [post]);
    // What tells of it is lost.
    spark.settle().await;
    let queues = spark.cloud.plane().queues();
    let mut lost = Vec::new();
    while lost.is_empty() {
        lost = queues.receive("FanoutQueue", 10, 0).await.unwrap();
    }
    assert_eq!(lost.len(), 1);
    let lost = &lost[0].receipt;
    queues.delete("FanoutQueue", lost).await.unwrap();
    spark.pause("fanout", false);
    assert_eq!(ids(&spark.shown(cats, &ana, 1).await), [post]);
    let open = async || {
        let now = spark.cloud.clock().now();
        spark.store().open_posts(now).await.unwrap().len()
    };
    assert_eq!(open().await, 1);
    spark.let_pass(SignedDuration::from_mins(16)).await;
    spark.settle().await;
    assert_eq!(open().await, 0);
    spark.let_pass(SignedDuration::from_mins(2)).await;
    assert_eq!(ids(&spark.shown(cats, &ana, 1).await), [post]);
    spark.shown(tea, &ana, 0).await;
}

pub async fn posts_are_in_feeds_while_their_delivery_has_not_begun(spark: &Spark) {
    let name = spark.name("ana");
    let author = spark.member(&name).await;
    let reader = spark.member(&spark.name("ben")).await;
    let follow = format!("/v1/users/{name}/follow");
    spark.put(&follow, &reader).await.expect(204);
    spark.settle().await;
    let post = spark.story(&author, "Just now").await;
    let feed = spark.shown_soon("/v1/feed", &reader, 1).await;
    assert_eq!(ids(&feed), [post.as_str()], "within three seconds");
    spark.settle().await;
    let feed = spark.all_ours("/v1/feed", &reader).await;
    assert_eq!(ids(&feed), [post.as_str()], "once all has settled");
}
