//! Parsers of what strangers send, against bytes that nobody meant: for as long as
//! `FUZZ_SECONDS` says, each; a second where it says nothing.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod feeds;
mod images;
mod texts;

use std::time::{Duration, Instant};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};

/// Tries `holds` on values of the strategy, new ones each run, until the time is up. A value that
/// fails is made as small as can be and printed.
fn fuzz<S: Strategy>(values: &S, holds: impl Fn(S::Value)) {
    #[expect(clippy::disallowed_methods, reason = "a setting of the test run alone")]
    let seconds = std::env::var("FUZZ_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let mut tried = 0_u64;
    while Instant::now() < end {
        let tested = TestRunner::new(config.clone()).run(values, |value| {
            holds(value);
            Ok(())
        });
        if let Err(failed) = tested {
            panic!("{failed}");
        }
        tried += u64::from(config.cases);
    }
    eprintln!("{tried} values");
}

/// One of the samples with up to eight changes: bytes overwritten, taken out, put in or said
/// twice, or the rest cut off; now and then bytes of no sample at all.
fn mutated(samples: Vec<Vec<u8>>, words: Vec<&'static [u8]>) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        vec(any::<u8>(), 1..4),
        select(words).prop_map(<[u8]>::to_vec)
    ];
    let edit = (0..5_u8, any::<Index>(), 1..40_usize, word);
    let changed = (select(samples), vec(edit, 0..8)).prop_map(|(mut bytes, edits)| {
        for (kind, at, length, word) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            match kind {
                0 => drop(bytes.splice(at..(at + word.len()).min(bytes.len()), word)),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, word)),
                3 => {
                    let again = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, again));
                }
                _ => bytes.truncate(at),
            }
        }
        bytes
    });
    prop_oneof![9 => changed, 1 => vec(any::<u8>(), 0..2_000)]
}
