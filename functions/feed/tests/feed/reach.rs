//! To how many a post came.

use domain::{
    feeds::{Plan, Ranges, SIZES},
    people::Profile,
};
use serde_json::json;
use shared::store::Reach;

use super::*;

async fn reach(http: &Http, post: &Post, token: &str) -> Value {
    let path = format!("/v1/posts/{}/reach", post.id);
    http.get(&path).token(token).send().await.expect(200).json()
}

#[tokio::test]
async fn reach_counts_who_waits_while_a_post_is_open_and_who_pulls_once_it_is_closed() {
    let world = World::new().await;
    let (http, meter) = metered(&world);
    let ana = world.member("ana").await;
    let store = world.store();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    let profile = Profile {
        followers: 1_200,
        ..profile
    };
    store
        .load_people(&[profile], &[], world.now())
        .await
        .unwrap();
    let post = world.published_post("ana").await;
    meter.take();
    let shape = |delivered: u64, pulled: u64, waiting: u64| {
        let followers = delivered + pulled + waiting;
        json!({"followers": followers, "delivered": delivered, "pulled": pulled, "waiting": waiting})
    };
    assert_eq!(reach(&http, &post, &ana.token).await, shape(0, 0, 1_200));

    let (now, plan) = (world.now(), Plan::of(1_100, SIZES));
    let plan = store.plan_delivery(post.id, plan, now).await.unwrap();
    let ranges = Ranges {
        count: plan.ranges,
        block: SIZES.block,
    };
    store
        .note_range(post.id, ranges, 2, 300, now)
        .await
        .unwrap();
    store
        .note_range(post.id, ranges, 0, 250, now)
        .await
        .unwrap();
    meter.take();
    assert_eq!(reach(&http, &post, &ana.token).await, shape(550, 0, 550));
    let used = meter.take();
    assert!(used.rcu <= 3.0 && used.rounds <= 2, "{used:?}");

    let came = Reach {
        followers: 1_100,
        delivered: 900,
    };
    store.note_reach(post.id, came).await.unwrap();
    assert_eq!(reach(&http, &post, &ana.token).await, shape(900, 200, 0));
}

#[tokio::test]
async fn reach_is_told_to_the_author_alone() {
    let world = World::new().await;
    let http = feeds(&world);
    let (ana, ben) = (world.member("ana").await, world.member("ben").await);
    let post = world.published_post("ana").await;
    let path = format!("/v1/posts/{}/reach", post.id);
    http.get(&path).send().await.expect(401);
    let nobody = world.token("nobody", &[]);
    let refused = http.get(&path).token(&nobody).send().await.expect(403);
    assert_eq!(refused.problem(), "not-joined");
    let refused = http.get(&path).token(&ben.token).send().await.expect(403);
    assert_eq!(refused.problem(), "not-owner");
    http.get(&path).token(&ana.token).send().await.expect(200);
    for unknown in ["01KAJ6Z7S0000000000000000A", "no-post"] {
        let path = format!("/v1/posts/{unknown}/reach");
        http.get(&path).token(&ana.token).send().await.expect(404);
    }
    let deleted = world.store().delete_post(&ana.id, &post).await;
    assert!(deleted.unwrap());
    http.get(&path).token(&ana.token).send().await.expect(404);
}
