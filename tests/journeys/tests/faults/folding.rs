//! Folding the counts of what a crowd has left: whatever fails, and whoever acts meanwhile, no act is lost or counted
//! twice.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};

use domain::{
    engagement::{Count, Thing},
    ids::PostId,
};
use futures::{
    future::join_all,
    stream::{self, StreamExt},
};
use harness::{Fault, Faults, World, sqs_event};
use shared::{
    aws::deadline::before_end,
    queue::messages::{Heated, RollupMessage},
};

use crate::{Met, TRANSACTIONS, user};

/// What very many do at once has as long as a loaded machine may need.
const PATIENCE: Duration = Duration::from_secs(180);

async fn smile(world: &World, post: PostId, fans: Range<usize>) {
    let smiles = fans.map(async |n| world.smile(&user(&format!("fan{n}")), post).await);
    before_end(PATIENCE, join_all(smiles)).await;
}

/// The message to look at a post as it is now, whatever was done since the last look; `None` where it is not hot.
async fn look(world: &World, post: PostId) -> Option<String> {
    let read = world.store().post_now(post).await.expect("answered");
    let heat = read.expect("a post").heat();
    let look = RollupMessage::Heated(Heated {
        thing: Thing::Post(post),
        generation: heat.generation,
        acts: u64::MAX,
    });
    heat.is_hot()
        .then(|| serde_json::to_string(&look).expect("JSON"))
}

#[tokio::test]
async fn a_fold_that_is_killed_after_any_of_its_calls_is_made_once() {
    let world = World::contended().await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    let (mut killed, mut smiles) = (0, 0);
    for calls in 0..20 {
        smile(&world, post, smiles..smiles + 12).await;
        smiles += 12;
        let Some(look) = look(&world, post).await else {
            continue;
        };
        let faults = Faults::after(calls, Fault::Killed);
        let app = rollup::App::new(&faults.attach(&world.context()));
        let event = || sqs_event(&[look.as_str()]);
        if faults.run(rollup::handle(&app, event())).await.is_none() {
            killed += 1;
        }
        assert_eq!(world.counted(post, Count::Smiles).await, smiles as u64);
        // Its message comes again, twice.
        let app = rollup::App::new(&world.context());
        for _ in 0..2 {
            let done = rollup::handle(&app, event()).await;
            assert!(done.batch_item_failures.is_empty(), "after {calls}");
        }
        let folded = world.store().post_now(post).await.expect("answered");
        let folded = folded.expect("a post");
        assert_eq!((folded.heat, folded.smiles), (0, smiles as u64));
    }
    assert!(killed >= 10, "{killed}");
}

async fn folds(seed: u64) -> Met {
    let world = World::contended().await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    smile(&world, post, 0..16).await;
    let faults = Faults::seeded(seed);
    let app = rollup::App::new(&faults.attach(&world.context()));
    for step in 0..100 {
        let Some(look) = look(&world, post).await else {
            break;
        };
        if step == 20 {
            faults.calm();
        }
        let bodies = vec![look; 1 + step % 3];
        drop(faults.run(rollup::handle(&app, sqs_event(&bodies))).await);
        assert_eq!(world.counted(post, Count::Smiles).await, 16);
    }
    let folded = world.store().post_now(post).await.expect("answered");
    assert_eq!(folded.expect("a post").smiles, 16);
    Met::of(&faults)
}

#[tokio::test]
async fn a_fold_adds_every_act_once_whatever_fails() {
    crate::over_seeds(0..24, folds, TRANSACTIONS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_is_true_while_a_crowd_acts_and_its_counts_are_folded_again_and_again() {
    let world = World::contended().await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    let [smiling, smiled, leaving, left] = [const { AtomicU64::new(0) }; 4];
    let [folds, reads, over] = [const { AtomicU64::new(0) }; 3];
    let act = async |n: u64| {
        let fan = user(&format!("fan{n}"));
        smiling.fetch_add(1, SeqCst);
        for _ in 0..2 {
            world.smile(&fan, post).await;
        }
        smiled.fetch_add(1, SeqCst);
        if n.is_multiple_of(2) {
            leaving.fetch_add(1, SeqCst);
            for _ in 0..2 {
                let store = world.store();
                let read = store.post_now(post).await.expect("answered");
                let read = read.expect("a post");
                let back = store.take_back_smile(&fan, &read).await;
                back.expect("a published post");
            }
            left.fetch_add(1, SeqCst);
        }
    };
    let crowd = async {
        let fans = stream::iter(0..200);
        fans.for_each_concurrent(40, &act).await;
        // No fold need get through a crowd, but through the few who come after it.
        let mut late = 200..;
        while folds.load(SeqCst) == 0 || reads.load(SeqCst) == 0 {
            act(late.next().expect("without end")).await;
        }
    };
    let acting = async {
        before_end(PATIENCE, crowd).await;
        over.store(1, SeqCst);
    };
    let folding = async {
        let app = rollup::App::new(&world.context());
        while over.load(SeqCst) == 0 {
            if let Some(look) = look(&world, post).await {
                // One that comes to nothing among so many acts is told again.
                let done = rollup::handle(&app, sqs_event(&[look])).await;
                folds.fetch_add(u64::from(done.batch_item_failures.is_empty()), SeqCst);
            }
            tokio::task::yield_now().await;
        }
    };
    let reading = async {
        while over.load(SeqCst) == 0 {
            let (in_before, out_before) = (smiled.load(SeqCst), left.load(SeqCst));
            let told = world.counted(post, Count::Smiles).await;
            let (in_after, out_after) = (smiling.load(SeqCst), leaving.load(SeqCst));
            let (least, most) = (in_before.saturating_sub(out_after), in_after - out_before);
            assert!(
                (least..=most).contains(&told),
                "{told} of {least} to {most}"
            );
            reads.fetch_add(1, SeqCst);
        }
    };
    futures::join!(acting, folding, reading);
    let stay = smiled.load(SeqCst) - left.load(SeqCst);
    assert!(folds.load(SeqCst) > 0 && stay >= 100);
    assert_eq!(world.counted(post, Count::Smiles).await, stay);
    let app = rollup::App::new(&world.context());
    while let Some(look) = look(&world, post).await {
        drop(rollup::handle(&app, sqs_event(&[look])).await);
    }
    let folded = world.store().post_now(post).await.expect("answered");
    assert_eq!(folded.expect("a post").smiles, stay);
}
