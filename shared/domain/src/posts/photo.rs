//! Photos: what an upload becomes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{PhotoId, PostId, UserId};

/// How long an upload ticket lives.
pub const TICKET_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// The largest upload: 20 MB (PRODUCT §3.2).
pub const MAX_BYTES: u64 = 20_000_000;
/// What may be uploaded.
pub const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoStatus {
    /// The ticket is out, nothing has come of it yet.
    AwaitingUpload,
    /// The renditions are there.
    Ready,
    /// It is not what it claimed to be; see the reason.
    Rejected,
}

/// Why an upload was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// The file ends before the image does.
    Truncated,
    /// The bytes are of another type than the ticket's.
    TypeMismatch,
    /// Over 50 megapixels, by its own header.
    TooManyPixels,
    /// Over 20 MB.
    TooLarge,
    /// Not an image that can be decoded.
    Unreadable,
}

impl Rejection {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Truncated,
        Self::TypeMismatch,
        Self::TooManyPixels,
        Self::TooLarge,
        Self::Unreadable,
    ];
}

/// One size of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// Pixels.
    #[serde(rename = "w")]
    pub width: u32,
    /// Pixels.
    #[serde(rename = "h")]
    pub height: u32,
}

/// A photo that is ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Pixels of the original, after orientation.
    pub width: u32,
    /// Pixels of the original, after orientation.
    pub height: u32,
    /// A thumbhash, base64.
    pub placeholder: String,
    /// The unguessable directory that its renditions lie in: 32 hex digits.
    pub media: String,
    /// Smallest first; each lies at `media/<media>/<width>.jpg`.
    pub renditions: Vec<Rendition>,
}

/// Where a rendition of this width in pixels lies in the bucket, and below the CDN's address.
pub fn rendition_key(media: &str, width: u32) -> String {
    format!("{}{width}.jpg", renditions_of(media))
}

/// What the keys of all renditions in a photo's directory begin with.
pub fn renditions_of(media: &str) -> String {
    format!("media/{media}/")
}

/// An upload from its ticket on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Which.
    pub id: PhotoId,
    /// Whose.
    pub owner: UserId,
    /// As the ticket says: one of [`CONTENT_TYPES`].
    pub content_type: String,
    /// As the ticket says.
    pub bytes: u64,
    /// As the ticket says: 64 lower-case hex digits.
    pub sha256: String,
    /// How far it has come.
    pub status: PhotoStatus,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Rejection>,
    /// The directory that its renditions go to, fixed with the ticket, so that a second delivery
    /// of the same upload writes the same objects.
    pub media: String,
    /// What came of it, once ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The one post that claimed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// Whether it is its owner's avatar, and so no post's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub avatar: bool,
    /// When the ticket was given out.
    pub created_at: Timestamp,
    /// TTL, seconds since the epoch: a day after the ticket, until a post or a profile claims it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl Photo {
    /// Whether a post or a profile has it.
    pub fn is_claimed(&self) -> bool {
        self.post.is_some() || self.avatar
    }

    /// Whether its time is over, swept already or not.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now.as_second())
    }
}
