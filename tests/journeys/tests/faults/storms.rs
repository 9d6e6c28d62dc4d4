//! Very many at one thing at once, at a table where their writes meet: all are answered well, and every
//! count is exact.

use std::time::Duration;

use data_plane::Contention;
use domain::{engagement::Count, feeds::HashRange};
use futures::future::join_all;
use harness::{Answer, Fault, Faults, Http, Member, World};
use serde_json::json;
use shared::aws::deadline::REQUEST;

use crate::user;

/// As many as press a button in the same moment.
const CALLERS: usize = 200;

async fn people(world: &World, count: usize) -> Vec<Member> {
    let joining = (0..count).map(async |n| world.member(&format!("fan{n}")).prime().await);
    join_all(joining).await
}

/// How often each status was answered, in the order of the statuses.
fn statuses(answers: &[Answer]) -> Vec<(u16, usize)> {
    let mut counted = std::collections::BTreeMap::new();
    for answer in answers {
        *counted.entry(answer.status.as_u16()).or_default() += 1;
    }
    counted.into_iter().collect()
}

fn engagement(world: &World) -> Http {
    world.serve(engagement::router(&world.context()))
}

async fn smile_at_once(world: &World, callers: usize) {
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    let (people, http) = (people(world, callers).await, engagement(world));
    let path = format!("/v1/posts/{post}/smile");
    let smiles = people
        .iter()
        .map(|fan| http.put(&path).token(&fan.token).send());
    let answers = join_all(smiles).await;
    assert_eq!(statuses(&answers), [(204, callers)]);
    assert_eq!(world.counted(post, Count::Smiles).await, callers as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_smiles_at_one_post_at_once_are_all_counted() {
    smile_at_once(&World::contended().await, CALLERS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn smiles_at_one_post_are_all_counted_where_one_call_in_twenty_is_throttled() {
    let throttling = Contention {
        throttled: 50,
        ..Contention::default()
    };
    smile_at_once(&World::on(Some(throttling)).await, CALLERS / 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_who_want_one_handle_at_once_one_gets_it_and_all_others_hear_so() {
    let world = World::contended().await;
    let http = world.serve(onboarding::router(&world.context()));
    let joining = json!({
        "display_name": "Wanted", "handle": "wanted",
        "interests": ["coffee", "cats", "gardening", "photography", "books"],
        "notify": {"posts": true, "replies": true},
    });
    let joins = (0..CALLERS).map(|n| {
        let token = world.token(&format!("user-{n}"), &[]);
        http.post("/v1/me")
            .token(token)
            .json(joining.clone())
            .send()
    });
    let answers = join_all(joins).await;
    assert_eq!(statuses(&answers), [(201, 1), (409, CALLERS - 1)]);
    let winner = answers.iter().find(|answer| answer.status == 201);
    let winner = winner.map(|won| won.json()["id"].clone());
    let profile = http.get("/v1/users/wanted").send().await.json();
    assert_eq!(Some(&profile["id"]), winner.as_ref());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_follow_somebody_at_once_who_changes_their_profile_meanwhile() {
    let world = World::contended().await;
    let ana = world.member("ana").await;
    let (people, http) = (people(&world, CALLERS).await, engagement(&world));
    let profile = world.serve(onboarding::router(&world.context()));
    let follows = people
        .iter()
        .map(|fan| http.put("/v1/users/ana/follow").token(&fan.token).send());
    let changes = (0..20).map(|n| {
        let change = json!({ "display_name": format!("Ana {n}") });
        profile
            .patch("/v1/me")
            .token(&ana.token)
            .json(change)
            .send()
    });
    let (followed, changed) = futures::join!(join_all(follows), join_all(changes));
    assert_eq!(statuses(&followed), [(204, CALLERS)]);
    assert_eq!(statuses(&changed), [(200, 20)]);
    let now = world.profile(&user("ana")).await;
    assert_eq!(now.followers, CALLERS as u64);
    let store = world.store();
    let fans = store.fans_between(&ana.id, HashRange::WHOLE, world.now());
    assert_eq!(fans.await.expect("fans").len(), CALLERS);
}

/// The clock stands still but for what is waited for, once the world is made.
#[tokio::test]
async fn a_table_that_throttles_without_end_is_told_of_in_time_and_with_when_to_come_again() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let post = world.published_post("ana").await.id;
    for fault in [Fault::Throttled, Fault::Conflict, Fault::NotReached] {
        let faults = Faults::after(0, fault);
        let context = faults.attach(&world.context());
        let onboarding = world.serve(onboarding::router(&context));
        let engagement = world.serve(engagement::router(&context));
        let name = onboarding
            .patch("/v1/me")
            .json(json!({"display_name": "Ana"}));
        let smile = engagement.put(&format!("/v1/posts/{post}/smile"));
        // The issuer's keys are fetched while time passes by itself.
        for http in [&onboarding, &engagement] {
            let nowhere = http.get("/nowhere").token(&ana.token);
            nowhere.send().await.expect(404);
        }
        tokio::time::pause();
        for request in [name, smile] {
            let began = tokio::time::Instant::now();
            let answer = request.token(&ana.token).send().await;
            let took = began.elapsed();
            assert_eq!(answer.clone().expect(503).problem(), "unavailable");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert!(took <= REQUEST, "{fault:?}: {took:?}");
            assert!(
                took > REQUEST - Duration::from_secs(1),
                "{fault:?}: {took:?}"
            );
        }
        tokio::time::resume();
        assert!(faults.met(fault) >= 20, "{fault:?}");
    }
}
