//! The CDN: renditions of the bucket, and nothing else in it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// The bucket behind the CDN.
pub(crate) struct Origin {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) bucket: String,
}

pub(crate) async fn serve(State(origin): State<Arc<Origin>>, Path(key): Path<String>) -> Response {
    if key
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        return StatusCode::FORBIDDEN.into_response();
    }
    let object = origin
        .s3
        .get_object()
        .bucket(&origin.bucket)
        .key(format!("media/{key}"));
    let object = match object.send().await {
        Ok(object) => object,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => {
            // S3 answers so to a distribution that may not list the bucket.
            return StatusCode::FORBIDDEN.into_response();
        }
        Err(error) => {
            tracing::error!(error = %error, key, "a rendition could not be read");
            return StatusCode::BAD_GATEWAY.into_response();
        }
    };
    let kind = object
        .content_type()
        .unwrap_or("application/octet-stream")
        .to_owned();
    let tag = object.e_tag().unwrap_or_default().to_owned();
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "public, max-age=86400".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    match object.body.collect().await {
        Ok(bytes) => (headers, Body::from(bytes.into_bytes())).into_response(),
        Err(error) => {
            tracing::error!(%error, key, "a rendition could not be read whole");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}
