//! The bucket of uploads and renditions.

use aws_sdk_s3::{Client, primitives::ByteStream};

use super::{media_prefix, rendition_key, upload_key};
use crate::{error::Error, store::classify::classify};
use domain::ids::PhotoId;

/// What browsers and the CDN are told of a rendition: a day, the longest that a copy may outlive
/// its photo; nothing else is ever put at its address.
const CACHED: &str = "public, max-age=86400, immutable";

/// The bucket of uploads and renditions.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
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
    /// The bucket of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// The object at `key`, if it has no more than `most` bytes; `None` when there is none.
    ///
    /// # Errors
    /// Only those of the bucket.
    pub async fn upload(&self, key: &str, most: u64) -> Result<Option<Upload>, Error> {
        let asked = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        let object = match asked {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(classify(error)),
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
    ///
    /// # Errors
    /// Only those of the bucket.
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

    /// Whether a file has been uploaded for this photo.
    ///
    /// # Errors
    /// Only those of the bucket.
    pub async fn has_upload(&self, photo: PhotoId) -> Result<bool, Error> {
        Ok(!self.keys(upload_key(photo)).await?.is_empty())
    }

    /// Up to a thousand keys that begin like this. To list takes no right to read.
    async fn keys(&self, prefix: String) -> Result<Vec<String>, Error> {
        let list = self.client.list_objects_v2().bucket(&self.name);
        let listed = list.prefix(prefix).send().await.map_err(classify)?;
        let objects = listed.contents.unwrap_or_default().into_iter();
        Ok(objects.filter_map(|object| object.key).collect())
    }

    /// Deletes all that lies in a photo's directory of renditions, as far as one listing goes: a
    /// thousand, of which there are three.
    ///
    /// # Errors
    /// Only those of the bucket.
    pub async fn delete_renditions(&self, media: &str) -> Result<(), Error> {
        for key in self.keys(media_prefix(media)).await? {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// Deletes the object at `key`, there or not.
    ///
    /// # Errors
    /// Only those of the bucket.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(classify)?;
        Ok(())
    }
}
