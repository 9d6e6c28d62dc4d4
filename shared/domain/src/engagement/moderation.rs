//! What is hidden from others, and why: by reports, by the filter, or by a moderator (ENGAGEMENT 33).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So long after it somebody may appeal against what weighs on them, a strike counts, and a report is remembered.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What hid something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenBy {
    /// Enough people who reported it.
    Reports,
    /// The filter, until a moderator has looked at it.
    Filter,
    /// A moderator's decision.
    Moderator,
}

impl HiddenBy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reports, Self::Filter, Self::Moderator];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::Filter => "filter",
            Self::Moderator => "moderator",
        }
    }
}

/// Why something is hidden: its author alone is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderation {
    /// What hid it.
    pub by: HiddenBy,
    /// For its author to read.
    pub reason: String,
    /// When a moderator decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Until when its author may appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Timestamp>,
}

impl Moderation {
    /// Enough people reported it, by now.
    pub fn by_reports(now: Timestamp) -> Self {
        Self {
            by: HiddenBy::Reports,
            reason: "Several people reported it; a moderator will look at it.".to_owned(),
            decided_at: None,
            appeal_until: Some(appeal_until(now)),
        }
    }

    /// The filter holds it, from now on.
    pub fn by_filter(now: Timestamp) -> Self {
        Self {
            by: HiddenBy::Filter,
            reason: "A moderator looks at it before others see it.".to_owned(),
            decided_at: None,
            appeal_until: Some(appeal_until(now)),
        }
    }

    /// A moderator decides so now.
    pub fn by_moderator(reason: String, now: Timestamp) -> Self {
        Self {
            by: HiddenBy::Moderator,
            reason,
            decided_at: Some(now),
            appeal_until: Some(appeal_until(now)),
        }
    }
}

/// Until when may be appealed against what was done at this time.
pub fn appeal_until(at: Timestamp) -> Timestamp {
    at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX)
}
