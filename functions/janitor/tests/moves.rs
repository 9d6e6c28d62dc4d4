//! Edges that go over from being pushed to being pulled, and back: at every instant posts have a way.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::BTreeSet;

use domain::{
    feeds::{Bucket, Entry, Following, HashRange, Position, Rate},
    ids::PostId,
    posts::Post,
};
use harness::{Fault, Faults, Meter, World, sqs_event, user};
use janitor::{App, work_off};
use jiff::SignedDuration;
use shared::{
    keys,
    queue::messages::{JanitorMessage, MovesPlanned, ReaderRated},
    read::Reads,
};

/// So many posts the author has published in the last days: often enough to be pulled by whoever sleeps.
const POSTS: usize = 12;

/// A world in which `bo` follows `ana`, by edges that push, and all is delivered.
async fn street() -> (World, Vec<Post>) {
    let world = World::new().await;
    world.member("bo").await;
    world.member("ana").await;
    let mut posts = Vec::new();
    for _ in 0..POSTS {
        posts.push(publish(&world).await);
        world.advance(SignedDuration::from_hours(12));
    }
    world.follow("bo", "ana").await;
    let (store, bo, ana) = (world.store(), user("bo"), user("ana"));
    let mark = store.edge_mark(&bo, &ana).await.unwrap().unwrap();
    store.back_fill(&bo, &ana, world.now()).await.unwrap();
    assert!(store.name_as_pushed(&bo, &[(&ana, mark)]).await.unwrap());
    (world, posts)
}

/// A post of hers that is delivered as it is now: to those to whom her posts are pushed.
async fn publish(world: &World) -> Post {
    let post = world.published_post("ana").await;
    let (store, entry) = (world.store(), Entry::of(&post).unwrap());
    let fans = store.fans_between(&post.author, HashRange::WHOLE, world.now());
    let deliveries: Vec<_> = fans
        .await
        .unwrap()
        .into_iter()
        .map(|reader| (reader, entry.clone()))
        .collect();
    store.deliver(&deliveries).await.unwrap();
    store.put_into_head(&entry, world.now()).await.unwrap();
    store.close(entry.at).await.unwrap();
    post
}

async fn following(world: &World) -> Following {
    world.store().own(&user("bo")).await.unwrap().following
}

/// What `bo` finds of hers, whichever way it comes.
async fn found(world: &World) -> BTreeSet<PostId> {
    let (store, bo) = (world.store(), user("bo"));
    let own = store.own(&bo).await.unwrap();
    let between = (
        Position::end_of(jiff::Timestamp::MAX),
        Position::start_of(jiff::Timestamp::MIN),
    );
    let reads = Reads::fresh(store.clone());
    let pulled = reads
        .pulled(&own.following.pulled, between, 40)
        .await
        .unwrap();
    let timeline = store
        .timeline(&bo, between.0, between.1, 100)
        .await
        .unwrap();
    let followed = own.following.hashes();
    let timeline = timeline.into_iter();
    let timeline = timeline.filter(|one| followed.contains(&one.author));
    timeline.chain(pulled).map(|one| one.at.post).collect()
}

fn ids<'p>(posts: impl IntoIterator<Item = &'p Post>) -> BTreeSet<PostId> {
    posts.into_iter().map(|post| post.id).collect()
}

fn rated() -> JanitorMessage {
    let reader = user("bo");
    JanitorMessage::ReaderRated(ReaderRated { reader })
}

fn planned(pull: bool) -> JanitorMessage {
    let (ana, none) = (vec![user("ana")], Vec::new());
    let (pull, push) = if pull { (ana, none) } else { (none, ana) };
    let reader = user("bo");
    JanitorMessage::MovesPlanned(MovesPlanned { reader, pull, push })
}

fn body(message: &JanitorMessage) -> String {
    serde_json::to_string(message).unwrap()
}

/// Works off a message, and all that follow from it.
async fn work(world: &World, message: &JanitorMessage) {
    let app = App::new(&world.context());
    let mut bodies = vec![body(message)];
    while !bodies.is_empty() {
        let answer = work_off(&app, sqs_event(&bodies)).await;
        assert!(answer.batch_item_failures.is_empty());
        bodies = world.receive_all("janitor").await;
    }
}

/// Has it known in which bucket the reader stands.
async fn stands(world: &World, bucket: Option<Bucket>) {
    let (store, bo, now) = (world.store(), user("bo"), world.now());
    let before = store.own(&bo).await.unwrap().rate;
    let rate = Rate {
        bucket,
        expires_at: (now + SignedDuration::from_hours(240)).as_second(),
        ..Rate::noted(None, 0, now)
    };
    store.note_rate(&bo, before.as_ref(), &rate).await.unwrap();
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
async fn authors_of_whoever_sleeps_are_pulled_and_pushed_again_once_they_come_often() {
    let (world, mut posts) = street().await;
    assert_eq!(following(&world).await, pushed());
    work(&world, &rated()).await;
    assert_eq!(following(&world).await, pulled());
    // For an hour deliveries go on, and then no more.
    let fans = async |world: &World| {
        let (store, ana) = (world.store(), user("ana"));
        let fans = store.fans_between(&ana, HashRange::WHOLE, world.now());
        fans.await.unwrap()
    };
    assert_eq!(fans(&world).await, [user("bo")]);
    world.advance(SignedDuration::from_mins(61));
    assert_eq!(fans(&world).await, []);
    posts.push(publish(&world).await);
    assert_eq!(found(&world).await, ids(&posts));
    let store = world.store();
    let (followers, _) = store.followers_after(&user("ana"), None, 10).await.unwrap();
    assert_eq!(followers, [user("bo")]);

    stands(&world, Some(Bucket::Often)).await;
    for _ in 0..30 {
        world.advance(SignedDuration::from_hours(24));
    }
    // It is long ago that she published: to push costs nothing, to look costs with each read.
    work(&world, &planned(false)).await;
    assert_eq!(following(&world).await, pushed());
    assert_eq!(fans(&world).await, [user("bo")]);
}

#[tokio::test]
async fn what_is_known_of_a_reader_moves_edges_only_where_that_saves_enough() {
    let (world, _) = street().await;
    for (bucket, after) in [
        (None, pushed()),
        (Some(Bucket::Often), pushed()),
        (Some(Bucket::Seldom), pulled()),
        (None, pulled()),
    ] {
        stands(&world, bucket).await;
        for _ in 0..2 {
            work(&world, &rated()).await;
            assert_eq!(following(&world).await, after, "{bucket:?}");
        }
    }
}

#[tokio::test]
async fn a_back_fill_that_was_lost_is_done_at_the_next_look() {
    let world = World::new().await;
    world.member("bo").await;
    world.member("ana").await;
    let posts = [publish(&world).await];
    world.follow("bo", "ana").await;
    assert_eq!(following(&world).await, pulled());
    stands(&world, Some(Bucket::Often)).await;
    work(&world, &rated()).await;
    assert_eq!(following(&world).await, pushed());
    assert_eq!(found(&world).await, ids(&posts));
}

#[tokio::test]
async fn somebody_who_has_left_or_follows_nobody_has_nothing_moved() {
    let world = World::new().await;
    work(&world, &rated()).await;
    world.member("bo").await;
    work(&world, &rated()).await;
    for pull in [true, false] {
        work(&world, &planned(pull)).await;
        assert!(following(&world).await.is_empty());
    }
    let (store, ana) = (world.store(), user("ana"));
    let (followers, _) = store.followers_after(&ana, None, 10).await.unwrap();
    assert_eq!(followers, []);
}

/// Makes a move that is killed after so many of its calls, and again; a post appears in between. `true` when it had no
/// more calls to make.
async fn outlives(pull: bool, calls: usize) -> bool {
    let (world, mut posts) = street().await;
    if !pull {
        work(&world, &planned(true)).await;
        world.advance(SignedDuration::from_hours(2));
    }
    let faults = Faults::after(calls, Fault::Killed);
    let app = App::new(&faults.attach(&world.context()));
    let message = planned(pull);
    let ended = faults
        .run(work_off(&app, sqs_event(&[body(&message)])))
        .await;
    posts.push(publish(&world).await);
    assert_eq!(found(&world).await, ids(&posts), "{pull} {calls}");
    world.advance(SignedDuration::from_hours(2));
    posts.push(publish(&world).await);
    assert_eq!(found(&world).await, ids(&posts), "{pull} {calls}, later");

    for _ in 0..2 {
        work(&world, &message).await;
        posts.push(publish(&world).await);
        assert_eq!(found(&world).await, ids(&posts), "{pull} {calls}, again");
    }
    let after = if pull { pulled() } else { pushed() };
    assert_eq!(following(&world).await, after, "{pull} {calls}");
    ended.is_some()
}

#[tokio::test]
async fn a_move_killed_after_any_of_its_calls_leaves_posts_a_way_and_is_made_in_the_end() {
    for pull in [true, false] {
        let mut calls = 0;
        while !outlives(pull, calls).await {
            calls += 1;
        }
        assert_eq!(calls, 5, "{pull}");
    }
}

/// What comes between the calls of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Unfollow,
    Another,
    Opposite,
    Same,
}

/// A move that is held after so many of its calls while something else happens; then it goes on. `true` when it had no
/// more calls to make.
async fn overtaken(pull: bool, between: Between, calls: usize) -> bool {
    let (world, mut posts) = street().await;
    if !pull {
        work(&world, &planned(true)).await;
        world.advance(SignedDuration::from_hours(2));
    }
    let faults = Faults::held_after(calls);
    let app = App::new(&faults.attach(&world.context()));
    let event = sqs_event(&[body(&planned(pull))]);
    let mut mover = Box::pin(work_off(&app, event));
    let ended = faults.run(&mut mover).await.is_some();
    match between {
        Between::Unfollow => world.unfollow(&user("bo"), &user("ana")).await,
        Between::Another => {
            world.unfollow(&user("bo"), &user("ana")).await;
            world.follow("bo", "ana").await;
        }
        Between::Opposite => work(&world, &planned(!pull)).await,
        Between::Same => work(&world, &planned(pull)).await,
    }
    posts.push(publish(&world).await);
    faults.go_on(usize::MAX);
    if !ended {
        let answer = mover.await;
        assert!(answer.batch_item_failures.is_empty());
    }
    let said = format!("{pull} {between:?} {calls}");
    // Whatever was delivered for an hour is over.
    for _ in 0..2 {
        posts.push(publish(&world).await);
        world.advance(SignedDuration::from_hours(2));
    }
    let (store, ana) = (world.store(), user("ana"));
    let (followers, _) = store.followers_after(&ana, None, 10).await.unwrap();
    if between == Between::Unfollow {
        assert!(following(&world).await.is_empty(), "{said}");
        assert_eq!(followers, [], "{said}");
        let fan = world.context().dynamodb.get_item();
        let fan = fan.set_key(Some(keys::pull(&ana, &user("bo")).attributes()));
        let fan = fan.table_name(world.context().config.table()).send().await;
        assert_eq!(fan.unwrap().item, None, "{said}");
    } else {
        assert_eq!(found(&world).await, ids(&posts), "{said}");
        assert_eq!(followers, [user("bo")], "{said}");
    }
    ended
}

async fn overtaken_anywhere(between: Between) {
    for pull in [true, false] {
        let mut calls = 0;
        while !overtaken(pull, between, calls).await {
            calls += 1;
        }
        assert!(calls >= 4, "{pull}: {calls}");
    }
}

#[tokio::test]
async fn nothing_stays_of_an_edge_that_is_unfollowed_while_it_moves() {
    overtaken_anywhere(Between::Unfollow).await;
}

#[tokio::test]
async fn another_follow_while_an_edge_moves_has_a_way() {
    overtaken_anywhere(Between::Another).await;
}

#[tokio::test]
async fn of_two_who_move_an_edge_at_once_neither_takes_its_way() {
    overtaken_anywhere(Between::Opposite).await;
    overtaken_anywhere(Between::Same).await;
}

#[tokio::test]
async fn a_move_costs_what_the_policy_takes_it_for() {
    let (world, _) = street().await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    let event = |pull| sqs_event(&[body(&planned(pull))]);
    work_off(&app, event(true)).await;
    // `PULLS`, the page, which others of it share, and `FANS`.
    assert_eq!(meter.take().wcu, 3.0);
    work_off(&app, event(false)).await;
    // `FANS`, the back-fill, and once more the three of them, in one transaction.
    assert_eq!(meter.take().wcu, 1.0 + POSTS as f64 + 6.0);
}
