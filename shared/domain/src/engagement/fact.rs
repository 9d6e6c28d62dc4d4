//! What is told in an inbox that names nobody.

use serde::{Deserialize, Serialize};

use super::{Outcome, Statement};

/// What is told that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// One has the badge from now on.
    BadgeGiven,
    /// One has it no more.
    BadgeTaken,
    /// Something of one's own was decided on, for these reasons.
    Decided(Box<Statement>),
    /// One's report was decided.
    Report(Outcome),
}

impl Fact {
    /// Whether it comes about once alone.
    pub fn is_once(&self) -> bool {
        match self {
            Self::BadgeGiven | Self::BadgeTaken => false,
            Self::Decided(_) | Self::Report(_) => true,
        }
    }

    /// What tells it from others of the same slot and time.
    pub(super) fn tag(&self) -> String {
        match self {
            Self::BadgeGiven => "given".to_owned(),
            Self::BadgeTaken => "taken".to_owned(),
            Self::Decided(statement) => statement.id.to_string(),
            Self::Report(outcome) => outcome.by.to_string(),
        }
    }
}
