//! The bucket as those functions see it that look at an object now and then, or put one: by addresses that are signed
//! here, without the SDK's client of S3, which is a fifth of such a function's binary.

use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use bytes::Bytes;
use domain::ids::PhotoId;
use http::{Request, Response, StatusCode, header, request::Builder};

use super::{Presigner, upload_key};
use crate::{
    aws::{Https, Tries},
    error::Error,
};

/// The answer to one try is waited for so long: another fits into the time of whoever asks.
const TRY: Duration = Duration::from_secs(1);
/// The largest object that is read so, in bytes.
const MOST_BYTES: usize = 16 << 20;

/// Reads objects of the bucket, and puts them there.
#[derive(Debug, Clone)]
pub struct Objects {
    presigner: Presigner,
    https: Https,
    /// How long the answer to one try is waited for.
    patience: Duration,
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
            patience: TRY,
            real,
        }
    }

    /// The same, for large objects: the answer to one try is waited for so long.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The object at `key`, unless it is the one that is known by this entity tag. Where nothing lies S3 says so only to
    /// whoever may list there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the bucket cannot be reached, [`Error::Internal`] when it refuses.
    pub async fn read(&self, key: &str, known: Option<&str>) -> Result<Found, Error> {
        let address = self.presigner.download((self.real)(), key).await?;
        let request = || {
            let request = Request::get(&address);
            match known {
                Some(tag) => request.header(header::IF_NONE_MATCH, tag),
                None => request,
            }
        };
        let answer = self.ask(&request, &Bytes::new()).await?;
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

    /// Where the object at `key` can be fetched by whoever has the address, for 15 minutes.
    ///
    /// # Errors
    /// As [`Presigner::download`].
    pub async fn address(&self, key: &str) -> Result<String, Error> {
        self.presigner.download((self.real)(), key).await
    }

    /// Whether a file has been uploaded for this photo. To list takes no right to read.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn has_upload(&self, photo: PhotoId) -> Result<bool, Error> {
        let prefix = upload_key(photo);
        let address = self.presigner.listing((self.real)(), &prefix).await?;
        let answer = self.ask(&|| Request::get(&address), &Bytes::new()).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.body().windows(KEY.len()).any(|some| some == KEY)),
            other => Err(refused(other)),
        }
    }

    /// Puts an object there, over what may be there.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn put(&self, key: &str, content_type: &str, body: Bytes) -> Result<(), Error> {
        let address = self.presigner.put((self.real)(), key, None).await?;
        let request = || Request::put(&address).header(header::CONTENT_TYPE, content_type);
        let answer = self.ask(&request, &body).await?;
        match answer.status() {
            StatusCode::OK => Ok(()),
            other => Err(refused(other)),
        }
    }

    /// Puts the part of this number of an upload to `key`; its entity tag.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn put_part(
        &self,
        key: &str,
        part: (&str, i32),
        body: Bytes,
    ) -> Result<String, Error> {
        let address = self.presigner.put((self.real)(), key, Some(part)).await?;
        let answer = self.ask(&|| Request::put(&address), &body).await?;
        let tag = answer.headers().get(header::ETAG);
        match (answer.status(), tag.and_then(|tag| tag.to_str().ok())) {
            (StatusCode::OK, Some(tag)) => Ok(tag.to_owned()),
            (other, _) => Err(refused(other)),
        }
    }

    /// What the bucket answers, asked again until it does or the time is up.
    async fn ask(
        &self,
        request: &(dyn Fn() -> Builder + Sync),
        body: &Bytes,
    ) -> Result<Response<Bytes>, Error> {
        let mut tries = Tries::new();
        loop {
            let request = request().body(SdkBody::from(body.clone()));
            let request = request.map_err(Error::internal)?;
            let failure = match self.https.ask(request, self.patience, MOST_BYTES).await {
                Ok(answer) if is_busy(answer.status()) => {
                    Error::unavailable(format!("the bucket answered with {}", answer.status()))
                }
                Ok(answer) => return Ok(answer),
                Err(cause) => Error::unavailable(cause),
            };
            tries.again(failure).await?;
        }
    }
}

/// A listing has this element for each key.
const KEY: &[u8] = b"<Key>";

fn is_busy(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

fn refused(status: StatusCode) -> Error {
    Error::internal(format!("the bucket answered with {status}"))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    use aws_sdk_s3::config::{BehaviorVersion, Region};
    use axum::{Router, http::HeaderMap, response::IntoResponse};
    use tokio::net::TcpListener;
    use ulid::Ulid;

    use super::*;
    use crate::aws::deadline::within;

    const TAG: &str = "\"tag\"";

    /// A bucket that answers with these statuses, one after another, and then with what there is.
    async fn bucket(first: &'static [u16]) -> Objects {
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = async move |headers: HeaderMap| {
            let asked = asked.fetch_add(1, Ordering::Relaxed);
            if let Some(status) = first.get(asked) {
                return StatusCode::from_u16(*status).unwrap().into_response();
            }
            let known = headers.get(header::IF_NONE_MATCH);
            if known.is_some_and(|known| known == TAG) {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            ([(header::ETAG, TAG)], "<Key>").into_response()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(host)
            .build();
        Objects::new(&sdk, "photos", || SystemTime::UNIX_EPOCH)
    }

    #[tokio::test]
    async fn a_bucket_that_is_busy_for_a_moment_is_asked_again() {
        let objects = bucket(&[503, 500, 429]).await;
        let object = Found::Object("<Key>".into(), Some(TAG.to_owned()));
        assert_eq!(objects.read("filter.json", None).await.unwrap(), object);
        let objects = bucket(&[503]).await;
        assert!(objects.has_upload(PhotoId(Ulid::nil())).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_known_is_not_sent_again_and_what_is_not_there_is_said() {
        let objects = bucket(&[]).await;
        let known = objects.read("filter.json", Some(TAG)).await.unwrap();
        assert_eq!(known, Found::AsKnown);
        let objects = bucket(&[404]).await;
        let none = objects.read("filter.json", Some(TAG)).await.unwrap();
        assert_eq!(none, Found::Nothing);
    }

    #[tokio::test]
    async fn a_bucket_that_refuses_is_asked_once_and_one_that_stays_busy_until_the_time_is_up() {
        let objects = bucket(&[403]).await;
        let refused = objects.read("filter.json", None).await.unwrap_err();
        assert!(matches!(refused, Error::Internal(_)), "{refused:?}");
        let objects = bucket(&[503; 1_000]).await;
        let patience = Duration::from_millis(300);
        let busy = within(patience, objects.read("filter.json", None)).await;
        assert!(matches!(busy.flatten(), Err(Error::Unavailable(_))));
    }
}
