//! Reports: what somebody tells moderators of, and how much that weighs (ENGAGEMENT 30-31).

use std::{collections::BTreeMap, iter::Sum, ops::Add};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{REMEMBERED, Subject};
use crate::{
    ids::{ReportId, StatementId, UserId},
    text,
};

/// So many people at least have to report something before that hides it.
const PEOPLE: u64 = 3;
/// From so many decided reports on somebody who is mostly wrong weighs less.
const FEW: u64 = 5;
/// From so many on it matters whether somebody is nearly always wrong, or right.
const MANY: u64 = 10;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Why something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// It is spam.
    Spam,
    /// It abuses somebody.
    Abuse,
    /// It sells what is forged.
    Counterfeit,
    /// It is an advertisement that does not say so.
    UndisclosedAd,
    /// It is against the law: which, the detail says.
    Illegal,
    /// Something else.
    Other,
}

impl ReportReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Spam,
        Self::Abuse,
        Self::Counterfeit,
        Self::UndisclosedAd,
        Self::Illegal,
        Self::Other,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Counterfeit => "counterfeit",
            Self::UndisclosedAd => "undisclosed_ad",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The text of a detail, a reason or an appeal, if it keeps the limit: 1 to 1,000 characters.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn explanation(text: &str) -> Result<String, String> {
    text::within(text, text::COMMENT)
}

/// How much reports weigh, in quarters: 4 are the weight 1.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Weight(pub u64);

impl Weight {
    /// So many ones; more than anything weighs where that is no number.
    pub fn of_ones(ones: &str) -> Self {
        let quarters = ones.parse::<f64>().ok().map(|ones| (ones * 4.0).ceil());
        let quarters = quarters.filter(|quarters| (0.0..1e9).contains(quarters));
        Self(quarters.map_or(u64::MAX, |quarters| quarters as u64))
    }

    /// In ones.
    pub fn ones(self) -> f64 {
        self.0 as f64 / 4.0
    }

    /// Whether reports of so many people together hide what they are about.
    pub fn hides(self, people: u64, least: Self) -> bool {
        self >= least && people >= PEOPLE
    }
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), Add::add)
    }
}

/// What somebody reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// Who reports.
    pub reporter: UserId,
    /// What.
    pub subject: Subject,
    /// Why.
    pub reason: ReportReason,
    /// What is to be said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How much it weighs: told nobody but moderators, and them in sum.
    pub weight: Weight,
    /// With which others of its subject it is decided.
    pub round: u64,
    /// When.
    pub created_at: Timestamp,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The decision's statement.
    pub by: StatementId,
    /// Whether something was done to what was reported.
    pub upheld: bool,
    /// When.
    pub at: Timestamp,
}

/// What came of somebody's reports on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    #[serde(rename = "d")]
    decided: u64,
    #[serde(rename = "u")]
    upheld: u64,
}

/// What came of somebody's reports of the last 180 days, by the day of the decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    #[serde(default)]
    days: BTreeMap<String, Tally>,
    /// How often it was written.
    #[serde(default)]
    pub edition: u64,
}

impl Record {
    /// With another outcome of a report, in the stead of what had come of it before; without what is too old.
    #[must_use]
    pub fn with(mut self, before: Option<&Outcome>, after: &Outcome, now: Timestamp) -> Self {
        if let Some(before) = before
            && let Some(tally) = self.days.get_mut(&day(before.at))
        {
            tally.decided = tally.decided.saturating_sub(1);
            tally.upheld = tally.upheld.saturating_sub(before.upheld.into());
        }
        let tally = self.days.entry(day(after.at)).or_default();
        tally.decided += 1;
        tally.upheld += u64::from(after.upheld);
        let oldest = oldest(now);
        self.days
            .retain(|day, tally| *day >= oldest && tally.decided > 0);
        self.edition += 1;
        self
    }

    /// How much a report of theirs weighs now.
    pub fn weight(&self, prime: bool, now: Timestamp) -> Weight {
        let oldest = oldest(now);
        let recent = self.days.iter().filter(|(day, _)| **day >= oldest);
        let (decided, upheld) = recent.fold((0, 0), |(decided, upheld), (_, tally)| {
            (decided + tally.decided, upheld + tally.upheld)
        });
        let under = |percent: u64| upheld * 100 < decided * percent;
        if decided >= MANY && under(10) {
            Weight(0)
        } else if decided >= FEW && under(30) {
            Weight(1)
        } else if decided >= MANY && !under(80) {
            Weight(8)
        } else if prime {
            Weight(4)
        } else {
            Weight(2)
        }
    }
}

/// A day as it is kept: fixed width, so that text order is time order.
fn day(at: Timestamp) -> String {
    format!("{:06}", at.as_second().div_euclid(DAY))
}

fn oldest(now: Timestamp) -> String {
    day(now.saturating_sub(REMEMBERED).unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + days * DAY).unwrap()
    }

    fn outcome(upheld: bool, days: i64) -> Outcome {
        Outcome {
            by: StatementId(Ulid::nil()),
            upheld,
            at: at(days),
        }
    }

    fn record(upheld: u64, decided: u64) -> Record {
        (0..decided).fold(Record::default(), |record, n| {
            record.with(None, &outcome(n < upheld, 0), at(0))
        })
    }

    #[test]
    fn a_report_weighs_by_tier_and_by_how_often_its_reporter_was_right() {
        for (upheld, decided, prime, quarters) in [
            (0, 0, true, 4),
            (0, 0, false, 2),
            (0, 4, true, 4),
            (1, 5, true, 1),
            (2, 6, true, 4),
            (0, 9, false, 1),
            (0, 10, true, 0),
            (1, 10, true, 1),
            (2, 10, false, 1),
            (3, 10, false, 2),
            (7, 10, true, 4),
            (8, 10, true, 8),
            (8, 10, false, 8),
            (9, 9, true, 4),
        ] {
            let weight = record(upheld, decided).weight(prime, at(1));
            assert_eq!(weight, Weight(quarters), "{upheld} of {decided}, {prime}");
        }
    }

    #[test]
    fn what_was_decided_longer_ago_than_180_days_does_not_count() {
        let bad = record(0, 10);
        assert_eq!(bad.weight(true, at(180)), Weight(0));
        assert_eq!(bad.weight(true, at(181)), Weight(4));
        let written = bad.with(None, &outcome(true, 181), at(181));
        assert_eq!(written.days.len(), 1);
    }

    #[test]
    fn another_decision_on_a_report_stands_in_the_stead_of_the_first() {
        let (kept, upheld) = (outcome(false, 0), outcome(true, 3));
        let mut record = record(0, 10);
        for _ in 0..10 {
            record = record.with(Some(&kept), &upheld, at(3));
        }
        assert_eq!(record.weight(true, at(3)), Weight(8));
        assert_eq!(record.days.len(), 1);
        assert_eq!(record.edition, 20);
    }

    #[test]
    fn three_people_and_the_weight_together_hide() {
        let five = Weight::of_ones("5");
        assert_eq!((five, five.ones()), (Weight(20), 5.0));
        assert!(five.hides(3, five) && !five.hides(2, five) && !Weight(19).hides(9, five));
        assert_eq!(Weight::of_ones("many"), Weight(u64::MAX));
    }

    #[test]
    fn an_explanation_has_up_to_a_thousand_characters() {
        assert!(explanation(&"é".repeat(1_000)).is_ok());
        for bad in [String::new(), " ".to_owned(), "é".repeat(1_001)] {
            assert!(explanation(&bad).is_err());
        }
    }

    #[test]
    fn a_reason_has_one_name() {
        for reason in ReportReason::ALL {
            assert_eq!(ReportReason::named(reason.name()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        }
        assert_eq!(ReportReason::named("boring"), None);
    }
}
