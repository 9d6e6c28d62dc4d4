//! Counts under a crowd (ENGAGEMENT 4-8): no call fails, and every read tells what stood while it was made.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use domain::engagement::Count;
use futures::{
    future::join_all,
    stream::{self, StreamExt},
};
use harness::Member;

use crate::begin;

#[tokio::test(flavor = "multi_thread")]
async fn every_read_during_a_storm_tells_a_count_that_stood_between_its_begin_and_its_end() {
    let (world, _ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let path = format!("/v1/posts/{post}/smile");
    let joining = (0..120).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people: Vec<Member> = join_all(joining).await;
    let (begun, ended) = (AtomicU64::new(0), AtomicU64::new(0));
    let posting = world.serve(posting::router(&world.context()));
    let smiles = stream::iter(&people).for_each_concurrent(60, async |fan| {
        begun.fetch_add(1, SeqCst);
        for _ in 0..2 {
            http.put(&path).token(&fan.token).send().await.expect(204);
        }
        ended.fetch_add(1, SeqCst);
    });
    let reads = async {
        let mut reads = 0;
        while ended.load(SeqCst) < people.len() as u64 {
            let least = ended.load(SeqCst);
            let read = posting.get(&format!("/v1/posts/{post}")).send().await;
            let most = begun.load(SeqCst);
            let told = read.expect(200).json()["counts"]["smiles"]
                .as_u64()
                .unwrap();
            assert!(
                (least..=most).contains(&told),
                "{told} of {least} to {most}"
            );
            reads += 1;
        }
        reads
    };
    let ((), reads) = futures::join!(smiles, reads);
    assert!(reads > 0, "the storm was over before anything was read");
    assert_eq!(world.counted(post, Count::Smiles).await, 120);

    // Half of them take it back, all at once; each is told to have smiled, or not.
    let back = people
        .iter()
        .take(60)
        .map(|fan| http.delete(&path).token(&fan.token).send());
    for answer in join_all(back).await {
        answer.expect(204);
    }
    assert_eq!(world.counted(post, Count::Smiles).await, 60);
    let post_now = world.store().post_now(post).await.unwrap().unwrap();
    assert!(post_now.heat().is_hot());
    for (n, fan) in people.iter().enumerate() {
        assert_eq!(world.smiled(&fan.id, post).await, n >= 60, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_a_crowd_follows_and_leaves_has_as_many_followers_as_are_left() {
    let (world, ana, http) = begin().await;
    let joining = (0..100).map(async |n| world.member(&format!("fan{n}")).await);
    let people: Vec<Member> = join_all(joining).await;
    let path = "/v1/users/ana/follow";
    let follows = people
        .iter()
        .map(|fan| http.put(path).token(&fan.token).send());
    for answer in join_all(follows).await {
        answer.expect(204);
    }
    assert!(world.store().member(&ana.id).await.unwrap().heat().is_hot());
    assert_eq!(world.profile(&ana.id).await.followers, 100);
    let leave = people
        .iter()
        .take(30)
        .map(|fan| http.delete(path).token(&fan.token).send());
    for answer in join_all(leave).await {
        answer.expect(204);
    }
    assert_eq!(world.profile(&ana.id).await.followers, 70);
    let onboarding = world.serve(onboarding::router(&world.context()));
    let seen = onboarding
        .get("/v1/users/ana")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(seen["counts"]["followers"], 70);

    // What she reads of herself is what a change is bound to, and what it answers.
    let mine = onboarding.get("/v1/me").token(&ana.token).send().await;
    let tag = mine.expect(200).header("etag").unwrap().to_owned();
    let change = onboarding.patch("/v1/me").token(&ana.token);
    let change = change.header("if-match", &tag);
    let changed = change
        .json(serde_json::json!({"bio": "Hello"}))
        .send()
        .await;
    assert_eq!(changed.expect(200).json()["counts"]["followers"], 70);
}
