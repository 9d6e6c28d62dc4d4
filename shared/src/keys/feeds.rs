//! Keys of where posts are delivered to.

use domain::{
    feeds::{OPEN_SHARDS, Position},
    ids::{PostId, ProductId, TopicId, UserId},
};

use super::{Key, Month, at};

/// The marker of a post that is still being delivered, by when it was written.
pub fn open(marker: Position) -> Key {
    let shard = u8::try_from(marker.post.0.random() % u128::from(OPEN_SHARDS)).unwrap_or(0);
    Key::new(open_shard(shard), at(marker))
}

/// One partition of open markers, 0 to [`OPEN_SHARDS`].
pub fn open_shard(shard: u8) -> String {
    format!("OPEN#{shard}")
}

/// Where an author's latest posts stand, for those who pull them.
pub fn head(author: &UserId) -> Key {
    Key::new(format!("USER#{author}"), "HEAD")
}

/// Into how many ranges the delivery of a post is cut.
pub fn delivery_plan(post: PostId) -> Key {
    Key::new(delivery_of(post), "PLAN")
}

/// Which of so many ranges were served, of one block of them.
pub fn ranges_done(post: PostId, ranges: u32, block: u32) -> Key {
    Key::new(delivery_of(post), format!("DONE#{ranges}#{block}"))
}

/// Which blocks of so many ranges are whole.
pub fn blocks_done(post: PostId, ranges: u32) -> Key {
    Key::new(delivery_of(post), format!("BLOCKS#{ranges}"))
}

/// To how many a post was delivered.
pub fn reach(post: PostId) -> Key {
    Key::new(delivery_of(post), "REACH")
}

/// The collection of how far the delivery of a post has come.
fn delivery_of(post: PostId) -> String {
    format!("FANOUT#{post}")
}

/// That a post shows a product.
pub fn shows(product: &ProductId, at: Position) -> Key {
    Key::new(shows_of(product), super::at(at))
}

/// The collection of the posts that show a product.
pub fn shows_of(product: &ProductId) -> String {
    format!("SHOWS#{product}")
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
