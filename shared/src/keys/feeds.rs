//! Keys of where posts are delivered to.

use domain::{
    feeds::Position,
    ids::{TopicId, UserId},
};

use super::{Key, Month, OPEN_SHARDS, at};

/// The marker of a post that is still being delivered.
pub fn open(position: Position) -> Key {
    let shard = u8::try_from(position.post.0.random() % u128::from(OPEN_SHARDS)).unwrap_or(0);
    Key::new(open_shard(shard), at(position))
}

/// One partition of open markers, 0 to [`OPEN_SHARDS`].
pub fn open_shard(shard: u8) -> String {
    format!("OPEN#{shard}")
}

/// A post in a reader's timeline.
pub fn timeline(reader: &UserId, position: Position) -> Key {
    Key::new(timeline_of(reader), at(position))
}

/// The collection of what was delivered to a reader.
pub fn timeline_of(reader: &UserId) -> String {
    format!("FEED#{reader}")
}

/// A post on a topic's wall.
pub fn on_topic(topic: &TopicId, position: Position) -> Key {
    Key::new(
        topic_month(topic, Month::of(position.published_at)),
        at(position),
    )
}

/// The collection of a topic's posts in one month.
pub fn topic_month(topic: &TopicId, month: Month) -> String {
    format!("TOPIC#{topic}#{month}")
}
