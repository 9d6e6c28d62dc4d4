//! An account's export (ENGAGEMENT 45-46): what it is told by, and how far it has come.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{ExportId, UserId};

/// For so long the file can be fetched.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For so long it is known that there was one.
const KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// One that is not finished after so long is not any more: another may be asked for.
pub const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportStatus {
    /// It was asked for.
    Queued,
    /// It is being put together.
    Running,
    /// The file is there.
    Ready,
    /// There will be no file.
    Failed,
    /// The file is gone.
    Expired,
}

impl ExportStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Ready,
        Self::Failed,
        Self::Expired,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

/// An export, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// Whose.
    pub owner: UserId,
    /// As it was written last; what it is at some time is told by [`Export::status`].
    status: ExportStatus,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Since when the file is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ready_at: Option<Timestamp>,
    /// Where it goes on.
    #[serde(default)]
    pub place: Place,
    /// The pieces that are put together in the end, by their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
    /// How often it was changed: it is changed as it was read.
    #[serde(default)]
    pub edition: u64,
    /// When the sweep takes it.
    expires_at: i64,
}

/// How far the putting together has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which part, from 0.
    pub part: usize,
    /// The last key of it that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Whether the list that is written has something in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filled: bool,
}

impl Export {
    /// One that is asked for now.
    pub fn asked(id: ExportId, owner: UserId, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            status: ExportStatus::Queued,
            created_at: now,
            ready_at: None,
            place: Place::default(),
            pieces: Vec::new(),
            edition: 0,
            expires_at: (now + KNOWN).as_second(),
        }
    }

    /// How far it has come.
    pub fn status(&self, now: Timestamp) -> ExportStatus {
        match (self.status, self.expires(), self.given_up()) {
            (ExportStatus::Ready, Some(at), _) if at <= now => ExportStatus::Expired,
            (ExportStatus::Queued | ExportStatus::Running, _, at) if at <= now => {
                ExportStatus::Failed
            }
            (status, ..) => status,
        }
    }

    /// Whether it is put together still.
    pub fn is_unfinished(&self, now: Timestamp) -> bool {
        matches!(
            self.status(now),
            ExportStatus::Queued | ExportStatus::Running
        )
    }

    /// When the file goes; `None` while there was none.
    pub fn expires(&self) -> Option<Timestamp> {
        self.ready_at.map(|at| at + KEPT)
    }

    /// When it is waited for no more.
    pub fn given_up(&self) -> Timestamp {
        self.created_at + GIVEN_UP_AFTER
    }

    /// The same, further, with one more piece where anything was written.
    #[must_use]
    pub fn further(mut self, place: Place, piece: Option<String>) -> Self {
        self.status = ExportStatus::Running;
        self.place = place;
        self.pieces.extend(piece);
        self
    }

    /// The same, written once more.
    #[must_use]
    pub fn written(mut self) -> Self {
        self.edition += 1;
        self
    }

    /// The same, with its file.
    #[must_use]
    pub fn ready(self, now: Timestamp) -> Self {
        Self {
            status: ExportStatus::Ready,
            ready_at: Some(now),
            place: Place::default(),
            pieces: Vec::new(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    #[test]
    fn an_export_is_waited_for_a_day_and_its_file_is_there_for_a_week() {
        let asked = Timestamp::UNIX_EPOCH;
        let hours = |hours: i64| asked + SignedDuration::from_hours(hours);
        let owner = UserId::parse("ana").unwrap();
        let export = Export::asked(ExportId(Ulid::nil()), owner, asked);
        assert_eq!(export.status(hours(23)), ExportStatus::Queued);
        assert_eq!(export.status(hours(24)), ExportStatus::Failed);
        let further = export.further(Place::default(), Some("a".to_owned()));
        assert_eq!(further.status(hours(23)), ExportStatus::Running);
        assert!(further.is_unfinished(hours(23)) && !further.is_unfinished(hours(24)));
        let ready = further.ready(hours(1));
        assert_eq!(ready.status(hours(168)), ExportStatus::Ready);
        assert_eq!(ready.status(hours(169)), ExportStatus::Expired);
        assert_eq!(ready.expires(), Some(hours(169)));
    }
}
