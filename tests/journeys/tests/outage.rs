//! A system that is killed in the middle of a delivery costs nobody a post.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use shared::domain::{
    feed::Position,
    ids::{TopicId, UserId},
    people::{Handle, Notify, Profile},
};

use crate::{
    places::everywhere,
    spark::{LocalSpark, Spark, ids, topics},
};

everywhere!(posts_are_in_feeds_while_their_delivery_has_not_begun);

const FOLLOWERS: usize = 150;
const POSTS: usize = 4;

fn follower(number: usize) -> UserId {
    UserId::parse(&format!("follower{number:03}")).unwrap()
}

/// Loads the followers of the author, beside the API.
async fn gather(spark: &LocalSpark, author: &str) {
    let now = spark.cloud.clock().now();
    let author = UserId::parse(author).unwrap();
    let profiles: Vec<_> = (0..FOLLOWERS)
        .map(|number| Profile {
            id: follower(number),
            handle: Handle::parse(follower(number).as_str()).unwrap(),
            display_name: format!("Follower {number}"),
            bio: String::new(),
            avatar: None,
            // None of the author's topic, so that only the follow brings the posts.
            interests: topics(12)[5..]
                .iter()
                .map(|id| TopicId::parse(id).unwrap())
                .collect(),
            notify: Notify::default(),
            followers: 0,
            following: 1,
            posts: 0,
            joined_at: now,
        })
        .collect();
    let edges: Vec<_> = (0..FOLLOWERS)
        .map(|number| (follower(number), author.clone()))
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
    let reader = follower(number);
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
        let token = spark.token(follower(number).as_str(), &[]).await;
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
