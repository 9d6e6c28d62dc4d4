//! Quotas: how often a person may do a thing in an hour, or in a day.

use std::time::Duration;

use jiff::Timestamp;

use crate::ids::UserId;

/// How long acts are counted together. Windows begin on the hour, or with the UTC day, the same for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Per {
    /// An hour.
    #[default]
    Hour,
    /// A UTC day.
    Day,
}

impl Per {
    fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 24 * 3_600,
        }
    }
}

/// How often one person may do one kind of thing in an hour, or in a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Whose.
    pub user: UserId,
    /// What is counted, such as `posts`.
    pub kind: &'static str,
    /// How often at most, from 1.
    pub limit: u32,
}

/// The hour, or the day, that a moment is in.
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
    pub fn of(now: Timestamp, per: Per) -> Self {
        let number = now.as_second().div_euclid(per.seconds());
        let ends = (number + 1) * per.seconds();
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
        let window = |time: &str| Window::of(time.parse().unwrap(), Per::Hour);
        let last = window("2026-11-21T18:59:59.999Z");
        assert_eq!(last.left, Duration::from_secs(1));
        assert_eq!(window("2026-11-21T18:00:00Z").number, last.number);
        assert_eq!(window("2026-11-21T18:00:00Z").left.as_secs(), 3_600);
        assert_eq!(window("2026-11-21T19:00:00Z").number, last.number + 1);
    }

    #[test]
    fn a_days_window_ends_at_midnight() {
        let window = |time: &str| Window::of(time.parse().unwrap(), Per::Day);
        let last = window("2026-11-21T23:59:59.999Z");
        assert_eq!(last.left, Duration::from_secs(1));
        assert_eq!(window("2026-11-21T00:00:00Z").number, last.number);
        assert_eq!(window("2026-11-22T00:00:00Z").number, last.number + 1);
    }
}
