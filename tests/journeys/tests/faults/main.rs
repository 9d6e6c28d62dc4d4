//! What the system keeps when everything fails now and then: no post is lost, none is doubled,
//! and counts are exact.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod callers;
mod comments;
mod conflicts;
mod delivery;
mod engine;
mod feeds;
mod finding;
mod folding;
mod leaving;
mod lists;
mod moderation;
mod notices;
mod storms;
mod tastes;
mod uploads;
mod walls;

use std::{
    collections::BTreeSet,
    future::Future,
    ops::Range,
    panic::{AssertUnwindSafe, resume_unwind},
};

use domain::{
    feeds::Position,
    ids::{PostId, UserId},
};
use futures::FutureExt;
use harness::{Fault, Faults, World};

fn user(sub: &str) -> UserId {
    harness::user(sub)
}

/// The posts in somebody's timeline.
async fn timeline(world: &World, reader: &UserId) -> Vec<PostId> {
    let oldest = Position::start_of(jiff::Timestamp::MIN);
    let newest = Position::end_of(jiff::Timestamp::MAX);
    let entries = world.store().timeline(reader, newest, oldest, 1_000).await;
    let entries = entries.expect("a timeline").into_iter();
    entries.map(|entry| entry.at.post).collect()
}

/// The posts that are marked as not delivered yet.
async fn is_open(world: &World) -> BTreeSet<PostId> {
    let open = world.store().open_posts(world.now()).await;
    let open = open.expect("the markers").into_iter();
    open.map(|open| open.entry.at.post).collect()
}

/// How often each kind of fault was met.
#[derive(Default)]
struct Met([usize; Fault::ALL.len()]);

impl Met {
    fn of(faults: &Faults) -> Self {
        Self(Fault::ALL.map(|fault| faults.met(fault)))
    }

    fn add(&mut self, more: &Self) {
        self.0
            .iter_mut()
            .zip(more.0)
            .for_each(|(sum, more)| *sum += more);
    }
}

/// What any call may meet.
const ANY: [Fault; 4] = [
    Fault::Throttled,
    Fault::NotReached,
    Fault::AnswerLost,
    Fault::Killed,
];
/// What is met besides by those who write in transactions.
const TRANSACTIONS: &[Fault] = &[Fault::Conflict];
/// What is met besides by those who write and send in batches.
const BATCHES: &[Fault] = &[Fault::Unprocessed];

/// Runs a scenario over many schedules, names the seed that fails, and makes sure that each fault
/// was met that can be.
async fn over_seeds<F>(seeds: Range<u64>, scenario: impl Fn(u64) -> F, besides: &[Fault])
where
    F: Future<Output = Met>,
{
    let mut met = Met::default();
    for seed in seeds {
        match AssertUnwindSafe(Box::pin(scenario(seed)))
            .catch_unwind()
            .await
        {
            Ok(now) => met.add(&now),
            Err(panic) => {
                eprintln!("with the seed {seed}");
                resume_unwind(panic);
            }
        }
    }
    for fault in ANY.iter().chain(besides) {
        assert!(met.0[*fault as usize] > 0, "{fault:?} was never met");
    }
}
