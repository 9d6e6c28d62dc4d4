//! Keys of where posts are delivered to, and of what is picked.

use domain::{
    feeds::{HotList, OPEN_SHARDS, Position},
    ids::{PostId, ProductId, SponsorshipId, TopicId, UserId},
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

/// That a post is shown for a sponsor.
pub fn sponsorship(sponsorship: SponsorshipId) -> Key {
    Key::new(SPONSORED.to_owned(), sponsorship.to_string())
}

/// The collection of what is shown for sponsors.
pub const SPONSORED: &str = "SPONSORED";
/// The lists that editors feature: one page holds them all.
pub fn finds() -> Key {
    Key::new("FINDS".to_owned(), "0")
}

/// The hottest posts of a topic, or of all, as they were in a minute since 1970.
pub fn hottest(list: &HotList, minute: u32) -> Key {
    Key::new(hottest_of(list), format!("{HOT}{minute:010}"))
}

/// The collection of the generations of such a list.
pub fn hottest_of(list: &HotList) -> String {
    format!("TOPIC#{list}")
}

/// What the sort keys of generations begin with.
pub const HOT: &str = "HOT#";

/// Reads the sort key of one.
pub fn parse_hottest(sk: &str) -> Option<u32> {
    sk.strip_prefix(HOT)?.parse().ok()
}

/// A product that may be picked, on the shelf of a topic; on that of all where none is named.
pub fn picked(topic: Option<&TopicId>, product: &ProductId) -> Key {
    Key::new(picked_on(topic), product.as_str())
}

/// The collection of the products that may be picked on a shelf.
pub fn picked_on(topic: Option<&TopicId>) -> String {
    // A topic's id has no capitals.
    format!("PICKS#{}", topic.map_or("ALL", TopicId::as_str))
}
