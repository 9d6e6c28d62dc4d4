//! Photos: what an upload becomes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{PhotoId, PostId, UserId};

/// How long an upload ticket lives.
pub const TICKET_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// How long an upload that arrived may take until it is settled; then it was lost on the way.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// From the ticket on, when an upload that has not arrived does not come any more: an hour after
/// the ticket ended (PRODUCT §3.2).
pub const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_mins(15 + 60);
/// The longest pause before the same upload is looked for again.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// The largest upload: 20 MB (PRODUCT §3.2).
pub const MAX_BYTES: u64 = 20_000_000;
/// What may be uploaded.
pub const CONTENT_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// Whether a content type is one of [`CONTENT_TYPES`], whatever its case; `image/jpg` is JPEG's
/// other name.
pub fn is_content_type(text: &str) -> bool {
    let known = |name: &str| text.eq_ignore_ascii_case(name);
    known("image/jpg") || CONTENT_TYPES.into_iter().any(known)
}

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
    /// Nothing had arrived an hour after its ticket ended.
    NotUploaded,
}

impl Rejection {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Truncated,
        Self::TypeMismatch,
        Self::TooManyPixels,
        Self::TooLarge,
        Self::Unreadable,
        Self::NotUploaded,
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

/// The file that was uploaded, without what its camera wrote into it: kept for its owner alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// How long it is.
    pub bytes: u64,
    /// 64 lower-case hex digits.
    pub sha256: String,
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
    /// As the ticket says; see [`is_content_type`].
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
    /// What is kept of the upload, once ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Original>,
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

    /// Whether it does not come any more, if it has not arrived.
    pub fn is_given_up(&self, now: Timestamp) -> bool {
        now.duration_since(self.created_at) >= GIVEN_UP_AFTER
    }
}

/// An upload that is not settled yet, as its marker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Which.
    pub photo: PhotoId,
    /// When its ticket was given out.
    pub since: Timestamp,
    /// Before when it is not to be looked for again; `None` while it never was.
    pub again_at: Option<Timestamp>,
}

impl Awaited {
    /// The latest ticket whose upload may have been lost.
    pub fn latest(now: Timestamp) -> Timestamp {
        now.saturating_sub(PATIENCE).unwrap_or(Timestamp::MIN)
    }

    /// Whether it is to be looked for.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.since <= Self::latest(now) && self.again_at.is_none_or(|at| at <= now)
    }

    /// When to look for it once more, looked for now: soon while it may still come, at the moment
    /// that it is given up, and ever more rarely after that, where it arrived and cannot be
    /// settled.
    pub fn next_after(&self, now: Timestamp) -> Timestamp {
        let age = now.duration_since(self.since);
        let pause = if age < GIVEN_UP_AFTER {
            PATIENCE.min(GIVEN_UP_AFTER - age)
        } else {
            age.min(LONGEST_PAUSE)
        };
        now.saturating_add(pause).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    #[test]
    fn an_upload_is_looked_for_until_it_is_given_up_and_then_ever_more_rarely() {
        let mut awaited = Awaited {
            photo: PhotoId(Ulid::nil()),
            since: Timestamp::UNIX_EPOCH,
            again_at: None,
        };
        let mut looked = Vec::new();
        for minute in 0..24 * 60 {
            let now = Timestamp::from_second(60 * minute).unwrap();
            if awaited.is_due(now) {
                looked.push(minute);
                awaited.again_at = Some(awaited.next_after(now));
            }
        }
        assert_eq!(looked, [15, 30, 45, 60, 75, 150, 300, 600, 960, 1_320]);
    }

    #[test]
    fn a_content_type_is_known_in_any_case_and_by_its_other_name() {
        for known in [
            "image/jpeg",
            "image/jpg",
            "IMAGE/JPG",
            "Image/Png",
            "image/webp",
        ] {
            assert!(is_content_type(known), "{known}");
        }
        for other in ["image/gif", "image/jpeg;q=1", "image/jpeg ", ""] {
            assert!(!is_content_type(other), "{other}");
        }
    }
}
