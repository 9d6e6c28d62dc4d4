//! When an app is told to open the stream by itself (FEEDS 4): after some product views and a pause.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Views count that are no older than this before the pause, and for so long after a nudge there is none.
pub const LATELY: SignedDuration = SignedDuration::from_mins(30);

/// So many views are remembered: those that arrive late find those before them.
const REMEMBERED: usize = 20;

/// After what an app is told: a store's own choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NudgeAfter {
    /// So many product views, of the twenty that are remembered.
    pub views: usize,
    /// And so long a pause, in seconds.
    pub pause: u32,
}

impl Default for NudgeAfter {
    fn default() -> Self {
        Self {
            views: 3,
            pause: 120,
        }
    }
}

/// What a nudge goes by, in seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nudge {
    /// When products were viewed since the last nudge or purchase, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<i64>,
    /// The last nudge or purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// The last nudge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
}

impl Nudge {
    /// Somebody viewed a product.
    pub(super) fn viewed(&mut self, at: Timestamp) {
        let at = at.as_second();
        if self.since.is_some_and(|since| at <= since) {
            return;
        }
        let place = self.views.partition_point(|view| *view <= at);
        self.views.insert(place, at);
        if self.views.len() > REMEMBERED {
            self.views.remove(0);
        }
    }

    /// They bought something.
    pub(super) fn bought(&mut self, at: Timestamp) {
        self.begin_anew(at.as_second());
    }

    /// They pause, for so many seconds: whether they are nudged now.
    pub(super) fn paused(&mut self, seconds: u32, at: Timestamp, after: NudgeAfter) -> bool {
        let at = at.as_second();
        let rested = |last: i64| at >= last.saturating_add(LATELY.as_secs());
        if seconds < after.pause || !self.last.is_none_or(rested) {
            return false;
        }
        let from = at.saturating_sub(LATELY.as_secs());
        let lately = self.views.iter().filter(|view| (from..=at).contains(view));
        if lately.count() < after.views {
            return false;
        }
        self.last = Some(at);
        self.begin_anew(at);
        true
    }

    /// Whether the last nudge was by a pause at this time: whoever is told of it again answers the same.
    pub(super) fn was_at(&self, at: Timestamp) -> bool {
        self.last == Some(at.as_second())
    }

    fn begin_anew(&mut self, at: i64) {
        self.since = self.since.max(Some(at));
        let since = self.since.unwrap_or(at);
        self.views.retain(|view| *view > since);
    }

    /// How many numbers are kept.
    pub(super) fn len(&self) -> usize {
        self.views.len() + 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn viewed(times: &[i64]) -> Nudge {
        let mut nudge = Nudge::default();
        times.iter().for_each(|time| nudge.viewed(at(*time)));
        nudge
    }

    #[test]
    fn three_views_in_half_an_hour_and_a_pause_of_two_minutes_nudge() {
        for (views, seconds, time, nudged) in [
            (&[100, 200, 300][..], 120, 420, true),
            (&[100, 200, 300], 119, 420, false),
            (&[100, 200], 600, 800, false),
            (&[100, 200, 300], 120, 1_900, true),
            (&[100, 200, 300], 120, 1_901, false),
            (&[100, 200, 430], 120, 420, false),
            // In whatever order they arrive.
            (&[300, 100, 200], 120, 420, true),
        ] {
            let mut nudge = viewed(views);
            let name = format!("{views:?} {seconds} {time}");
            assert_eq!(
                nudge.paused(seconds, at(time), NudgeAfter::default()),
                nudged,
                "{name}"
            );
            assert_eq!(nudge.was_at(at(time)), nudged, "{name}");
        }
    }

    #[test]
    fn a_purchase_and_a_nudge_begin_anew_and_after_a_nudge_there_is_none_for_half_an_hour() {
        let mut nudge = viewed(&[100, 200, 300]);
        nudge.bought(at(250));
        assert!(!nudge.paused(120, at(420), NudgeAfter::default()));
        nudge.viewed(at(240));
        [310, 320]
            .into_iter()
            .for_each(|time| nudge.viewed(at(time)));
        assert!(nudge.paused(120, at(440), NudgeAfter::default()));
        let views = [500, 600, 700, 2_100, 2_150, 2_200];
        views.into_iter().for_each(|time| nudge.viewed(at(time)));
        assert!(!nudge.paused(120, at(2_239), NudgeAfter::default()));
        assert!(nudge.paused(120, at(2_240), NudgeAfter::default()));
    }

    proptest! {
        #[test]
        fn two_nudges_are_half_an_hour_apart_and_little_is_kept(
            acts in proptest::collection::vec((0..3_u8, 0..20_000_i64), 0..200),
        ) {
            let (mut nudge, mut nudges) = (Nudge::default(), Vec::new());
            for (act, time) in acts {
                match act {
                    0 => nudge.viewed(at(time)),
                    1 if time % 5 == 0 => nudge.bought(at(time)),
                    _ => if nudge.paused(120, at(time), NudgeAfter::default()) {
                        nudges.push(time);
                    }
                }
                prop_assert!(nudge.views.len() <= REMEMBERED);
                prop_assert!(nudge.views.is_sorted());
            }
            prop_assert!(nudges.windows(2).all(|two| two[1] - two[0] >= LATELY.as_secs()));
        }
    }
}
