//! What `photos` is told, beside what S3 says.

use domain::ids::PhotoId;
use serde::{Deserialize, Serialize};

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
