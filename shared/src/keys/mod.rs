//! Every key of the table: the only file that spells a prefix. Key functions take ids.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use domain::{
    catalogue::product::Money,
    feeds::Position,
    ids::{PhotoId, PostId, ProductId, ReviewId, TopicId, UserId},
    people::Handle,
};

/// The partition key's attribute.
pub const PK: &str = "PK";
/// The sort key's attribute.
pub const SK: &str = "SK";
/// The TTL attribute: seconds since the epoch.
pub const EXPIRES_AT: &str = "expires_at";

/// The trace of the request that wrote an item which its worker, or the relay, goes on from.
pub const TRACE: &str = "trace";

/// Open markers are spread over this many partitions.
pub const OPEN_SHARDS: u8 = 4;

/// Where an item lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// A person who has joined.
pub fn profile(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "PROFILE")
}

/// The claim on a handle, whatever its case.
pub fn handle(handle: &Handle) -> Key {
    Key::new(format!("HANDLE#{}", handle.folded()), "HANDLE")
}

/// That `reader` follows `author`, as the reader sees it.
pub fn follows(reader: &UserId, author: &UserId) -> Key {
    Key::new(follows_of(reader), author.as_str())
}

/// The collection of whom a reader follows.
pub fn follows_of(reader: &UserId) -> String {
    format!("FOLLOWS#{reader}")
}

/// That posts of `author` are pushed to `reader`.
pub fn fan(author: &UserId, reader: &UserId) -> Key {
    Key::new(fans_of(author), reader.as_str())
}

/// The collection of those whom an author's posts are pushed to.
pub fn fans_of(author: &UserId) -> String {
    format!("FANS#{author}")
}

/// That a person chose a topic; the latest to join come last.
pub fn interested(topic: &TopicId, joined_at: Timestamp, user: &UserId) -> Key {
    Key::new(interested_in(topic), format!("{joined_at:.3}#{user}"))
}

/// The collection of those who chose a topic.
pub fn interested_in(topic: &TopicId) -> String {
    format!("INTERESTED#{topic}")
}

/// A post with its counts.
pub fn post(post: PostId) -> Key {
    Key::new(format!("POST#{post}"), "POST")
}

/// That an edit of a post brought it to other walls.
pub fn came_to(post: PostId, edition: u64) -> Key {
    Key::new(
        format!("POST#{post}"),
        format!("{}{edition}", stream::CAME_TO),
    )
}

/// A post in its author's list.
pub fn authored(author: &UserId, position: Position) -> Key {
    Key::new(authored_by(author), at(position))
}

/// The collection of an author's published posts.
pub fn authored_by(author: &UserId) -> String {
    format!("POSTS#{author}")
}

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

/// That `user` smiled at `post`.
pub fn smile(user: &UserId, post: PostId) -> Key {
    Key::new(acts_of(user), format!("{post}#smile"))
}

/// The collection of what a person did to posts; sort keys begin with the post's id.
pub fn acts_of(user: &UserId) -> String {
    format!("ACTS#{user}")
}

/// An upload, from its ticket on.
pub fn photo(photo: PhotoId) -> Key {
    Key::new(format!("PHOTO#{photo}"), "PHOTO")
}

/// A product as cards show it.
pub fn product(product: &ProductId) -> Key {
    Key::new(product_collection(product), "PRODUCT")
}

/// What is only said where a product is shown on its own, apart from the card that feeds read.
pub fn product_details(product: &ProductId) -> Key {
    Key::new(product_collection(product), "DESCRIPTION")
}

/// The index of what is in stock, by category and price.
pub const BY_PRICE: &str = "by_price";
/// The index of what is in stock, by category and brand, then price.
pub const BY_BRAND: &str = "by_brand";
/// The partition key of [`BY_PRICE`].
pub const CATEGORY_KEY: &str = "category_key";
/// The partition key of [`BY_BRAND`].
pub const BRAND_KEY: &str = "brand_key";
/// The sort key of both.
pub const PRICE_KEY: &str = "price_key";

/// The longest category in a key, in bytes: a partition key has at most 2,048, of which a brand of
/// 70 characters needs its part. Categories that are the same so far count as one.
const LONGEST_CATEGORY: usize = 1_024;

/// A category however it is spelt: `furniture > chairs`.
pub fn in_category(category: &str) -> String {
    let parts: Vec<_> = category.split('>').map(folded).collect();
    let mut key = parts.join(" > ");
    key.truncate(key.floor_char_boundary(LONGEST_CATEGORY));
    key
}

/// A brand in a category.
pub fn of_brand(category: &str, brand: &str) -> String {
    format!("{}#{}", in_category(category), folded(brand))
}

/// No part of an index key may look like two.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('#', " ")
}

/// A product among those of its price.
pub fn priced(price: &Money, product: &ProductId) -> String {
    format!("{}#{product}", from_price(&price.currency, price.amount))
}

/// Where products of that price or more begin, in minor units.
pub fn from_price(currency: &str, amount: i64) -> String {
    format!("{currency}#{amount:017}")
}

/// The product of a partition key.
pub fn product_of(pk: &str) -> Option<ProductId> {
    pk.strip_prefix("PRODUCT#").and_then(ProductId::parse)
}

/// The collection of what is known of a product.
pub fn product_collection(product: &ProductId) -> String {
    format!("PRODUCT#{product}")
}

/// A review that a person wrote in the store.
pub fn review(user: &UserId, review: &ReviewId) -> Key {
    Key::new(format!("REVIEWS#{user}"), review.as_str())
}

/// A review in its writer's list.
pub fn reviewed(user: &UserId, written_at: Timestamp, review: &ReviewId) -> Key {
    Key::new(reviewed_by(user), format!("{written_at:.3}#{review}"))
}

/// The collection of a person's reviews by when they were written.
pub fn reviewed_by(user: &UserId) -> String {
    format!("REVIEWED#{user}")
}

/// The review of an entry of that list.
pub fn parse_reviewed(sk: &str) -> Option<ReviewId> {
    let (_, review) = sk.split_once('#')?;
    ReviewId::parse(review)
}

/// The report on a file of the store's.
pub fn import(id: &str) -> Key {
    Key::new(format!("IMPORT#{id}"), "IMPORT")
}

/// A report in the list of all.
pub fn listed_import(confirmed_at: Timestamp, id: &str) -> Key {
    Key::new(imports(), format!("{confirmed_at:.3}#{id}"))
}

/// The collection of all reports by when their files arrived.
pub fn imports() -> String {
    "IMPORTS".to_owned()
}

/// What a request with an `Idempotency-Key` made. The key comes last, so that it cannot forge
/// another user's or route's.
pub fn idempotency(user: &UserId, route: &str, key: &str) -> Key {
    Key::new(format!("IDEM#{user}#{route}#{key}"), "IDEM")
}

/// Where there is never an item: what a function reads to open its connection.
pub fn nothing() -> Key {
    Key::new("NOTHING".to_owned(), "NOTHING")
}

/// What the relay's stream filter lets through, by prefix of the partition key.
pub mod stream {
    /// Items of posts.
    pub const POST: &str = "POST#";
    /// Sort keys of the notes that a post came to other walls.
    pub const CAME_TO: &str = "CAME-TO#";
    /// Items of uploads.
    pub const PHOTO: &str = "PHOTO#";
    /// Edges as readers see them.
    pub const FOLLOWS: &str = "FOLLOWS#";

    /// The reader of an edge's partition key.
    pub fn reader(pk: &str) -> Option<&str> {
        pk.strip_prefix(FOLLOWS)
    }
}

/// A calendar month, UTC: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Date);

impl Month {
    /// The month that holds `at`.
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// The one before.
    pub fn previous(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0).first_of_month())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    #[test]
    fn the_longest_category_and_brand_fit_into_a_partition_key() {
        for letter in ["x", "Я", "類", "İ", "😀"] {
            let key = of_brand(&letter.repeat(750), &letter.repeat(70));
            assert!(key.len() <= 2_048, "{letter}: {}", key.len());
        }
    }

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

    #[test]
    fn january_follows_december() {
        let january = Month::of("2027-01-31T23:59:59.999Z".parse().unwrap());
        assert_eq!(january.previous().to_string(), "2026-12");
    }
}
