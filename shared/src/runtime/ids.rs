//! The one source of ids, ULIDs of the shared clock, and of chance.

use jiff::Timestamp;
use ulid::Ulid;

use super::Clock;

/// Makes ids that sort by the time they were made at.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
}

impl Ids {
    /// Ids timed by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// A fresh ULID: 48 bits of milliseconds, 80 random bits.
    pub fn ulid(&self) -> Ulid {
        self.ulid_at(self.clock.now())
    }

    /// A number drawn evenly, from 0 to below 1: for what is done now and then.
    pub fn chance(&self) -> f64 {
        rand::random()
    }

    /// 128 random bits.
    pub fn bits(&self) -> u128 {
        rand::random()
    }

    /// A fresh ULID with the time part of `at`.
    pub fn ulid_at(&self, at: Timestamp) -> Ulid {
        Ulid::from_parts(
            u64::try_from(at.as_millisecond()).unwrap_or_default(),
            rand::random(),
        )
    }
}
