//! Presigned uploads: the app sends the file to S3 itself, which refuses any other file.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::{Client, presigning::PresigningConfig};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::upload_key;
use crate::{domain::ids::PhotoId, error::Error};

/// A request that uploads one file: to be sent as it is, with the file as its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedUpload {
    /// `PUT`.
    pub method: String,
    /// Absolute, with the signature.
    pub url: String,
    /// Signed: all must be sent, with these values.
    pub headers: BTreeMap<String, String>,
}

/// Signs the upload of one file of this type, length in bytes and SHA-256 (64 hex digits), good
/// for `expires_in` from now. Nothing is sent: the signature is worked out here.
///
/// # Errors
/// [`Error::Internal`] when the digest is none, or there are no credentials to sign with.
pub async fn presign_upload(
    client: &Client,
    bucket: &str,
    photo: PhotoId,
    content_type: &str,
    bytes: u64,
    sha256: &str,
    expires_in: Duration,
) -> Result<PresignedUpload, Error> {
    let digest = from_hex(sha256).ok_or_else(|| Error::internal("a digest that is none"))?;
    let length = i64::try_from(bytes).map_err(Error::internal)?;
    let expires = PresigningConfig::expires_in(expires_in).map_err(Error::internal)?;
    let signed = client
        .put_object()
        .bucket(bucket)
        .key(upload_key(photo))
        .content_type(content_type)
        .content_length(length)
        .checksum_sha256(STANDARD.encode(digest))
        .presigned(expires)
        .await
        .map_err(Error::internal)?;
    let headers = signed.headers();
    Ok(PresignedUpload {
        method: signed.method().to_owned(),
        url: signed.uri().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
