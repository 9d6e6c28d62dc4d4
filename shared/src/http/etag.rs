//! `ETag` and `If-None-Match`: a client that polls is not sent what it has.

use axum::{
    body::{Body, HttpBody},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

/// Larger bodies, and those of unknown length, get no tag.
const LARGEST: u64 = 1024 * 1024;

/// Tags an answer to a `GET` with the digest of its body, or answers 304 when the client has it.
pub(super) async fn tag(known: Option<HeaderValue>, response: Response) -> Response {
    let sized = response
        .body()
        .size_hint()
        .exact()
        .is_some_and(|size| size <= LARGEST);
    if response.status() != StatusCode::OK
        || !sized
        || response.headers().contains_key(header::ETAG)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return crate::error::Error::internal(error).into_response(),
    };
    let digest = Sha256::digest(&bytes);
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16]));
    let unchanged = known.is_some_and(|known| names(&known, &tag));
    if let Ok(value) = HeaderValue::try_from(tag) {
        parts.headers.insert(header::ETAG, value);
    }
    if unchanged {
        let headers: HeaderMap = std::mem::take(&mut parts.headers)
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)))
            .filter(|(name, _)| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH)
            .collect();
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether an `If-None-Match` names the tag; weak tags compare as strong ones (RFC 9110 §13.1.2).
fn names(known: &HeaderValue, tag: &str) -> bool {
    known.to_str().is_ok_and(|known| {
        known
            .split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    })
}
