//! Quotas: how often a person may do a thing in an hour.

use std::time::Duration;

use jiff::Timestamp;

use crate::ids::UserId;

/// Seconds of a window. Windows begin on the hour, the same for all.
const WINDOW: i64 = 3_600;

/// How often one person may do one kind of thing in an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Whose.
    pub user: UserId,
    /// What is counted, such as `posts`.
    pub kind: &'static str,
    /// How often at most, from 1.
    pub limit: u32,
}

/// The hour that a moment is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its number since 1970.
    pub number: u64,
    /// Seconds since 1970 at which it ends.
    pub ends: i64,
    /// How long it lasts yet.
    pub left: Duration,
}

impl Window {
    /// The window of this moment.
    pub fn of(now: Timestamp) -> Self {
        let number = now.as_second().div_euclid(WINDOW);
        let ends = (number + 1) * WINDOW;
        let left = ends.saturating_sub(now.as_second());
        Self {
            number: u64::try_from(number).unwrap_or_default(),
            ends,
            left: Duration::from_secs(u64::try_from(left).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_on_the_hour() {
        let window = |time: &str| Window::of(time.parse().unwrap());
        let last = window("2026-11-21T18:59:59.999Z");
        assert_eq!(last.left, Duration::from_secs(1));
        assert_eq!(window("2026-11-21T18:00:00Z").number, last.number);
        assert_eq!(window("2026-11-21T18:00:00Z").left.as_secs(), 3_600);
        assert_eq!(window("2026-11-21T19:00:00Z").number, last.number + 1);
    }
}
