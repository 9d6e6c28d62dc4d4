//! New follows: posts have a way at every instant, whatever becomes of the back-fill.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use domain::{
    feeds::{Following, Position},
    ids::PostId,
};
use fanout::{App, handle};
use harness::{Fault, Faults, World, sqs_event, user};
use shared::queue::messages::{FanoutMessage, Followed};

/// A world in which `bo` follows `ana`, who has published two posts before.
async fn followed() -> (World, Vec<PostId>) {
    let world = World::new().await;
    world.member("ana").await;
    world.member("bo").await;
    let mut posts = Vec::new();
    for _ in 0..2 {
        posts.push(world.published_post("ana").await.id);
    }
    world.follow("bo", "ana").await;
    posts.sort();
    (world, posts)
}

fn message() -> String {
    let (reader, author) = (user("bo"), user("ana"));
    serde_json::to_string(&FanoutMessage::Followed(Followed { reader, author })).unwrap()
}

async fn following(world: &World) -> Following {
    world.store().own(&user("bo")).await.unwrap().following
}

async fn timeline(world: &World) -> Vec<PostId> {
    let oldest = Position::start_of(jiff::Timestamp::MIN);
    let newest = Position::end_of(jiff::Timestamp::MAX);
    let (store, bo) = (world.store(), user("bo"));
    let entries = store.timeline(&bo, newest, oldest, 100).await.unwrap();
    let mut posts: Vec<_> = entries.iter().map(|one| one.at.post).collect();
    posts.sort();
    posts
}

fn pulled() -> Following {
    [user("ana")].into_iter().collect()
}

fn pushed() -> Following {
    Following {
        pushed: [user("ana").hash()].into(),
        ..Following::default()
    }
}

#[tokio::test]
async fn an_author_is_pulled_until_the_back_fill_is_done_and_pushed_from_then_on() {
    let (world, posts) = followed().await;
    assert_eq!(following(&world).await, pulled());
    assert_eq!(timeline(&world).await, []);
    let app = App::new(&world.context());
    for _ in 0..2 {
        let answer = handle(&app, sqs_event(&[message()])).await;
        assert!(answer.batch_item_failures.is_empty());
        assert_eq!(following(&world).await, pushed());
        assert_eq!(timeline(&world).await, posts);
    }
}

#[tokio::test]
async fn a_back_fill_killed_after_any_of_its_calls_leaves_the_author_pulled_or_all_delivered() {
    for calls in 0.. {
        let (world, posts) = followed().await;
        let faults = Faults::after(calls, Fault::Killed);
        let app = App::new(&faults.attach(&world.context()));
        let survived = faults.run(handle(&app, sqs_event(&[message()]))).await;
        let now = following(&world).await;
        if now != pulled() {
            assert_eq!((now, timeline(&world).await), (pushed(), posts.clone()));
        }
        let app = App::new(&world.context());
        handle(&app, sqs_event(&[message()])).await;
        assert_eq!(following(&world).await, pushed(), "{calls}");
        assert_eq!(timeline(&world).await, posts, "{calls}");
        if survived.is_some() {
            // The edge, the posts, the delivery, and the edge with its place.
            assert_eq!(calls, 4);
            break;
        }
    }
}

/// A back-fill that is held after so many calls while the author is unfollowed, and followed again where `again`; then
/// it goes on. `true` when it had no more calls to make.
async fn overtaken(before: usize, again: bool) -> bool {
    let (world, posts) = followed().await;
    let faults = Faults::held_after(before);
    let app = App::new(&faults.attach(&world.context()));
    let mut worker = Box::pin(handle(&app, sqs_event(&[message()])));
    let ended = faults.run(&mut worker).await.is_some();
    world.unfollow(&user("bo"), &user("ana")).await;
    if again {
        world.follow("bo", "ana").await;
    }
    faults.go_on(usize::MAX);
    if !ended {
        let answer = worker.await;
        assert!(answer.batch_item_failures.is_empty(), "{before}");
    }
    let (store, now) = (world.store(), following(&world).await);
    let followers = store.followers_after(&user("ana"), None, 10).await;
    let followers = followers.unwrap().0;
    if again {
        assert_eq!(followers, [user("bo")], "{before}");
        if now != pulled() {
            assert_eq!((now, timeline(&world).await), (pushed(), posts), "{before}");
        }
    } else {
        assert!(now.is_empty() && followers.is_empty(), "{before}");
    }
    ended
}

#[tokio::test]
async fn an_unfollow_at_any_moment_of_the_back_fill_stays_one_and_another_follow_has_a_way() {
    for again in [false, true] {
        let mut before = 0;
        while !overtaken(before, again).await {
            before += 1;
        }
        assert_eq!(before, 4);
    }
}

#[tokio::test]
async fn a_back_fill_that_comes_late_does_not_touch_the_edge_of_another_follow() {
    let (world, _) = followed().await;
    let (store, bo, ana) = (world.store(), user("bo"), user("ana"));
    let mark = store.edge_mark(&bo, &ana).await.unwrap().unwrap();
    world.unfollow(&bo, &ana).await;
    world.follow("bo", "ana").await;
    let moved = store.name_as_pushed(&bo, &[(&ana, mark)]).await;
    assert!(!moved.unwrap());
    assert_eq!(following(&world).await, pulled());
}
