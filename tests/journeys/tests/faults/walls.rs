//! What is hottest: whatever fails, and in whatever order it is told of, each post stands as it is at last.

use domain::{
    feeds::{HotList, minute},
    ids::{PostId, TopicId},
};
use harness::{Fault, Faults, World, sqs_event};
use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shared::queue::messages::{MarksChanged, RollupMessage};

use crate::{Met, TRANSACTIONS, user};

fn coffee() -> TopicId {
    TopicId::parse("coffee").expect("a topic")
}

fn hotter(post: PostId) -> String {
    let changed = MarksChanged {
        walls: Some([coffee()].into()),
        ..MarksChanged::of(post)
    };
    serde_json::to_string(&RollupMessage::MarksChanged(changed)).expect("JSON")
}

/// The posts on the topic's newest generation, each with its marks, in the order of their coming.
async fn hottest(world: &World) -> Vec<(PostId, u64)> {
    let newest = world.store().hottest(Some(&coffee())).await;
    let newest = newest.expect("the table answers");
    let entries = newest.iter().flat_map(|it| it.hottest(world.now()));
    let mut entries: Vec<_> = entries.map(|it| (it.at.post, it.marks)).collect();
    entries.sort_unstable();
    entries
}

async fn posts(world: &World, count: usize) -> Vec<PostId> {
    world.member("ana").await;
    let mut posts = Vec::new();
    for _ in 0..count {
        posts.push(world.published_post("ana").topics(&["coffee"]).await.id);
    }
    posts.sort_unstable();
    posts
}

#[tokio::test]
async fn what_is_killed_after_any_of_its_calls_is_kept_once_it_is_told_again() {
    let world = World::new().await;
    let post = posts(&world, 1).await[0];
    let mut killed = 0;
    for calls in 0..24 {
        // Every second time within the minute of the time before.
        world.advance(SignedDuration::from_secs(30));
        world.smile(&user(&format!("fan{calls}")), post).await;
        let faults = Faults::after(calls, Fault::Killed);
        let app = rollup::App::new(&faults.attach(&world.context()));
        let event = || sqs_event(&[hotter(post)]);
        if faults.run(rollup::handle(&app, event())).await.is_none() {
            killed += 1;
        }
        let app = rollup::App::new(&world.context());
        for _ in 0..2 {
            let done = rollup::handle(&app, event()).await;
            assert!(done.batch_item_failures.is_empty(), "after {calls}");
        }
        assert_eq!(hottest(&world).await, [(post, calls as u64 + 1)]);
    }
    assert!(killed >= 8, "{killed}");
}

/// Acts at posts, told of late, twice and out of order by a worker that fails now and then, while minutes pass.
async fn keeps(seed: u64) -> Met {
    let world = World::new().await;
    let posts = posts(&world, 4).await;
    let began = minute(world.now());
    let mut random = StdRng::seed_from_u64(seed);
    let faults = Faults::seeded(seed);
    let context = faults.attach(&world.context());
    let mut waiting: Vec<_> = posts.iter().map(|post| hotter(*post)).collect();
    let mut smiles = vec![0; posts.len()];
    for step in 0..30 {
        let liked = random.random_range(0..posts.len());
        world
            .smile(&user(&format!("fan{step}")), posts[liked])
            .await;
        smiles[liked] += 1;
        waiting.push(hotter(posts[liked]));
        world.advance(SignedDuration::from_secs(random.random_range(0..40)));
        // Two workers at once, each with whatever comes.
        let mut take = || waiting.swap_remove(random.random_range(0..waiting.len()));
        let (one, other) = (take(), waiting.first().cloned());
        let app = rollup::App::new(&context);
        let ran = faults.run(async {
            let other: Vec<_> = other.into_iter().collect();
            let (one, _) = futures::join!(
                rollup::handle(&app, sqs_event(&[one.as_str()])),
                rollup::handle(&app, sqs_event(&other))
            );
            one
        });
        let done = ran.await;
        if done.is_none_or(|done| !done.batch_item_failures.is_empty()) {
            waiting.push(one);
        }
    }
    faults.calm();
    let app = rollup::App::new(&world.context());
    let done = rollup::handle(&app, sqs_event(&waiting)).await;
    assert!(done.batch_item_failures.is_empty());
    let expected: Vec<_> = posts.into_iter().zip(smiles).collect();
    assert_eq!(hottest(&world).await, expected);
    // Of all generations the newest alone is kept for ever.
    let list = HotList::Topic(coffee());
    let mut generations = 0;
    for minute in began..=minute(world.now()) {
        let there = world.store().hottest_in(&list, minute).await;
        generations += usize::from(there.expect("the table answers").is_some());
    }
    let later = world.now() + SignedDuration::from_hours(26);
    let swept = world.plane().tables().sweep_expired(later.as_second());
    assert!(swept.expect("a sweep") >= generations - 1);
    assert_eq!(hottest(&world).await, expected);
    Met::of(&faults)
}

#[tokio::test]
async fn what_is_hottest_is_as_people_like_it_at_last_whatever_fails() {
    crate::over_seeds(0..16, keeps, TRANSACTIONS).await;
}
