//! What happened, as the functions tell each other: small, versioned, safe to deliver twice.
//!
//! The version is part of the `type`. A sample of each lies in `events/` and is never edited: a
//! changed message is a new version beside the old one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::{
    catalogue::{
        file::StoreFile,
        product::{Availability, Money},
    },
    feeds::{Entry, Position},
    ids::{PhotoId, PostId, TopicId, UserId},
};

/// What `fanout` works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FanoutMessage {
    /// A post appeared.
    #[serde(rename = "post-published.v1")]
    PostPublished(Published),
    /// A page of its readers was served; the rest is to follow.
    #[serde(rename = "page-delivered.v1")]
    PageDelivered(PageDelivered),
    /// Somebody followed an author.
    #[serde(rename = "followed.v1")]
    Followed(Followed),
    /// The topics of a post that had appeared were changed. From the walls that it left it goes by
    /// itself: they show what the post says now.
    #[serde(rename = "topics-changed.v1")]
    TopicsChanged(Published),
}

/// What `photos` works on, beside what S3 says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PhotosMessage {
    /// A photo is gone, and what lies in the bucket for it is to follow.
    #[serde(rename = "photo-removed.v1")]
    PhotoRemoved(PhotoRemoved),
}

/// A photo is gone: swept unclaimed, given up as an avatar, or deleted with its post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRemoved {
    /// Which.
    pub photo: PhotoId,
    /// The directory of its renditions: 32 hex digits.
    pub media: String,
}

/// A published post, and walls that it is new on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// All its walls when it appears; after an edit those that it came to.
    pub topics: Vec<TopicId>,
}

impl Published {
    /// Its place in the order by time.
    pub fn entry(&self) -> Entry {
        let at = Position {
            published_at: self.published_at,
            post: self.post,
        };
        Entry {
            at,
            author: self.author.clone(),
        }
    }
}

/// A page of a post's readers was served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDelivered {
    /// What is being delivered.
    pub published: Published,
    /// The last reader who was served; those after are still to be.
    pub after: UserId,
}

/// Somebody followed an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// Who follows.
    pub reader: UserId,
    /// Whom.
    pub author: UserId,
}

/// What `catalogue` works on, besides S3's word that a file has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum CatalogueMessage {
    /// A slice of a file was taken over; the rest is to follow.
    #[serde(rename = "feed-slice-imported.v1")]
    SliceImported(SliceImported),
    /// All of a file was taken over; what it does not name any more is being retired.
    #[serde(rename = "feed-read.v1")]
    FeedRead(FeedRead),
    /// Prices or availability changed.
    #[serde(rename = "price-changed.v1")]
    PriceChanged(PriceChanged),
}

/// A slice of a file was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceImported {
    /// Which file.
    pub file: StoreFile,
    /// How many slices were.
    pub parts: u32,
    /// Where the next one begins, in bytes.
    pub offset: u64,
    /// On which line that is, from 1.
    pub line: u64,
}

/// All of a file was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRead {
    /// Which file.
    pub file: StoreFile,
    /// In how many slices.
    pub parts: u32,
    /// The last slice of its earlier versions that was compared with it, by its key.
    pub after: Option<String>,
    /// How many products were retired so far.
    pub retired: u64,
}

/// Prices or availability changed: the store's own systems say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChanged {
    /// Any number of products; of one that is named twice the later `at` holds.
    pub changes: Vec<PriceChange>,
}

/// What a product costs, and whether it can be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// As in the store's feed.
    pub product_id: String,
    /// The regular price.
    pub price: Money,
    /// A lower one that holds until the next change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Money>,
    /// `in_stock`, `sold_out` or `gone`.
    pub availability: Availability,
    /// Since when.
    pub at: Timestamp,
}
