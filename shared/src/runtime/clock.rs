//! The one clock: every function reads time here, so that a test or the local cloud can turn it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from: the system's clock, plus whatever a [`ClockHandle`] added.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

/// Turns the clock that it came with; never handed out in a deployed function.
#[derive(Debug, Clone)]
pub struct ClockHandle {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that starts at the system's time and can be turned.
    pub fn shifted() -> (Self, ClockHandle) {
        let clock = Self::default();
        let handle = ClockHandle {
            ahead_ms: Arc::clone(&clock.ahead_ms),
        };
        (clock, handle)
    }

    /// The real time, which AWS goes by, also where a try-out has turned the clock.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn real() -> SystemTime {
        SystemTime::now()
    }

    /// Now, UTC, in whole milliseconds: the precision that times are stored and shown with.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let system = Timestamp::now();
        let ms = system
            .as_millisecond()
            .saturating_add(self.ahead_ms.load(Ordering::Relaxed));
        Timestamp::from_millisecond(ms).unwrap_or(system)
    }
}

/// How long until then, by the real time, also where the clock was turned; nothing for what is over.
pub(super) fn until(then: SystemTime) -> Duration {
    then.duration_since(Clock::real()).unwrap_or_default()
}

impl ClockHandle {
    /// Moves the clock ahead (or back, when negative) for all who hold it.
    pub fn advance(&self, by: SignedDuration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_no_time_away() {
        assert_eq!(until(SystemTime::UNIX_EPOCH), Duration::ZERO);
        assert!(until(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40)) > Duration::ZERO);
    }

    #[test]
    fn turning_the_clock_moves_it_for_all_who_hold_it() {
        let (clock, handle) = Clock::shifted();
        let (before, other) = (clock.now(), clock.clone());
        handle.advance(SignedDuration::from_hours(24));
        assert!(other.now().duration_since(before) >= SignedDuration::from_hours(24));
    }
}
