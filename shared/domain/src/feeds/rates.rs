//! How often authors publish and readers read, as far as it is known (FEEDS 1).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{HORIZON, MOST_PULLED, Position};

/// A read counts half after so many days.
const HALF_LIFE_DAYS: f64 = 7.0;
/// So many first pages a day are noted at most, on average.
const NOTED_A_DAY: f64 = 0.3;
/// With fewer candidates a day there is nothing to save, and nothing is noted.
const WORTH_NOTING: f64 = 5.0;
/// A reader is asleep after so many expected gaps between what is noted of them.
const GAPS: f64 = 3.0;
/// And neither sooner nor later than after so many days.
const ASLEEP_AFTER_DAYS: (f64, f64) = (3.0, 14.0);
/// Of a reader who is counted for less than so many days nothing is known.
const KNOWN_AFTER_DAYS: f64 = 3.0;
/// A reader stays in a bucket for a day at least.
const STAYS_DAYS: f64 = 1.0;
/// A reader goes over to the next bucket once they are so many times past its bound.
const HYSTERESIS: f64 = 1.25;
const DAY: f64 = 24.0 * 60.0 * 60.0;

/// How often somebody opens their feed, roughly: edges move with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Not lately.
    Asleep,
    /// Every other day.
    Seldom,
    /// Some times a day.
    Daily,
    /// All day long.
    Often,
}

impl Bucket {
    const AWAKE: [Self; 3] = [Self::Seldom, Self::Daily, Self::Often];

    /// First pages a day.
    pub fn reads(self) -> f64 {
        match self {
            Self::Asleep => 0.05,
            Self::Seldom => 0.7,
            Self::Daily => 3.0,
            Self::Often => 10.0,
        }
    }

    /// The one of so many first pages a day: it begins in the middle, by ratio, between its own number and that of the
    /// one before; whoever stands in one stays there until they are past that by a quarter.
    fn of(reads: f64, stands: Option<Self>) -> Self {
        let mut bucket = Self::Seldom;
        for pair in Self::AWAKE.windows(2) {
            let &[lower, upper] = pair else { continue };
            let bound = (lower.reads() * upper.reads()).sqrt();
            let bound = match stands {
                Some(stands) if stands >= upper => bound / HYSTERESIS,
                Some(_) => bound * HYSTERESIS,
                None => bound,
            };
            if reads >= bound {
                bucket = upper;
            }
        }
        bucket
    }
}

/// How often a reader opens their feed, as it is noted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// First pages, each of which counts half after a week.
    pub reads: f64,
    /// As of when.
    pub at: Timestamp,
    /// Since when they are counted.
    pub since: Timestamp,
    /// Which bucket that comes to; `None` while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Bucket>,
    /// Since when they stand in it.
    pub stands_since: Timestamp,
    /// When they are asleep unless another page is noted: seconds since 1970.
    pub expires_at: i64,
}

impl Rate {
    /// First pages a day, as of then: what was counted, over the time that it counts for.
    pub fn a_day(&self, now: Timestamp) -> f64 {
        let counted = self.reads * faded(days(self.at, now));
        let whole = HALF_LIFE_DAYS / std::f64::consts::LN_2;
        let time = whole * (1.0 - faded(days(self.since, now)));
        counted / time.max(KNOWN_AFTER_DAYS)
    }

    /// Whether its reader has not been there for so long that they are taken for asleep.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now.as_second()
    }

    /// The bucket as of then; `None` while that is not known.
    pub fn stands(&self, now: Timestamp) -> Option<Bucket> {
        if self.is_over(now) {
            Some(Bucket::Asleep)
        } else {
            self.bucket
        }
    }

    /// With which chance a first page that is read now is noted: 1 of somebody of whom nothing is known, or who wakes.
    pub fn chance(rate: Option<&Self>, now: Timestamp) -> f64 {
        let awake = rate.filter(|rate| !rate.is_over(now));
        let estimate = awake.map_or(0.0, |rate| rate.a_day(now));
        if estimate <= NOTED_A_DAY {
            1.0
        } else {
            NOTED_A_DAY / estimate
        }
    }

    /// The rate once a first page is noted that is read now by somebody who pulls so many: it stands for as many as its
    /// chance says. Whoever pulls more than one who is there may has just woken.
    pub fn noted(rate: Option<&Self>, pulled: usize, now: Timestamp) -> Self {
        let weight = 1.0 / Self::chance(rate, now);
        let awake = rate.filter(|rate| !rate.is_over(now));
        let woken = awake.is_none() && (rate.is_some() || pulled > MOST_PULLED);
        let mut next = Self {
            reads: awake.map_or(0.0, |rate| rate.reads * faded(days(rate.at, now))) + weight,
            at: now,
            since: awake.map_or(now, |rate| rate.since),
            bucket: awake.and_then(|rate| rate.bucket),
            stands_since: awake.map_or(now, |rate| rate.stands_since),
            expires_at: 0,
        };
        let estimate = next.a_day(now);
        let known = days(next.since, now) >= KNOWN_AFTER_DAYS;
        let stays = next.bucket.is_some() && days(next.stands_since, now) < STAYS_DAYS;
        if woken || (known && !stays) {
            let bucket = Some(Bucket::of(estimate, next.bucket));
            if bucket != next.bucket {
                next.stands_since = now;
            }
            next.bucket = bucket;
        }
        // Of whoever reads more often so much fewer are noted.
        let gap = 1.0 / estimate.min(NOTED_A_DAY);
        let (least, most) = ASLEEP_AFTER_DAYS;
        let asleep = (GAPS * gap).clamp(least, most);
        next.expires_at = now.as_second() + (asleep * DAY) as i64;
        next
    }
}

/// Whether it is worth noting that a first page was read: whether its candidates, of which these were all there were
/// where `all`, come to so many a day.
pub fn is_worth_noting(candidates: &[Position], all: bool, now: Timestamp) -> bool {
    let Some(oldest) = candidates.last() else {
        return false;
    };
    let days = if all {
        HORIZON.as_secs_f64() / DAY
    } else {
        days(oldest.published_at, now)
    };
    candidates.len() as f64 >= WORTH_NOTING * days
}

/// How often an author publishes, in posts a day, of the latest so many posts; `full` where there were more. Rounded to
/// half decades, so that it seldom differs from what it was.
pub fn posts_a_day(latest: impl IntoIterator<Item = Position>, full: bool, now: Timestamp) -> f64 {
    let horizon = now.saturating_sub(HORIZON).unwrap_or(now);
    let recent = latest.into_iter().filter(|at| at.published_at >= horizon);
    let (mut count, mut oldest) = (0.0_f64, now);
    for at in recent {
        count += 1.0;
        oldest = oldest.min(at.published_at);
    }
    let whole = HORIZON.as_secs_f64() / DAY;
    let days = if full {
        days(oldest, now).max(1.0 / 24.0)
    } else {
        whole
    };
    half_decade(count / days)
}

/// The nearest power of √10; nothing is nothing.
fn half_decade(a_day: f64) -> f64 {
    if a_day <= 0.0 {
        return 0.0;
    }
    10.0_f64.powf((2.0 * a_day.log10()).round() / 2.0)
}

/// What is left of a read after so many days.
fn faded(days: f64) -> f64 {
    (-days.max(0.0) / HALF_LIFE_DAYS).exp2()
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    let between: SignedDuration = to.duration_since(from);
    between.as_secs_f64() / DAY
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::ids::PostId;

    fn at(days: f64) -> Timestamp {
        Timestamp::from_second((days * DAY) as i64).unwrap()
    }

    fn position(days: f64) -> Position {
        Position {
            published_at: at(days),
            post: PostId(Ulid::nil()),
        }
    }

    /// What is noted in so many days of a reader who reads so often, evenly, with these draws of chance.
    fn noted(a_day: f64, lasting: f64, draws: &[f64]) -> (Option<Rate>, usize) {
        let (mut rate, mut notes) = (None::<Rate>, 0);
        let reads = (a_day * lasting) as usize;
        for read in 0..reads {
            let now = at(read as f64 / a_day);
            if draws[read % draws.len()] < Rate::chance(rate.as_ref(), now) {
                rate = Some(Rate::noted(rate.as_ref(), 0, now));
                notes += 1;
            }
        }
        (rate, notes)
    }

    fn draws() -> impl Strategy<Value = Vec<f64>> {
        // Of none that chance would not give: shrunk, they would all be zero.
        proptest::collection::vec(0.0..1.0_f64, 997).no_shrink()
    }

    proptest! {
        #[test]
        fn a_reader_costs_a_third_of_a_write_a_day_once_known_and_is_rated_about_right(
            draws in draws(),
            a_day in 0.2..15.0_f64,
        ) {
            // Of many with the same habits, to each of whom chance has it otherwise, the one in the middle.
            let readers = (0..draws.len()).step_by(31).map(|first| {
                let draws = [&draws[first..], &draws[..first]].concat();
                let (rate, notes) = noted(a_day, 60.0, &draws);
                (rate.unwrap().a_day(at(60.0)), notes)
            });
            let (mut estimates, notes): (Vec<_>, Vec<_>) = readers.unzip();
            estimates.sort_by(f64::total_cmp);
            let middle = estimates[estimates.len() / 2];
            prop_assert!((a_day / 4.0..a_day * 4.0).contains(&middle), "{middle} for {a_day}");
            // The first days, of which nothing is known, cost more.
            let notes = notes.iter().sum::<usize>() as f64 / notes.len() as f64;
            prop_assert!(notes <= 60.0 * 0.3 * 2.0 + 10.0, "{notes}");
        }

        #[test]
        fn nobody_is_asleep_sooner_than_after_three_days_or_later_than_after_fourteen(
            draws in draws(),
            a_day in 0.05..15.0_f64,
        ) {
            let (rate, _) = noted(a_day, 60.0, &draws);
            let rate = rate.unwrap();
            let asleep = rate.expires_at - rate.at.as_second();
            prop_assert!((3 * 86_400..=14 * 86_400).contains(&asleep));
            let over = Timestamp::from_second(rate.expires_at).unwrap();
            prop_assert_eq!(rate.stands(over), Some(Bucket::Asleep));
            prop_assert_eq!(Rate::chance(Some(&rate), over), 1.0);
        }
    }

    #[test]
    fn of_a_new_reader_nothing_is_known_for_three_days_and_of_one_who_wakes_at_once() {
        let mut rate = Rate::noted(None, MOST_PULLED, at(0.0));
        assert_eq!(rate.stands(at(1.0)), None);
        for half in 1..=6 {
            rate = Rate::noted(Some(&rate), 0, at(f64::from(half) / 2.0));
            assert_eq!(rate.bucket.is_some(), half == 6, "{half}");
        }
        let asleep = Timestamp::from_second(rate.expires_at).unwrap();
        let woken = Rate::noted(Some(&rate), 0, asleep);
        assert_eq!(woken.stands(asleep), Some(Bucket::Seldom));
        // DynamoDB swept what was known, and edges are a sleeper's.
        let swept = Rate::noted(None, MOST_PULLED + 1, asleep);
        assert_eq!(swept.stands(asleep), Some(Bucket::Seldom));
    }

    #[test]
    fn a_bucket_is_left_only_a_quarter_past_its_bound() {
        let between = (3.0_f64 * 10.0).sqrt();
        assert_eq!(
            Bucket::of(between * 1.1, Some(Bucket::Daily)),
            Bucket::Daily
        );
        assert_eq!(
            Bucket::of(between * 1.3, Some(Bucket::Daily)),
            Bucket::Often
        );
        assert_eq!(
            Bucket::of(between / 1.1, Some(Bucket::Often)),
            Bucket::Often
        );
        assert_eq!(
            Bucket::of(between / 1.3, Some(Bucket::Often)),
            Bucket::Daily
        );
        assert_eq!(Bucket::of(between * 1.1, None), Bucket::Often);
        assert_eq!(Bucket::of(0.0, None), Bucket::Seldom);
    }

    #[test]
    fn a_bucket_changes_once_a_day_at_most() {
        let mut rate = Rate {
            bucket: Some(Bucket::Seldom),
            stands_since: at(10.0),
            ..Rate::noted(None, 0, at(0.0))
        };
        for hour in 0..48 {
            let now = at(10.0 + f64::from(hour) / 24.0);
            rate.expires_at = i64::MAX;
            rate.reads += 20.0;
            rate = Rate::noted(Some(&rate), 0, now);
            let stays = hour < 24;
            assert_eq!(rate.bucket == Some(Bucket::Seldom), stays, "{hour}");
        }
    }

    #[test]
    fn a_page_is_worth_noting_from_five_candidates_a_day_on() {
        let newest: Vec<_> = (0..24)
            .map(|n| position(100.0 - f64::from(n) / 5.0))
            .collect();
        assert!(is_worth_noting(&newest, false, at(100.0)));
        assert!(!is_worth_noting(&newest, false, at(101.0)));
        assert!(!is_worth_noting(&newest, true, at(100.0)), "of a month");
        assert!(!is_worth_noting(&[], true, at(100.0)));
    }

    #[test]
    fn an_author_is_rated_by_half_decades_of_a_month_or_of_a_full_head() {
        let posts = |count: u32, every: f64| {
            let posts = (0..count).map(|n| position(100.0 - every * f64::from(n)));
            posts.collect::<Vec<_>>()
        };
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(posts_a_day(posts(30, 1.0), false, at(100.0)), 1.0));
        assert!(near(posts_a_day(posts(25, 1.0), false, at(100.0)), 1.0));
        assert!(near(posts_a_day(posts(40, 0.1), true, at(100.0)), 10.0));
        // Of the last month two.
        assert!(near(posts_a_day(posts(3, 20.0), false, at(100.0)), 0.1));
        assert!(near(posts_a_day([], false, at(100.0)), 0.0));
    }
}
