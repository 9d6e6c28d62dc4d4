//! What `photos` is told, beside what S3 says.

use domain::ids::PhotoId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "photos",
    /// What `photos` works on, beside what S3 says.
    PhotosMessage {
        "photo-removed.v1" PhotoRemoved(PhotoRemoved), from "relay", "a photo is gone: unclaimed for a day, no avatar any more, or deleted with its post";
        "photo-awaited.v1" PhotoAwaited(PhotoAwaited), from "janitor", "an upload was not settled in time: it is lost on the way, or does not come";
    }
}

/// A photo is gone: swept unclaimed, given up as an avatar, or deleted with its post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRemoved {
    /// Which.
    pub photo: PhotoId,
    /// The directory of its renditions: 32 hex digits.
    pub media: String,
}

/// An upload was not settled in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoAwaited {
    /// Which.
    pub photo: PhotoId,
    /// When its ticket was given out.
    pub since: Timestamp,
}
