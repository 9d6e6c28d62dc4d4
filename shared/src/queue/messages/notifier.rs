//! What `notifier` is told: that somebody did something that another may want to know.

use domain::{
    engagement::Subject,
    ids::{StatementId, UserId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "notifier",
    /// What `notifier` works on.
    NotifierMessage {
        "stated.v1" Stated(Stated), from "relay", "somebody was given a statement of reasons";
        "report-decided.v1" ReportDecided(ReportDecided), from "relay", "a report was decided, or decided anew";
        "acted.v1" Acted(Acted), from "relay", "somebody did, or took back, what another may want to know";
    }
}

/// Somebody was given a statement of reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// Who.
    pub author: UserId,
    /// Which.
    pub statement: StatementId,
}

/// A report was decided: how, it tells itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDecided {
    /// Whose report.
    pub reporter: UserId,
    /// On what.
    pub subject: Subject,
}

/// Somebody did something, or took it back: which of both, the relation tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// What.
    pub kind: ActKind,
    /// Who.
    pub actor: UserId,
    /// At what: a post's id, a comment's, a person's.
    pub subject: String,
    /// Whose that is; `None` where the message's teller does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Of a mention in a post: whom it names, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Smiled at a post, or at a comment.
    Smile,
    /// Voted in a post's poll.
    Vote,
    /// Followed a person.
    Follow,
    /// Mentioned a person, in a post or in a comment.
    Mention,
    /// Said something of a post.
    Comment,
    /// Answered a comment.
    Reply,
    /// Accepted an answer.
    Accepted,
    /// Has the badge from now on.
    BadgeGiven,
    /// Has it no more.
    BadgeTaken,
    /// Took a post or a comment away: it is shown no more.
    Gone,
}
