//! A crowd that comes and goes, and what somebody earns by being liked, across the functions.

use domain::{
    engagement::{Count, Heat},
    ids::PostId,
};
use futures::future::join_all;
use harness::{Member, World};
use jiff::SignedDuration;

use crate::begin;

/// Has the relay tell what happened, and rollup work off what is due, until nothing is.
async fn work_off(world: &World, seen: &mut Option<String>) {
    let context = world.context();
    loop {
        let (event, last) = world.stream_after(seen.as_deref());
        if last == *seen {
            return;
        }
        *seen = last;
        let told = relay::handle(&relay::App::new(&context), event).await;
        assert!(told.batch_item_failures.is_empty());
        let due = world.receive_event("rollup").await;
        let done = rollup::handle(&rollup::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty());
        for queue in ["fanout", "notifier", "photos", "janitor"] {
            world.receive_all(queue).await;
        }
    }
}

/// What is due a minute later.
async fn a_minute_later(world: &World) {
    world.advance(SignedDuration::from_mins(1));
    let due = world.receive_event("rollup").await;
    let done = rollup::handle(&rollup::App::new(&world.context()), due).await;
    assert!(done.batch_item_failures.is_empty());
}

async fn heat(world: &World, post: PostId) -> Heat {
    let post = world.store().post_now(post).await.unwrap();
    post.unwrap().heat()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_come_and_half_of_them_go_and_what_is_left_is_counted_once() {
    let (world, _ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let path = format!("/v1/posts/{post}/smile");
    let joining = (0..200).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people: Vec<Member> = join_all(joining).await;
    let twice = people.iter().chain(&people);
    let smiles = twice.map(|fan| http.put(&path).token(&fan.token).send());
    for answer in join_all(smiles).await {
        answer.expect(204);
    }
    let mut seen = None;
    work_off(&world, &mut seen).await;
    assert!(heat(&world, post).await.is_hot());
    assert_eq!(world.delayed("rollup").await, 1);
    // A crowd was there in the first minute, and is there in the second: half of it goes.
    a_minute_later(&world).await;
    let back = people.iter().take(100);
    let back = back.map(|fan| http.delete(&path).token(&fan.token).send());
    for answer in join_all(back).await {
        answer.expect(204);
    }
    a_minute_later(&world).await;
    assert!(heat(&world, post).await.is_hot());
    assert_eq!(world.counted(post, Count::Smiles).await, 100);
    a_minute_later(&world).await;
    assert!(!heat(&world, post).await.is_hot());
    assert_eq!(world.counted(post, Count::Smiles).await, 100);
    let cold = world.store().post_now(post).await.unwrap().unwrap();
    assert_eq!((cold.smiles, cold.earned), (100, 22));
    work_off(&world, &mut seen).await;
    assert_eq!(world.delayed("rollup").await, 0);
    world.advance(SignedDuration::from_mins(1));
    assert!(world.receive_all("rollup").await.is_empty());
}

#[tokio::test]
async fn who_is_liked_for_five_posts_wears_the_badge_wherever_they_are_shown_until_it_is_taken() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let http = world.serve(engagement::router(&world.context()));
    let posting = world.serve(posting::router(&world.context()));
    let onboarding = world.serve(onboarding::router(&world.context()));
    let mut people = Vec::new();
    for n in 0..10 {
        people.push(world.member(&format!("fan{n}")).prime().await);
    }
    let badges = async |post: PostId| {
        let profile = onboarding.get("/v1/users/ana").send().await.expect(200);
        let post = posting.get(&format!("/v1/posts/{post}")).send().await;
        let shown = post.expect(200).json()["author"]["badges"].clone();
        assert_eq!(profile.json()["badges"], shown);
        shown
    };
    let (mut posts, mut seen) = (Vec::new(), None);
    for _ in 0..5 {
        let post = world.published_post("ana").await.id;
        posts.push(post);
        work_off(&world, &mut seen).await;
        assert_eq!(badges(post).await, serde_json::json!([]));
        for fan in &people {
            let smile = http.put(&format!("/v1/posts/{post}/smile"));
            smile.token(&fan.token).send().await.expect(204);
        }
    }
    work_off(&world, &mut seen).await;
    assert_eq!(badges(posts[0]).await, serde_json::json!(["enthusiast"]));
    for (index, shown) in [(4, true), (3, false)] {
        let delete = posting.delete(&format!("/v1/posts/{}", posts[index]));
        delete.token(&ana.token).send().await.expect(204);
        work_off(&world, &mut seen).await;
        let expected = if shown { vec!["enthusiast"] } else { vec![] };
        assert_eq!(badges(posts[0]).await, serde_json::json!(expected));
    }
}
