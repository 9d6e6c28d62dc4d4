//! Posts: what people share, and how it is told what may be bought in it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{PhotoId, PostId, ProductId, TopicId, UserId},
    photo::{Image, Rejection},
};

/// A post has at most this many photos.
pub const MAX_PHOTOS: usize = 10;
/// A photo has at most this many hotspots.
pub const MAX_HOTSPOTS: usize = 20;
/// A post without hotspots lists at most this many products.
pub const MAX_PRODUCTS: usize = 20;
/// A post is on at most this many topics.
pub const MAX_TOPICS: usize = 5;

/// What kind of post it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// Text, with photos or without.
    Story,
    /// At least one photo.
    Photo,
}

/// Who sees a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostStatus {
    /// Its author alone, until its photos are ready.
    Processing,
    /// Its author alone: a photo was rejected.
    NeedsAttention,
    /// Everybody.
    Published,
}

/// A product pinned at a point of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hotspot {
    /// Which product.
    pub product: ProductId,
    /// From the left edge, 0 to 1.
    pub x: f64,
    /// From the top edge, 0 to 1.
    pub y: f64,
}

/// A photo of a post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostPhoto {
    /// Which.
    pub id: PhotoId,
    /// Alternative text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hotspots: Vec<Hotspot>,
    /// Its renditions, once ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Rejection>,
}

/// A post, with its counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Which.
    pub id: PostId,
    /// Whose.
    pub author: UserId,
    /// What kind.
    pub kind: PostKind,
    /// Who sees it.
    pub status: PostStatus,
    /// NFC, as given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// In the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PostPhoto>,
    /// Products named without a photo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// Whose walls it is on; at most [`MAX_TOPICS`], none where nothing tells.
    pub topics: Vec<TopicId>,
    /// Exact.
    #[serde(default)]
    pub smiles: u64,
    /// Exact.
    #[serde(default)]
    pub comments: u64,
    /// Exact.
    #[serde(default)]
    pub saves: u64,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// When it appeared; what posts sort by everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

impl Post {
    /// Every product in it, once.
    pub fn product_ids(&self) -> BTreeSet<&ProductId> {
        let pinned = self
            .photos
            .iter()
            .flat_map(|photo| &photo.hotspots)
            .map(|spot| &spot.product);
        pinned.chain(&self.products).collect()
    }

    /// Whether this person may see it.
    pub fn visible_to(&self, viewer: Option<&UserId>) -> bool {
        self.status == PostStatus::Published || viewer == Some(&self.author)
    }

    /// What the photos allow it to be: published when all are ready, else waiting, else in need
    /// of its author.
    pub fn status_by_photos(&self) -> PostStatus {
        if self.photos.iter().any(|photo| photo.rejected.is_some()) {
            PostStatus::NeedsAttention
        } else if self.photos.iter().all(|photo| photo.image.is_some()) {
            PostStatus::Published
        } else {
            PostStatus::Processing
        }
    }
}

impl Hotspot {
    /// A hotspot at a point of a photo.
    ///
    /// # Errors
    /// Names the coordinate (`x`, `y`) that is outside 0..1, and why.
    pub fn at(product: ProductId, x: f64, y: f64) -> Result<Self, Vec<(&'static str, String)>> {
        let outside = |value: f64| !(0.0..=1.0).contains(&value);
        let wrong: Vec<_> = [("x", x), ("y", y)]
            .into_iter()
            .filter(|(_, value)| outside(*value))
            .map(|(name, _)| (name, "must be between 0 and 1".to_owned()))
            .collect();
        if wrong.is_empty() {
            Ok(Self { product, x, y })
        } else {
            Err(wrong)
        }
    }
}
