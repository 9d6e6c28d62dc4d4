//! Photos in the bucket: where uploads lie, and the requests that bring them there.

mod presign;

pub use presign::{PresignedUpload, presign_upload};

use crate::domain::ids::PhotoId;

/// Where an upload lies.
pub fn upload_key(photo: PhotoId) -> String {
    format!("uploads/{photo}")
}
