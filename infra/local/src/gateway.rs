//! The API gateway: routes, the JWT authorizer, the limit on bodies, and its own plain answers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;
use tower::ServiceExt;

use crate::engine::Engine;
use crate::issuer::Issuer;
use crate::routes::{Routes, Target};

/// The largest request body, in bytes: API Gateway's.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

pub(crate) struct Gateway {
    pub(crate) engine: Arc<Engine>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) routes: Routes,
}

pub(crate) async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let Some(target) = gateway.routes.find(request.method(), request.uri().path()) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    if target.authorized && !gateway.authorizes(&request) {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (challenge, plain(StatusCode::UNAUTHORIZED, "Unauthorized")).into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    invoke(target, Request::from_parts(parts, Body::from(body))).await
}

impl Gateway {
    fn authorizes(&self, request: &Request) -> bool {
        let value = request.headers().get(header::AUTHORIZATION);
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
async fn invoke(target: &Target, request: Request) -> Response {
    let mut answer = tokio::spawn(target.router.clone().oneshot(request));
    match tokio::time::timeout(target.timeout, &mut answer).await {
        Ok(Ok(Ok(response))) => response,
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
