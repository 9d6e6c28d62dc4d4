//! The bucket: objects by key, and what lies at which. What the table does not hold lies here.

mod exports;
pub mod files;
mod filter;
mod objects;
mod photos;
mod presign;
mod sheets;
mod sitemaps;

use aws_sdk_s3::{
    Client,
    error::SdkError,
    operation::{
        get_object::GetObjectOutput,
        head_object::HeadObjectOutput,
        put_object::{PutObjectError, builders::PutObjectFluentBuilder},
    },
};
use serde::{Serialize, de::DeserializeOwned};

pub use exports::{Exports, InParts, export_key, exported, piece_key};
pub use filter::KeptFilter;
pub use objects::{Found, Objects};
pub use photos::{MediaNames, Upload, is_upload_key, original_key, photo_at, upload_key};
pub use presign::{PresignedUpload, Presigner};
pub use sheets::{SHEET_MOST, Sheets};
pub use sitemaps::{SITEMAP_INDEX, SITEMAP_STATE, SITEMAPS, sitemap_key, sitemap_name};

use crate::{aws::classify, error::Error};

/// What most objects are that are no pictures.
const JSON: &str = "application/json";
/// And what search engines read.
const XML: &str = "application/xml";

/// The one bucket. Its methods fail with [`Error::Unavailable`] when it cannot be reached, and with
/// [`Error::Internal`] when it refuses, or holds what cannot be read.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// The object at `key`, or this range of its bytes; `None` when there is none.
    pub async fn get(
        &self,
        key: &str,
        range: Option<String>,
    ) -> Result<Option<GetObjectOutput>, Error> {
        let get = self.client.get_object().bucket(&self.name).key(key);
        match get.set_range(range).send().await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }

    /// What lies at `key`, without its bytes; `None` when nothing does.
    pub async fn head(&self, key: &str) -> Result<Option<HeadObjectOutput>, Error> {
        let head = self.client.head_object().bucket(&self.name).key(key);
        match head.send().await {
            Ok(head) => Ok(Some(head)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }

    /// The JSON at `key`; `None` when there is none.
    pub async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let found = self.read_tagged(key).await?;
        Ok(found.map(|(value, _tag)| value))
    }

    /// The JSON at `key` and its entity tag; `None` when there is none.
    pub async fn read_tagged<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(T, Option<String>)>, Error> {
        let Some(object) = self.get(key, None).await? else {
            return Ok(None);
        };
        let body = object.body.collect().await.map_err(Error::unavailable)?;
        let value = serde_json::from_slice(&body.into_bytes()).map_err(Error::internal)?;
        Ok(Some((value, object.e_tag)))
    }

    /// Puts JSON at `key`, over what may be there.
    pub async fn write<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        self.put_json(key, value)?.send().await.map_err(classify)?;
        Ok(())
    }

    /// Puts JSON at `key`, if what was read is still there: an object of this entity tag, or none.
    /// Whether it was.
    pub async fn write_over<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        read: Option<String>,
    ) -> Result<bool, Error> {
        let none = read.is_none().then(|| "*".to_owned());
        let put = self.put_json(key, value)?;
        match put.set_if_match(read).set_if_none_match(none).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_overtaken(&error) => Ok(false),
            Err(error) => Err(classify(error)),
        }
    }

    fn put_json<T: Serialize>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<PutObjectFluentBuilder, Error> {
        let body = serde_json::to_vec_pretty(value).map_err(Error::internal)?;
        let put = self.client.put_object().bucket(&self.name).key(key);
        Ok(put.content_type(JSON).body(body.into()))
    }

    /// Puts an XML document at `key`, over what may be there.
    pub async fn put_xml(&self, key: &str, document: String) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.name).key(key);
        let put = put.content_type(XML).body(document.into_bytes().into());
        put.send().await.map_err(classify)?;
        Ok(())
    }

    /// The text at `key`; `None` when there is none.
    pub async fn text(&self, key: &str) -> Result<Option<String>, Error> {
        let Some(object) = self.get(key, None).await? else {
            return Ok(None);
        };
        let body = object.body.collect().await.map_err(Error::unavailable)?;
        let text = String::from_utf8(body.to_vec()).map_err(Error::internal)?;
        Ok(Some(text))
    }

    /// All keys that begin so. To list takes no right to read.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let (mut keys, mut after) = (Vec::new(), None);
        loop {
            let list = self.client.list_objects_v2().bucket(&self.name);
            let list = list.prefix(prefix).set_start_after(after);
            let page = list.send().await.map_err(classify)?;
            let found = page.contents.into_iter().flatten();
            keys.extend(found.filter_map(|object| object.key));
            if page.is_truncated != Some(true) {
                return Ok(keys);
            }
            after = keys.last().cloned();
        }
    }

    /// Deletes the object at `key`, there or not.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(classify)?;
        Ok(())
    }
}

/// Whether a write was refused for its condition: 412; 409 where another write was under way; 404
/// where the object was deleted meanwhile.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
fn is_overtaken(error: &SdkError<PutObjectError>) -> bool {
    let response = error.raw_response();
    response.is_some_and(|response| matches!(response.status().as_u16(), 404 | 409 | 412))
}
