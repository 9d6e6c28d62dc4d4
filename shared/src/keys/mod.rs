//! Every key of the table: nobody else spells a prefix. Key functions take ids; what an item is, and
//! what becomes of it, is told by its line in [`items`].

mod catalogue;
mod clicks;
mod engagement;
mod feeds;
pub mod items;
mod lists;
mod moderation;
mod money;
mod month;
mod people;
mod posts;
mod programmes;
mod search;
mod sellers;
mod social;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::Position,
    ids::{PhotoId, UserId},
};
use jiff::Timestamp;

pub use catalogue::*;
pub use clicks::*;
pub use engagement::*;
pub use feeds::*;
pub use items::{Item, Line, Relayed};
pub use lists::*;
pub use moderation::*;
pub use money::*;
pub use month::Month;
pub use people::*;
pub use posts::*;
pub use programmes::*;
pub use search::*;
pub use sellers::*;
pub use social::*;

/// The partition key's attribute.
pub const PK: &str = "PK";
/// The sort key's attribute.
pub const SK: &str = "SK";
/// The TTL attribute: seconds since the epoch.
pub const EXPIRES_AT: &str = "expires_at";

/// The trace of the request that wrote an item which its worker, or the relay, goes on from.
pub const TRACE: &str = "trace";

/// How all lies in the table. One more whenever items that a build before has written would be misread: the local cloud
/// keeps its table from run to run, and refuses one of another layout.
pub const LAYOUT: u32 = 3;

/// Markers of uploads that are awaited are spread over this many partitions.
pub const AWAITED_SHARDS: u8 = 4;

/// Where an item lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// As the SDK takes it.
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// The key of an item that was read.
    pub fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some(Self {
            pk: text(PK)?,
            sk: text(SK)?,
        })
    }
}

/// A position as a sort key: `2026-11-21T21:56:00.123Z#<ULID>`, fixed width, so that text order is
/// time order.
pub fn at(position: Position) -> String {
    format!("{:.3}#{}", position.published_at, position.post)
}

/// Reads the sort key of a position.
pub fn parse_at(sk: &str) -> Option<Position> {
    let (time, post) = sk.split_once('#')?;
    Some(Position {
        published_at: time.parse().ok()?,
        post: post.parse().ok()?,
    })
}

/// A time and an upload as a sort key: fixed width, so that text order is time order.
pub fn since(time: Timestamp, photo: PhotoId) -> String {
    format!("{time:.3}#{photo}")
}

/// What a request with an `Idempotency-Key` made. The key comes last, so that it cannot forge
/// another user's or route's.
pub fn idempotency(user: &UserId, route: &str, key: &str) -> Key {
    Key::new(format!("IDEM#{user}#{route}#{key}"), "IDEM")
}

/// How often a person did one kind of thing in an hour, by the hour's number since 1970.
pub fn quota(user: &UserId, kind: &str, window: u64) -> Key {
    Key::new(format!("QUOTA#{user}"), format!("{kind}#{window}"))
}

/// Where there is never an item: what a function reads to open its connection.
pub fn nothing() -> Key {
    Key::new("NOTHING".to_owned(), "NOTHING")
}

#[cfg(test)]
mod tests {
    use domain::ids::PostId;
    use ulid::Ulid;

    use super::*;

    #[test]
    fn the_text_of_positions_sorts_as_they_do() {
        let position = |ms, id| Position {
            published_at: Timestamp::from_millisecond(ms).unwrap(),
            post: PostId(Ulid::from_parts(1, id)),
        };
        let mut positions = [
            position(2_000, 1),
            position(1_999, 9),
            position(2_000, 0),
            position(1_000, 5),
        ];
        positions.sort();
        let texts = positions.map(at);
        assert!(texts.is_sorted());
        assert_eq!(texts.map(|text| parse_at(&text)), positions.map(Some));
    }
}
