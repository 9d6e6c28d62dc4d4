//! The cloud's own addresses: tokens, clock, drain, status, pauses, and the issuer's documents.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::Deserialize;
use serde_json::json;
use shared::error::Invalid;
use shared::http::{JsonBody, Wire};

use crate::engine::Engine;
use crate::gateway::plain;
use crate::issuer::{Issuer, NewToken};
use crate::triggers;

#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) engine: Arc<Engine>,
    pub(crate) issuer: Arc<Issuer>,
}

#[derive(Deserialize)]
struct Advance {
    advance: Option<String>,
}

impl Wire for Advance {
    type Parsed = SignedDuration;

    fn parse(self, invalid: &mut Invalid) -> Option<SignedDuration> {
        let by = self.advance.as_deref().and_then(parse);
        let by = by.ok_or_else(|| "must be a duration such as 90s, 24h or 2d".to_owned());
        invalid.check("/advance", by)
    }
}

#[derive(Deserialize)]
struct Named {
    function: Option<String>,
}

impl Wire for Named {
    type Parsed = String;

    fn parse(self, invalid: &mut Invalid) -> Option<String> {
        let named = self.function.filter(|name| !name.is_empty());
        invalid.check(
            "/function",
            named.ok_or_else(|| "must name a function".to_owned()),
        )
    }
}

/// A JSON body, whatever its media type says: `curl -d` alone is enough here. A bad one is refused as
/// the API refuses it.
pub(crate) struct Said<W: Wire>(pub(crate) W::Parsed);

impl<W: Wire, S: Send + Sync> FromRequest<S> for Said<W> {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        let body = JsonBody::from_request(request, state).await;
        let said = body.and_then(|body| body.parse::<W>());
        said.map(Self).map_err(IntoResponse::into_response)
    }
}

pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/local/token", post(issue_token))
        .route("/local/clock", post(turn_clock))
        .route("/local/drain", post(drain))
        .route("/local/status", get(read_status))
        .route("/local/pause", post(pause))
        .route("/local/resume", post(resume))
        .route("/.well-known/openid-configuration", get(read_configuration))
        .route("/.well-known/jwks.json", get(read_keys))
        .with_state(control)
}

async fn issue_token(State(control): State<Control>, Said(request): Said<NewToken>) -> Response {
    match control.issuer.token(&request, control.engine.clock.now()) {
        Ok(token) => Json(json!({ "token": token })).into_response(),
        Err(error) => failure(&error),
    }
}

async fn turn_clock(State(control): State<Control>, Said(by): Said<Advance>) -> Response {
    match advance(&control.engine, by).await {
        Ok(now) => Json(json!({ "now": now })).into_response(),
        Err(error) => failure(&error),
    }
}

/// Turns the clock: what has expired by then goes, what is due by then runs, or is given out.
pub(crate) async fn advance(
    engine: &Arc<Engine>,
    by: SignedDuration,
) -> anyhow::Result<jiff::Timestamp> {
    let now = engine.clock.advance(by)?;
    triggers::sweep(engine).await;
    engine.release(false).await?;
    engine.plane.queues().delayed().await?;
    engine.schedules.wake();
    Ok(now)
}

/// `90s`, `24h`, `2d`, `1h 30m`, `PT24H`; a day has 24 hours.
fn parse(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

async fn drain(State(control): State<Control>) -> Response {
    match control.engine.drain().await {
        Ok(()) => Json(json!({})).into_response(),
        Err(error) => failure(&error),
    }
}

async fn read_status(State(control): State<Control>) -> Response {
    match control.engine.status().await {
        Ok(status) => Json(status).into_response(),
        Err(error) => failure(&error),
    }
}

async fn pause(State(control): State<Control>, Said(function): Said<Named>) -> Response {
    set_paused(&control.engine, &function, true)
}

async fn resume(State(control): State<Control>, Said(function): Said<Named>) -> Response {
    set_paused(&control.engine, &function, false)
}

fn set_paused(engine: &Engine, function: &str, paused: bool) -> Response {
    if engine.paused.set(function, paused) {
        Json(json!({ "paused": engine.paused.names() })).into_response()
    } else {
        plain(StatusCode::NOT_FOUND, "Not Found")
    }
}

async fn read_configuration(State(control): State<Control>) -> Response {
    Json(control.issuer.configuration()).into_response()
}

async fn read_keys(State(control): State<Control>) -> Response {
    Json(control.issuer.jwks()).into_response()
}

fn failure(error: &anyhow::Error) -> Response {
    tracing::error!(error = format!("{error:#}"), "the local cloud failed");
    plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_usual_form() {
        for (text, seconds) in [
            ("90s", 90),
            ("24h", 86_400),
            ("2d", 172_800),
            ("PT1H", 3_600),
        ] {
            assert_eq!(
                parse(text),
                Some(SignedDuration::from_secs(seconds)),
                "{text}"
            );
        }
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("1 month"), None);
    }
}
