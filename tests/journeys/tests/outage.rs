//! A system that is killed in the middle of a delivery costs nobody a post.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::Position,
    ids::TopicId,
    people::{Handle, Profile},
};
use jiff::SignedDuration;
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

pub async fn posts_are_in_feeds_while_their_delivery_has_not_begun(spark: &Spark) {
    let name = spark.name("ana");
    let author = spark.member(&name).await;
    let reader = spark.member(&spark.name("ben")).await;
    let follow = format!("/v1/users/{name}/follow");
    spark.put(&follow, &reader).await.expect(204);
    spark.settle().await;
    let post = spark.story(&author, "Just now").await;
    let feed = spark.all_ours("/v1/feed", &reader).await;
    assert_eq!(ids(&feed), [post.as_str()], "at once");
    spark.settle().await;
    let feed = spark.all_ours("/v1/feed", &reader).await;
    assert_eq!(ids(&feed), [post.as_str()], "once all has settled");
}
