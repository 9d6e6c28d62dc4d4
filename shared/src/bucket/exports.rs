//! Exports in the bucket: pieces as they are put together, and the whole file. An object is never put over another but of
//! the same export.

use std::time::Duration;

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use domain::ids::ExportId;

use super::{Bucket, Found, JSON, Objects};
use crate::{aws::classify, error::Error};

/// A part of ten megabytes is on its way for so long at the most.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the file of an export lies.
pub fn export_key(export: ExportId) -> String {
    format!("{}spark-export.json", exported(export))
}

/// What the keys of all that lies in the bucket for an export begin with.
pub fn exported(export: ExportId) -> String {
    format!("exports/{export}/")
}

/// A new key for a piece of an export: whoever puts it there puts nothing over another's.
pub fn piece_key(export: ExportId) -> String {
    format!("{}{:032x}", exported(export), rand::random::<u128>())
}

/// A file that is put into the bucket in parts, none of which but the last is shorter than 5 MiB.
#[derive(Debug)]
pub struct InParts {
    key: String,
    upload: String,
    parts: Vec<CompletedPart>,
}

/// Exports as the janitor puts them together. What carries a body goes by signed addresses: the SDK would bring the tables
/// of all checksums for it, a twelfth of the function's binary.
#[derive(Debug, Clone)]
pub struct Exports {
    bucket: Bucket,
    objects: Objects,
}

impl Exports {
    /// Of the same bucket, both ways.
    pub fn new(bucket: Bucket, objects: Objects) -> Self {
        let objects = objects.waiting(PATIENCE);
        Self { bucket, objects }
    }

    /// Puts JSON that is text already, over what may be there.
    pub async fn put(&self, key: &str, text: Vec<u8>) -> Result<(), Error> {
        self.objects.put(key, JSON, text.into()).await
    }

    /// The bytes of an object; `None` when there is none.
    pub async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(match self.objects.read(key, None).await? {
            Found::Object(bytes, _) => Some(bytes.into()),
            Found::Nothing | Found::AsKnown => None,
        })
    }

    /// The keys of what lies there for an export.
    pub async fn list(&self, export: ExportId) -> Result<Vec<String>, Error> {
        self.bucket.list(&exported(export)).await
    }

    /// Deletes one object.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.bucket.delete(key).await
    }

    /// Deletes all that lies there for an export.
    pub async fn delete_all(&self, export: ExportId) -> Result<(), Error> {
        for key in self.list(export).await? {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// Begins a file in parts. One that is never completed is swept after a day.
    pub async fn begin_parts(&self, key: &str) -> Result<InParts, Error> {
        let begin = self.bucket.client.create_multipart_upload();
        let begin = begin.bucket(&self.bucket.name);
        let begun = begin.key(key).content_type(JSON).send().await;
        let upload = begun.map_err(classify)?.upload_id;
        Ok(InParts {
            key: key.to_owned(),
            upload: upload.ok_or_else(|| Error::internal("an upload without an id"))?,
            parts: Vec::new(),
        })
    }

    /// Puts the next part.
    pub async fn put_part(&self, file: &mut InParts, part: Vec<u8>) -> Result<(), Error> {
        let number = i32::try_from(file.parts.len() + 1).map_err(Error::internal)?;
        let to = (file.upload.as_str(), number);
        let tag = self.objects.put_part(&file.key, to, part.into()).await?;
        let part = CompletedPart::builder().part_number(number);
        file.parts.push(part.e_tag(tag).build());
        Ok(())
    }

    /// Completes it: only then is it there.
    pub async fn complete_parts(&self, file: InParts) -> Result<(), Error> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(file.parts));
        let complete = self.bucket.client.complete_multipart_upload();
        let complete = complete.bucket(&self.bucket.name).key(file.key);
        let complete = complete.upload_id(file.upload);
        let complete = complete.multipart_upload(parts.build()).send().await;
        complete.map_err(classify)?;
        Ok(())
    }
}
