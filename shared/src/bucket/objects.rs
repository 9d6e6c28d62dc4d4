//! The bucket as those functions read it that look at an object now and then: by addresses that are signed here, without
//! the SDK's client of S3, which is a fifth of such a function's binary.

use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use bytes::Bytes;
use domain::ids::PhotoId;
use http::{Request, Response, StatusCode, header};

use super::{Presigner, upload_key};
use crate::{aws::Https, error::Error};

/// An answer is waited for so long.
const WITHIN: Duration = Duration::from_secs(2);
/// The largest object that is read so, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// Reads the bucket.
#[derive(Debug, Clone)]
pub struct Objects {
    presigner: Presigner,
    https: Https,
    /// The real time, which S3 goes by.
    real: fn() -> SystemTime,
}

/// What lies at a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing does.
    Nothing,
    /// What was known of it.
    AsKnown,
    /// This, of this entity tag.
    Object(Bytes, Option<String>),
}

impl Objects {
    /// Of this bucket, as [`Presigner::new`]; `real` tells the real time.
    pub fn new(sdk: &SdkConfig, bucket: impl Into<String>, real: fn() -> SystemTime) -> Self {
        Self {
            presigner: Presigner::new(sdk, bucket),
            https: Https::system(),
            real,
        }
    }

    /// The object at `key`, unless it is the one that is known by this entity tag. Where nothing lies S3 says so only to
    /// whoever may list there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the bucket cannot be reached, [`Error::Internal`] when it refuses.
    pub async fn read(&self, key: &str, known: Option<&str>) -> Result<Found, Error> {
        let address = self.presigner.download((self.real)(), key).await?;
        let mut request = Request::get(address);
        if let Some(tag) = known {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let answer = self.ask(request).await?;
        let tag = answer.headers().get(header::ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(Found::Nothing),
            StatusCode::NOT_MODIFIED => Ok(Found::AsKnown),
            StatusCode::OK if tag.is_some() && tag.as_deref() == known => Ok(Found::AsKnown),
            StatusCode::OK => Ok(Found::Object(answer.into_body(), tag)),
            other => Err(refused(other)),
        }
    }

    /// Whether a file has been uploaded for this photo. To list takes no right to read.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn has_upload(&self, photo: PhotoId) -> Result<bool, Error> {
        let prefix = upload_key(photo);
        let address = self.presigner.listing((self.real)(), &prefix).await?;
        let answer = self.ask(Request::get(address)).await?;
        match answer.status() {
            StatusCode::OK => {
                // A listing has this element for each key.
                let found = answer.body().windows(KEY.len()).any(|some| some == KEY);
                Ok(found)
            }
            other => Err(refused(other)),
        }
    }

    async fn ask(&self, request: http::request::Builder) -> Result<Response<Bytes>, Error> {
        let request = request.body(SdkBody::empty()).map_err(Error::internal)?;
        let asked = self.https.ask(request, WITHIN, MOST_BYTES);
        asked.await.map_err(Error::unavailable)
    }
}

const KEY: &[u8] = b"<Key>";

fn refused(status: StatusCode) -> Error {
    let said = format!("the bucket answered with {status}");
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        Error::unavailable(said)
    } else {
        Error::internal(said)
    }
}
