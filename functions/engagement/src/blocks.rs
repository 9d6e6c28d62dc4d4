//! Blocking people, so that neither sees the other, and muting them, so that one does not come across them.

use axum::extract::State;
use http::StatusCode;
use shared::{
    error::Error,
    http::{Path, Viewer},
};

use crate::App;

/// Blocks a person: neither sees the other any more, and follows between the two are undone.
#[utoipa::path(
    put,
    path = "/v1/users/{handle}/block",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Blocked."),
        (status = 409, description = "As many are blocked as may be."),
        (status = 422, description = "Nobody blocks themselves."))
)]
pub async fn block(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (other, _) = app.somebody_else(&viewer.id, &handle, rules).await?;
    let now = app.clock.now();
    app.store.block(&viewer.id, &other, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's own block away; follows that it undid stay undone.
#[utoipa::path(
    delete,
    path = "/v1/users/{handle}/block",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Not blocked any more."),
        (status = 422, description = "Nobody blocks themselves."))
)]
pub async fn unblock(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (other, _) = app.somebody_else(&viewer.id, &handle, rules).await?;
    app.store.unblock(&viewer.id, &other).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mutes a person: what is theirs is not come across any more. They are not told.
#[utoipa::path(
    put,
    path = "/v1/users/{handle}/mute",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Muted."),
        (status = 409, description = "As many are muted as may be."),
        (status = 422, description = "Nobody mutes themselves."))
)]
pub async fn mute(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (other, rules) = app.somebody_else(&viewer.id, &handle, rules).await?;
    if rules.part_from(&other) {
        return Err(Error::NotFound);
    }
    let now = app.clock.now();
    app.store.mute(&viewer.id, &other, Some(now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mutes a person no longer.
#[utoipa::path(
    delete,
    path = "/v1/users/{handle}/mute",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Not muted any more."),
        (status = 422, description = "Nobody mutes themselves."))
)]
pub async fn unmute(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (other, rules) = app.somebody_else(&viewer.id, &handle, rules).await?;
    if rules.part_from(&other) {
        return Err(Error::NotFound);
    }
    app.store.mute(&viewer.id, &other, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
