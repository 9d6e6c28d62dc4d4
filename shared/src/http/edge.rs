//! What every request passes through: the token, the log line, the caching headers, the last net.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    BODY_LIMIT, Verifier, auth, encoding,
    error::{Code, method_not_allowed},
    etag::{self, Listed},
    trace::trace_of,
};
use crate::{
    aws::deadline,
    error::Error,
    runtime::{Clock, Context},
    telemetry::{Traced, metrics},
};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderValue, Method, header};

/// Puts the edge around a function's routes.
///
/// - A token that is sent is verified whatever the route: a bad one is 401 everywhere.
/// - What no route takes is answered with a problem (404, 405); a handler that panics, too (500).
/// - What is not answered within [`Context::patience`] is answered with a problem (503) that says when to
///   come again.
/// - One line is logged a request: method, route, status, `duration_ms`, `trace.id`; no path, query or
///   token.
/// - Refusals and answers to writes are `no-store`; answers to reads are `no-cache` unless the handler says more, and
///   `private` when a token was sent. Answers to reads and patches carry an `ETag`.
/// - `HEAD` is answered as `GET`, without the body.
/// - From 1 KB on, answers are compressed for who accepts it.
pub fn edge(router: impl Into<Router>, context: &Context) -> Router {
    let verifier = Verifier::new(&context.config, context.clock.clone());
    let edge = Edge {
        verifier,
        clock: context.clock.clone(),
        patience: context.patience,
    };
    around(router.into(), edge)
}

/// Whether a request asks for the headers alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head(pub(super) bool);

/// What every request passes by.
struct Edge {
    verifier: Verifier,
    clock: Clock,
    patience: Duration,
}

fn around(router: Router, edge: Edge) -> Router {
    router
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { method_not_allowed() })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(Arc::new(edge), pass))
}

async fn pass(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let trace = trace_of(request.headers());
    let span = tracing::info_span!("request", trace.id = trace.id());

    let answered = deadline::within(edge.patience, answer(&edge, request, next));
    let response = answered
        .map(|answered| {
            answered.unwrap_or_else(|late| with_cache(late.into_response(), false, true))
        })
        .in_trace(trace, span.clone())
        .await;

    let code = response.extensions().get::<Code>().map(|Code(code)| *code);
    let took = began.elapsed();
    metrics::request(
        &format!("{method} {route}"),
        response.status().as_u16(),
        took,
    );
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        tracing::info!(
            http.method = %method,
            http.route = route,
            http.status = response.status().as_u16(),
            problem = code,
            duration_ms,
            trace.id = trace.id(),
            "request"
        );
    });
    response
}

async fn answer(edge: &Edge, mut request: Request, next: Next) -> Response {
    let head = request.method() == Method::HEAD;
    request.extensions_mut().insert(Head(head));
    if head {
        *request.method_mut() = Method::GET;
    }
    let reads = request.method() == Method::GET;
    let tagged = reads || request.method() == Method::PATCH;
    let known = Listed::read(request.headers(), &header::IF_NONE_MATCH);
    let gzip = encoding::takes_gzip(request.headers());
    let known = if reads { known } else { Listed::default() };
    let caller = match auth::caller(&edge.verifier, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return with_cache(error.into_response(), reads, true),
    };
    let personal = caller.0.is_some();
    request.extensions_mut().insert(caller);
    let response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => Error::internal(said(panic.as_ref())).into_response(),
    };
    let mut response = with_cache(response, reads, personal);
    if tagged {
        response = etag::tag(&known, response, edge.clock.now()).await;
    }
    if gzip {
        response = etag::tell_gzip_apart(encoding::gzip(response).await);
    }
    if head {
        let length = response.body().size_hint().exact();
        if let Some(length) = length {
            let length = HeaderValue::from(length);
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length);
        }
        *response.body_mut() = Body::empty();
    }
    response
}

/// What a panic said, for the log.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a handler panicked: {}", text.unwrap_or("no message"))
}

fn with_cache(mut response: Response, reads: bool, personal: bool) -> Response {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if !reads || refused {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else if !headers.contains_key(header::CACHE_CONTROL) {
        let policy = if personal {
            "private, no-cache"
        } else {
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    }
    headers.append(
        header::VARY,
        HeaderValue::from_static("Authorization, Accept-Encoding"),
    );
    response
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
