//! Photos in the bucket: where uploads and renditions lie, and how they get there.

use aws_sdk_s3::primitives::ByteStream;
use domain::{
    ids::PhotoId,
    posts::photo::{Original, rendition_key, renditions_of},
};
use sha2::{Digest, Sha256};

use super::Bucket;
use crate::{aws::classify, error::Error};

/// What browsers and the CDN are told of a rendition: a day, the longest that a copy may outlive
/// its photo; nothing else is ever put at its address.
const CACHED: &str = "public, max-age=86400, immutable";

const UPLOADS: &str = "uploads/";

/// Where what is kept of an upload for its owner lies: below no address of the CDN's.
pub fn original_key(photo: PhotoId) -> String {
    format!("originals/{photo}")
}

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

/// Names the directory of a photo's renditions: 128 bits that reveal neither the photo nor its
/// owner to whoever lacks the secret, and that can be worked out again when the photo is gone.
#[derive(Clone)]
pub struct MediaNames {
    now: [u8; 32],
    before: Vec<[u8; 32]>,
}

impl std::fmt::Debug for MediaNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaNames")
    }
}

impl MediaNames {
    /// Names under a secret of any length; its entropy is what protects. Of several, parted by
    /// commas, the first names, and the others named before.
    pub fn new(secrets: &str) -> Self {
        let key = |secret: &str| {
            let key = Sha256::new_with_prefix(b"spark media v1\0").chain_update(secret);
            key.finalize().into()
        };
        let (now, before) = secrets.split_once(',').unwrap_or((secrets, ""));
        let before = before.split(',').filter(|secret| !secret.is_empty());
        Self {
            now: key(now),
            before: before.map(key).collect(),
        }
    }

    /// The directory of a new photo's renditions: 32 lower-case hex digits.
    pub fn of(&self, photo: PhotoId) -> String {
        named(&self.now, photo)
    }

    /// Every directory that a photo may have been given.
    pub fn possible(&self, photo: PhotoId) -> impl Iterator<Item = String> {
        let keys = std::iter::once(&self.now).chain(&self.before);
        keys.map(move |key| named(key, photo))
    }
}

fn named(key: &[u8; 32], photo: PhotoId) -> String {
    let digest = Sha256::new_with_prefix(key).chain_update(photo.0.to_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    let half = digest.iter().take(16);
    half.map(|byte| format!("{byte:02x}")).collect()
}

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// All of it.
    Whole(Vec<u8>),
    /// It was not read: it has more bytes than asked for.
    TooLarge,
}

impl Bucket {
    /// The object at `key`, if it has no more than `most` bytes; `None` when there is none.
    pub async fn upload(&self, key: &str, most: u64) -> Result<Option<Upload>, Error> {
        let Some(object) = self.get(key, None).await? else {
            return Ok(None);
        };
        let length = object
            .content_length
            .and_then(|length| u64::try_from(length).ok());
        if length.is_none_or(|length| length > most) {
            return Ok(Some(Upload::TooLarge));
        }
        let body = object.body.collect().await.map_err(Error::unavailable)?;
        Ok(Some(Upload::Whole(body.to_vec())))
    }

    /// Puts a rendition where the world can see it, over the one that may be there.
    pub async fn put_rendition(&self, media: &str, width: u32, jpeg: Vec<u8>) -> Result<(), Error> {
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(rendition_key(media, width));
        let put = put.content_type("image/jpeg").cache_control(CACHED);
        put.body(ByteStream::from(jpeg))
            .send()
            .await
            .map_err(classify)?;
        Ok(())
    }

    /// Puts what is kept of an upload, over what may be there; answers with how it is known again.
    pub async fn put_original(
        &self,
        photo: PhotoId,
        content_type: &str,
        file: Vec<u8>,
    ) -> Result<Original, Error> {
        let original = Original {
            bytes: file.len() as u64,
            sha256: Sha256::digest(&file)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        };
        let put = self.client.put_object().bucket(&self.name);
        let put = put.key(original_key(photo)).content_type(content_type);
        put.body(ByteStream::from(file))
            .send()
            .await
            .map_err(classify)?;
        Ok(original)
    }

    /// Deletes all that lies in a photo's directory of renditions.
    pub async fn delete_renditions(&self, media: &str) -> Result<(), Error> {
        for key in self.list(&renditions_of(media)).await? {
            self.delete(&key).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_its_photos_own_and_a_secret() {
        let [photo, other] = [7, 8].map(|n| PhotoId(ulid::Ulid::from_parts(1_700_000_000_000, n)));
        let names = MediaNames::new("secret");
        assert_eq!(names.of(photo), MediaNames::new("secret").of(photo));
        assert_ne!(names.of(photo), names.of(other));
        assert_ne!(names.of(photo), MediaNames::new("another").of(photo));
        assert_eq!(names.of(photo).len(), 32);
        let changed = MediaNames::new("new,secret");
        assert_eq!(changed.of(photo), MediaNames::new("new").of(photo));
        let possible: Vec<_> = changed.possible(photo).collect();
        assert_eq!(possible, [changed.of(photo), names.of(photo)]);
        assert!(names.of(photo).bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

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
