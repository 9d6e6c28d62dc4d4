//! Following people and topics, and no longer.

use axum::extract::State;
use domain::ids::TopicId;
use http::StatusCode;
use shared::{
    error::Error,
    http::{Path, Viewer},
};

use crate::App;

/// Follows a person: their posts are in one's feed from now on, their latest at once.
#[utoipa::path(
    put,
    path = "/v1/users/{handle}/follow",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Followed."),
        (status = 409, description = "As many are followed as may be."),
        (status = 422, description = "Nobody follows themselves.")
    )
)]
pub async fn follow_person(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let actor = app.actor(&viewer.id);
    let (author, actor) = app.somebody_else(&viewer.id, &handle, actor).await?;
    let now = app.clock.now();
    Box::pin(app.store.follow(&actor, &author, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a person no longer.
#[utoipa::path(
    delete,
    path = "/v1/users/{handle}/follow",
    tag = "engagement",
    params(("handle" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not followed any more."), (status = 422, description = "Nobody follows themselves."))
)]
pub async fn unfollow_person(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (author, rules) = app.somebody_else(&viewer.id, &handle, rules).await?;
    Box::pin(app.store.unfollow(&viewer.id, &author, rules)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a topic: it joins one's interests.
#[utoipa::path(
    put,
    path = "/v1/topics/{topic_id}/follow",
    tag = "engagement",
    params(("topic_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Followed."))
)]
pub async fn follow_topic(
    State(app): State<App>,
    viewer: Viewer,
    Path(topic): Path<String>,
) -> Result<StatusCode, Error> {
    let now = app.clock.now();
    let member = app.store.acting_member(&app.gate, &viewer.id, now);
    let (profile, actor) = member.await?;
    let topic = TopicId::parse(&topic).ok_or(Error::NotFound)?;
    app.store.follow_topic(&actor, &profile, &topic).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a topic no longer; at least five remain.
#[utoipa::path(
    delete,
    path = "/v1/topics/{topic_id}/follow",
    tag = "engagement",
    params(("topic_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not followed any more."), (status = 422, description = "At least five interests must remain."))
)]
pub async fn unfollow_topic(
    State(app): State<App>,
    viewer: Viewer,
    Path(topic): Path<String>,
) -> Result<StatusCode, Error> {
    // The write itself refuses who is no member, so that only where there is no such topic must be asked who comes
    // first.
    let Some(topic) = TopicId::parse(&topic) else {
        app.store.member(&viewer.id).await?;
        return Err(Error::NotFound);
    };
    app.store.unfollow_topic(&viewer.id, &topic).await?;
    Ok(StatusCode::NO_CONTENT)
}
