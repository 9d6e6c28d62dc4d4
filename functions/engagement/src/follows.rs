//! Following people and topics, and no longer.

use axum::extract::State;
use domain::ids::{TopicId, UserId};
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
    responses((status = 204, description = "Followed."), (status = 422, description = "Nobody follows themselves."))
)]
pub async fn follow_person(
    State(app): State<App>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Error> {
    let (author, rules) = app.somebody_else(&viewer.id, &handle).await?;
    let now = app.clock.now();
    let me = &viewer.id;
    Box::pin(app.store.follow(me, &author, rules, now)).await?;
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
    let (author, rules) = app.somebody_else(&viewer.id, &handle).await?;
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
    let topic = app.topic(&viewer.id, &topic).await?;
    app.store.follow_topic(&viewer.id, &topic).await?;
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
    let topic = app.topic(&viewer.id, &topic).await?;
    app.store.unfollow_topic(&viewer.id, &topic).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// The topic of that id. The write itself refuses who is no member, so that only where there
    /// is no such topic must be asked who comes first.
    async fn topic(&self, me: &UserId, topic: &str) -> Result<TopicId, Error> {
        match TopicId::parse(topic) {
            Some(topic) => Ok(topic),
            None => {
                self.store.member(me).await?;
                Err(Error::NotFound)
            }
        }
    }
}
