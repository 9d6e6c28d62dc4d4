//! Exports in the bucket: pieces as they are put together, and the whole file. An object is never put over another but of
//! the same export.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use domain::ids::ExportId;

use super::Bucket;
use crate::{aws::classify, error::Error};

const JSON: &str = "application/json";

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

impl Bucket {
    /// Puts JSON that is text already, over what may be there.
    pub async fn put_text(&self, key: &str, text: Vec<u8>) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.name).key(key);
        let put = put.content_type(JSON).body(ByteStream::from(text));
        put.send().await.map_err(classify)?;
        Ok(())
    }

    /// The bytes of an object; `None` when there is none.
    pub async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(object) = self.get(key, None).await? else {
            return Ok(None);
        };
        let body = object.body.collect().await.map_err(Error::unavailable)?;
        Ok(Some(body.to_vec()))
    }

    /// Begins a file in parts. One that is never completed is swept after a day.
    pub async fn begin_parts(&self, key: &str) -> Result<InParts, Error> {
        let begin = self.client.create_multipart_upload().bucket(&self.name);
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
        let put = self.client.upload_part().bucket(&self.name).key(&file.key);
        let put = put.upload_id(&file.upload).part_number(number);
        let put = put.body(ByteStream::from(part)).send().await;
        let tag = put.map_err(classify)?.e_tag;
        let part = CompletedPart::builder().part_number(number);
        file.parts.push(part.set_e_tag(tag).build());
        Ok(())
    }

    /// Completes it: only then is it there.
    pub async fn complete_parts(&self, file: InParts) -> Result<(), Error> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(file.parts));
        let complete = self.client.complete_multipart_upload().bucket(&self.name);
        let complete = complete.key(file.key).upload_id(file.upload);
        let complete = complete.multipart_upload(parts.build()).send().await;
        complete.map_err(classify)?;
        Ok(())
    }

    /// Deletes all that lies in the bucket for an export.
    pub async fn delete_export(&self, export: ExportId) -> Result<(), Error> {
        for key in self.list(&exported(export)).await? {
            self.delete(&key).await?;
        }
        Ok(())
    }
}
