//! What sellers see of how what shows their products is received (MONEY 35): figures by week, none of few people.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::ISOWeekDate, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    engagement::Idea,
    ids::{CommentId, PostId, ProductId, UserId},
};

/// A figure over fewer people than this is told nobody.
pub const FEWEST: u64 = 10;
/// So many weeks are told.
pub const WEEKS: usize = 26;
/// The figures of a week are spread over so many items, by who acted.
pub const SHARDS: u8 = 16;
/// So much of one person counts in a week for a brand, of each kind.
pub const MOST_EACH: usize = 100;
/// Of a post so many brands are told at most.
pub const BRANDS: usize = 10;
/// It is known so long after a week who acted in it: longer than a message can be late.
const KNOWN: SignedDuration = SignedDuration::from_hours(21 * 24);
/// The figures of a week are kept for a year.
const KEPT: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Smiled at a post.
    Smiles,
    /// Saved a post, or a product.
    Saves,
    /// Commented on a post.
    Comments,
    /// Clicked a tracked link.
    Clicks,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Smiles, Self::Saves, Self::Comments, Self::Clicks];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smiles => "smiles",
            Self::Saves => "saves",
            Self::Comments => "comments",
            Self::Clicks => "clicks",
        }
    }
}

/// An ISO week by UTC, as keys and the API spell it: `2026-W48`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    year: i16,
    week: i8,
}

impl Week {
    /// That of a moment.
    pub fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(TimeZone::UTC).date().iso_week_date();
        Self {
            year: date.year(),
            week: date.week(),
        }
    }

    /// The last [`WEEKS`] up to now, newest first.
    pub fn latest(now: Timestamp) -> Vec<Self> {
        let back = |weeks: i64| {
            let ago = SignedDuration::from_hours(weeks * 7 * 24);
            Self::of(now.saturating_sub(ago).unwrap_or(now))
        };
        (0_i64..).take(WEEKS).map(back).collect()
    }

    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, week) = text.split_once("-W")?;
        let read = Self {
            year: year.parse().ok()?,
            week: week.parse().ok()?,
        };
        (read.to_string() == text && read.begins().is_some()).then_some(read)
    }

    fn begins(self) -> Option<Timestamp> {
        let monday = jiff::civil::Weekday::Monday;
        let date = ISOWeekDate::new(self.year, self.week, monday).ok()?;
        let begins = date.date().to_zoned(TimeZone::UTC).ok()?;
        Some(begins.timestamp())
    }

    fn after(self, span: SignedDuration) -> i64 {
        let week = SignedDuration::from_hours(7 * 24);
        let begins = self.begins().unwrap_or(Timestamp::MAX);
        let ends = begins.saturating_add(week).unwrap_or(Timestamp::MAX);
        let after = ends.saturating_add(span).unwrap_or(Timestamp::MAX);
        after.as_second()
    }

    /// Until when it is known who acted in it, in seconds since 1970.
    pub fn known_until(self) -> i64 {
        self.after(KNOWN)
    }

    /// Until when its figures are kept, in seconds since 1970.
    pub fn kept_until(self) -> i64 {
        self.after(KEPT)
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

/// What somebody did that sellers are told a figure of, as messages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Response {
    /// A smile at a post.
    Smile {
        /// Whose.
        user: UserId,
        /// At which.
        post: PostId,
    },
    /// A save of a post or a product.
    Save {
        /// Whose.
        user: UserId,
        /// Of which, as keys spell it.
        idea: Idea,
    },
    /// A comment, or a reply.
    Comment {
        /// Which.
        comment: CommentId,
        /// Whose.
        user: UserId,
    },
    /// A click.
    Click {
        /// Whose, as keys spell it.
        visitor: String,
        /// Which.
        click: String,
        /// The product that it led to.
        product: ProductId,
    },
}

impl Response {
    /// Among which figures it counts.
    pub fn figure(&self) -> Figure {
        match self {
            Self::Smile { .. } => Figure::Smiles,
            Self::Save { .. } => Figure::Saves,
            Self::Comment { .. } => Figure::Comments,
            Self::Click { .. } => Figure::Clicks,
        }
    }

    /// Whose it is.
    pub fn person(&self) -> &str {
        match self {
            Self::Smile { user, .. } | Self::Save { user, .. } | Self::Comment { user, .. } => {
                user.as_str()
            }
            Self::Click { visitor, .. } => visitor,
        }
    }

    /// What is counted once.
    pub fn thing(&self) -> String {
        match self {
            Self::Smile { post, .. } => post.to_string(),
            Self::Save { idea, .. } => idea.to_string(),
            Self::Comment { comment, .. } => comment.own.to_string(),
            Self::Click { click, .. } => click.clone(),
        }
    }
}

/// What one person did in a week for a brand, of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Did {
    /// What is counted of it.
    pub things: BTreeSet<String>,
}

impl Did {
    /// By how much the figure, and that of people, change, if a thing is to count or not; `None` where nothing does.
    pub fn change(&self, thing: &str, counts: bool) -> Option<(i64, i64)> {
        let counted = self.things.contains(thing);
        match (counted, counts) {
            (false, true) if self.things.len() < MOST_EACH => {
                Some((1, i64::from(self.things.is_empty())))
            }
            (true, false) => Some((-1, -i64::from(self.things.len() == 1))),
            (false, true | false) | (true, true) => None,
        }
    }
}

/// A figure with how many people it is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// How often.
    pub times: u64,
    /// By how many people.
    pub people: u64,
}

impl Counted {
    /// The figure, if it is of enough people.
    pub fn told(self) -> Option<u64> {
        (self.people >= FEWEST).then_some(self.times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_spelled_by_the_year_that_has_its_thursday_and_begins_on_monday() {
        for (time, week) in [
            ("2026-11-29T23:59:59.999Z", "2026-W48"),
            ("2026-11-30T00:00:00Z", "2026-W49"),
            ("2027-01-03T12:00:00Z", "2026-W53"),
            ("2027-01-04T00:00:00Z", "2027-W01"),
        ] {
            let found = Week::of(time.parse().unwrap());
            assert_eq!(found.to_string(), week);
            assert_eq!(Week::parse(week), Some(found));
        }
        for odd in ["2026-48", "2026-W54", "2026-W00", "2026-W1", ""] {
            assert_eq!(Week::parse(odd), None, "{odd}");
        }
        let latest = Week::latest("2027-01-04T00:00:00Z".parse().unwrap());
        assert_eq!(latest.len(), WEEKS);
        assert!(latest.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn a_thing_counts_once_and_a_person_as_long_as_anything_of_theirs_does() {
        let mut did = Did::default();
        assert_eq!(did.change("a", false), None);
        assert_eq!(did.change("a", true), Some((1, 1)));
        did.things.insert("a".to_owned());
        assert_eq!(did.change("a", true), None);
        assert_eq!(did.change("b", true), Some((1, 0)));
        assert_eq!(did.change("a", false), Some((-1, -1)));
        did.things.insert("b".to_owned());
        assert_eq!(did.change("a", false), Some((-1, 0)));
        did.things.extend((0..MOST_EACH).map(|n| n.to_string()));
        assert_eq!(did.change("c", true), None, "nobody counts without end");
    }

    #[test]
    fn a_figure_of_nine_people_is_told_nobody() {
        let told = |people| Counted { times: 40, people }.told();
        assert_eq!((told(9), told(10)), (None, Some(40)));
    }
}
