//! The API gateway: routes, the JWT authorizer, the limit on bodies, and its own plain answers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::json;
use tower::ServiceExt;

use crate::engine::Engine;
use crate::issuer::Issuer;
use crate::lambda;
use crate::routes::{Routes, Target};

/// The largest request body, in bytes: API Gateway's.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

pub(crate) struct Gateway {
    pub(crate) engine: Arc<Engine>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) routes: Routes,
}

pub(crate) async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // What is refused is read to its end, too, so that the caller comes to read why.
    let body = read(body).await;
    let Some(path) = percent_decode_str(parts.uri.path()).decode_utf8().ok() else {
        return plain(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let Some(target) = gateway.routes.find(&parts.method, &path) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    if target.authorized && !gateway.authorizes(&parts.headers) {
        let challenge = if parts.headers.contains_key(header::AUTHORIZATION) {
            "Bearer error=\"invalid_token\""
        } else {
            "Bearer"
        };
        let challenge = [(header::WWW_AUTHENTICATE, challenge)];
        return (challenge, plain(StatusCode::UNAUTHORIZED, "Unauthorized")).into_response();
    }
    let body = match body {
        Ok(body) => body,
        Err(refused) => return plain(refused, refused.canonical_reason().unwrap_or_default()),
    };
    if gateway.engine.paused.has(&target.binary) {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    }
    match lambda::request(&parts, &body) {
        Some(request) => invoke(target, request).await,
        None => plain(StatusCode::BAD_REQUEST, "Bad Request"),
    }
}

/// A body as far as the gateway takes one, read to its end whatever its length.
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let (mut chunks, mut read) = (body.into_data_stream(), BytesMut::new());
    let mut length = 0_usize;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_broken_off| StatusCode::BAD_REQUEST)?;
        length = length.saturating_add(chunk.len());
        if length <= LARGEST_BODY {
            read.extend_from_slice(&chunk);
        }
    }
    if length > LARGEST_BODY {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(read.freeze())
}

impl Gateway {
    fn authorizes(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(header::AUTHORIZATION);
        let Some(value) = value.and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let token = match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            Some(_) => return false,
            None => value,
        };
        self.issuer.accepts(token, self.engine.clock.now())
    }
}

/// Runs the function as a Lambda of its own would run: its panic or timeout is the gateway's answer.
async fn invoke(target: &Target, request: lambda_http::Request) -> Response {
    let router = target.router.clone();
    let mut answer = tokio::spawn(async move {
        let Ok(response) = router.oneshot(request).await;
        lambda::answer(response).await
    });
    match tokio::time::timeout(target.timeout, &mut answer).await {
        Ok(Ok(Some(response))) => response,
        Ok(Ok(None)) => {
            tracing::error!(function = target.binary, "the answer is too large");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
        Ok(Err(error)) => {
            tracing::error!(function = target.binary, %error, "the function ended");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
        Err(_elapsed) => {
            answer.abort();
            tracing::error!(function = target.binary, "the function took too long");
            plain(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }
}

/// An answer of the gateway itself.
pub(crate) fn plain(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}
