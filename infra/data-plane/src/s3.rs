//! S3: the template's buckets, their CORS rules, and the events of new objects on their queues.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use serde_json::json;
use tokio::sync::Mutex;
use tower::ServiceExt;

use crate::guard;
use crate::journal::Journal;
use crate::serve::Service;
use crate::sqs::Queues;
use crate::template::{Bucket, Cors};

/// What an event leaves as it is in a key; a space becomes a plus.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'/')
    .remove(b'*');

/// All that a request needs.
struct Store {
    service: S3Service,
    root: PathBuf,
    buckets: Vec<Bucket>,
    queues: Queues,
    journal: Arc<Journal>,
    /// Held over each conditional write.
    turn: Mutex<()>,
}

/// Starts S3 with the buckets made under `root`; gives the port.
pub(crate) fn start(
    buckets: Vec<Bucket>,
    root: PathBuf,
    queues: Queues,
    journal: Arc<Journal>,
    port: u16,
) -> Result<(Service, u16)> {
    for bucket in &buckets {
        std::fs::create_dir_all(root.join(&bucket.name))?;
    }
    let files = s3s_fs::FileSystem::new(&root).map_err(|error| anyhow!("{error:?}"))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(
        crate::ACCESS_KEY,
        crate::SECRET_KEY,
    ));
    // A presigned address may be dated by a clock that was turned.
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    let cors = buckets
        .iter()
        .find_map(|bucket| bucket.cors.as_ref())
        .map(Cors::layer);
    let store = Arc::new(Store {
        service: builder.build(),
        root,
        buckets,
        queues,
        journal,
        turn: Mutex::default(),
    });
    let mut router = Router::new().fallback(move |request| answer(Arc::clone(&store), request));
    if let Some(cors) = cors.transpose()? {
        router = router.layer(cors);
    }
    Service::start("s3", port, move |listener| {
        Box::pin(async move {
            let port = listener.local_addr()?.port();
            let serving = async move {
                if let Err(error) = axum::serve(listener, router).await {
                    tracing::error!(%error, "S3 stopped");
                }
            };
            Ok((port, Box::pin(serving) as _))
        })
    })
}

async fn answer(store: Arc<Store>, request: Request) -> Result<Response, Infallible> {
    Ok(match store.answer(request).await {
        Ok(response) | Err(response) => response,
    })
}

impl Store {
    async fn answer(&self, request: Request) -> Result<Response, Response> {
        let path = percent_decode_str(request.uri().path())
            .decode_utf8_lossy()
            .into_owned();
        let path = path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let known = self.buckets.iter().find(|known| known.name == bucket);
        if !bucket.is_empty() && known.is_none() {
            let message = "The specified bucket does not exist";
            return Err(guard::refuse(
                StatusCode::NOT_FOUND,
                "NoSuchBucket",
                message,
            ));
        }
        if guard::has_unsigned_headers(&request) {
            let message = "There were headers present in the request which were not signed";
            return Err(guard::refuse(
                StatusCode::FORBIDDEN,
                "AccessDenied",
                message,
            ));
        }
        let event = event_of(&request).filter(|_| !key.is_empty());
        let request = guard::check_digest(request).await?;
        let Some((bucket, event)) = known.zip(event) else {
            return Ok(self.store(request).await);
        };
        if !bucket
            .notifications
            .iter()
            .any(|notification| notification.wants(key, event))
        {
            return Ok(self.store(request).await);
        }
        let number = self
            .journal
            .expect(&bucket.name, key)
            .map_err(|error| failure(&error))?;
        let response = self.store(request).await;
        if !response.status().is_success() {
            self.journal.forget(number);
            return Ok(response);
        }
        self.tell(bucket, key, event)
            .await
            .map_err(|error| failure(&error))?;
        self.journal.told(number);
        Ok(response)
    }

    async fn store(&self, request: Request) -> Response {
        // The embedded S3 looks first, and writes then.
        let _turn = match is_conditional(&request) {
            true => Some(self.turn.lock().await),
            false => None,
        };
        match self.service.clone().oneshot(request).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::error!(error = ?error, "S3 failed");
                guard::refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "InternalError",
                    "S3 failed",
                )
            }
        }
    }

    async fn tell(&self, bucket: &Bucket, key: &str, event: &str) -> Result<()> {
        tell(&self.queues, &self.root, bucket, key, event).await
    }
}

/// Whether a request writes only where something or nothing lies.
fn is_conditional(request: &Request) -> bool {
    let conditions = [header::IF_MATCH, header::IF_NONE_MATCH];
    let mut said = conditions.iter();
    request.method() == Method::PUT && said.any(|name| request.headers().contains_key(name))
}

fn failure(error: &anyhow::Error) -> Response {
    tracing::error!(
        error = format!("{error:#}"),
        "a new object could not be told"
    );
    guard::refuse(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalError",
        "the event was not sent",
    )
}

/// Which event a request causes when it succeeds.
fn event_of(request: &Request) -> Option<&'static str> {
    let mut parameters = request.uri().query().unwrap_or_default().split('&');
    let in_parts = parameters.any(|pair| pair.starts_with("uploadId="));
    if request.method() == Method::PUT && !in_parts {
        let copied = request.headers().contains_key("x-amz-copy-source");
        return Some(if copied {
            "ObjectCreated:Copy"
        } else {
            "ObjectCreated:Put"
        });
    }
    (request.method() == Method::POST && in_parts)
        .then_some("ObjectCreated:CompleteMultipartUpload")
}

/// Sends the event of a stored object to the queues that the bucket tells.
pub(crate) async fn tell(
    queues: &Queues,
    root: &Path,
    bucket: &Bucket,
    key: &str,
    event: &str,
) -> Result<()> {
    let metadata = std::fs::metadata(root.join(&bucket.name).join(key))
        .with_context(|| format!("{key} is not there"))?;
    let stored_at = jiff::Timestamp::try_from(metadata.modified()?)?;
    let wanted = bucket
        .notifications
        .iter()
        .filter(|wanted| wanted.wants(key, event));
    for notification in wanted {
        let body = json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": crate::REGION,
            "eventTime": stored_at.to_string(),
            "eventName": event,
            "userIdentity": {"principalId": "local"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": notification.queue,
                "bucket": {
                    "name": bucket.name,
                    "ownerIdentity": {"principalId": "local"},
                    "arn": format!("arn:aws:s3:::{}", bucket.name),
                },
                "object": {
                    "key": utf8_percent_encode(key, KEPT).to_string().replace("%20", "+"),
                    "size": metadata.len(),
                    "sequencer": format!("{:016X}", stored_at.as_microsecond()),
                },
            },
        }]});
        queues.send(&notification.queue, body.to_string()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn putting_copying_and_completing_create_an_object_and_a_part_does_not() {
        let request = |method: &str, uri: &str| {
            Request::builder()
                .method(method)
                .uri(uri)
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(
            event_of(&request("PUT", "/b/k?x-id=PutObject")),
            Some("ObjectCreated:Put")
        );
        assert_eq!(
            event_of(&request("PUT", "/b/k?partNumber=1&uploadId=u")),
            None
        );
        let complete = event_of(&request("POST", "/b/k?uploadId=u"));
        assert_eq!(complete, Some("ObjectCreated:CompleteMultipartUpload"));
        assert_eq!(event_of(&request("GET", "/b/k")), None);
    }
}
