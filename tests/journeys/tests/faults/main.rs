//! What the system keeps when everything fails now and then: no post is lost, none is doubled,
//! and counts are exact.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod delivery;
mod engine;

use std::{
    future::Future,
    ops::Range,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures::FutureExt;
use harness::{Fault, Faults};
use shared::domain::ids::UserId;

fn user(sub: &str) -> UserId {
    UserId::parse(sub).expect("a subject")
}

/// How often each kind of fault was met.
struct Met([usize; Fault::ALL.len()]);

impl Met {
    fn of(faults: &Faults) -> Self {
        Self(Fault::ALL.map(|fault| faults.met(fault)))
    }
}

/// Runs a scenario over many schedules, names the seed that fails, and makes sure that every kind
/// of fault was met that can be: a conflict needs a transaction.
async fn over_seeds<F>(seeds: Range<u64>, scenario: impl Fn(u64) -> F)
where
    F: Future<Output = Met>,
{
    let mut met = [0; Fault::ALL.len()];
    for seed in seeds {
        match AssertUnwindSafe(scenario(seed)).catch_unwind().await {
            Ok(Met(now)) => met.iter_mut().zip(now).for_each(|(sum, now)| *sum += now),
            Err(panic) => {
                eprintln!("with the seed {seed}");
                resume_unwind(panic);
            }
        }
    }
    for (fault, met) in Fault::ALL.iter().zip(met) {
        assert!(
            met > 0 || *fault == Fault::Conflict,
            "{fault:?} was never met"
        );
    }
}
