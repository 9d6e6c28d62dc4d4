//! Photos in the bucket: where uploads and renditions lie, and how they get there.

mod bucket;
mod presign;

pub use bucket::{Bucket, Upload};
pub use presign::{PresignedUpload, presign_upload};

use crate::domain::ids::PhotoId;

const UPLOADS: &str = "uploads/";

/// Where an upload lies.
pub fn upload_key(photo: PhotoId) -> String {
    format!("{UPLOADS}{photo}")
}

/// Whether a key is one of an upload's, be it a photo's or not.
pub fn is_upload_key(key: &str) -> bool {
    key.starts_with(UPLOADS)
}

/// Which photo's upload lies at this key; `None` where no ticket leads to.
pub fn photo_at(key: &str) -> Option<PhotoId> {
    key.strip_prefix(UPLOADS)?.parse().ok()
}

/// Where a rendition of this width in pixels lies, given its photo's directory.
pub fn rendition_key(media: &str, width: u32) -> String {
    format!("media/{media}/{width}.jpg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_upload_leads_back_to_its_photo() {
        let photo = PhotoId(ulid::Ulid::from_parts(1_700_000_000_000, 7));
        let key = upload_key(photo);
        assert!(is_upload_key(&key));
        assert_eq!(photo_at(&key), Some(photo));
        for stray in ["uploads/cat.jpg", "uploads/", "media/x/320.jpg"] {
            assert_eq!(photo_at(stray), None, "{stray}");
        }
        assert_eq!(photo_at(&format!("{key}/2")), None);
    }
}
