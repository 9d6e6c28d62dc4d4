//! Which events of the store's are known, and those that contradict others (MONEY 18, 37).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::swept;
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, Range, encode, readable},
};

/// What the claim of an event comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is known now, or was with this very content.
    Same,
    /// It is known with another content.
    Other,
}

#[derive(Debug, Serialize, Deserialize)]
struct Known {
    hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

/// An event that contradicts another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventConflict {
    /// Which; empty where it does not say.
    pub event: String,
    /// Which line of its it is about; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub line: String,
    /// Why it is none of the books', as the API tells it.
    pub reason: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// What it said, in JSON, its customer hashed.
    pub body: String,
}

#[derive(Serialize)]
struct Kept<'c> {
    #[serde(flatten)]
    conflict: &'c EventConflict,
    expires_at: i64,
}

impl EventConflict {
    /// What tells it from others that were received with it.
    pub fn place(&self) -> String {
        format!("{} {}", self.event, self.line)
    }

    /// What it said.
    pub fn said(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Store {
    /// Claims an event with the hash of its content, for ever or so long as what is told to nobody is kept.
    pub async fn claim_event(
        &self,
        event: &str,
        hash: &str,
        stays: bool,
        now: Timestamp,
    ) -> Result<Claimed, Error> {
        let key = keys::event(event);
        let same = |known: Known| match known.hash == hash {
            true => Claimed::Same,
            false => Claimed::Other,
        };
        if let Some(known) = self.table.read::<Known>(&key, true).await? {
            return Ok(same(known));
        }
        let known = Known {
            hash: hash.to_owned(),
            expires_at: (!stays).then(|| swept(now)),
        };
        let item = encode(&key, &known)?;
        let new = Expression::new("attribute_not_exists(PK)");
        if self.table.put_when(item, new).await? {
            return Ok(Claimed::Same);
        }
        let known = self.table.read::<Known>(&key, true).await?;
        // Swept meanwhile: what it said is known no more.
        Ok(known.map_or(Claimed::Same, same))
    }

    /// Keeps an event that contradicts another, so often as it is received.
    pub async fn note_conflict(&self, conflict: &EventConflict) -> Result<(), Error> {
        let key = keys::conflict(conflict.received_at, &conflict.place());
        let kept = Kept {
            conflict,
            expires_at: swept(conflict.received_at),
        };
        self.table.put_all(vec![encode(&key, &kept)?]).await
    }

    /// Up to `limit` of them, the latest first, after the one with that sort key; and whether there are more.
    pub async fn conflicts(
        &self,
        after: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<(Vec<EventConflict>, bool), Error> {
        let range = Range {
            after: after.map(|(at, event)| keys::happened(at, &event)),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::CONFLICTS.to_owned())
        };
        let found = self.table.query(&range).await?;
        Ok((readable(found.items), found.more))
    }
}
