//! `GET /v1/topics/{topic_id}`: a topic, and whether the reader follows it.

use axum::{Json, extract::State};
use domain::ids::TopicId;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Path, Refusals, Viewer},
};
use utoipa::ToSchema;

use crate::App;

/// A topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicView {
    /// Which.
    pub id: String,
    /// For people to read.
    pub name: String,
    /// Whether the reader follows it.
    pub following: bool,
}

/// A topic, to somebody who has joined.
#[utoipa::path(
    get,
    path = "/v1/topics/{topic_id}",
    tag = "feed",
    params(("topic_id" = String, Path, description = "An id of the interests catalogue")),
    security(("bearer" = [])),
    responses((status = 200, description = "The topic", body = TopicView), Refusals)
)]
pub async fn read_topic(
    State(app): State<App>,
    viewer: Viewer,
    Path(topic): Path<String>,
) -> Result<Json<TopicView>, Error> {
    let me = app.store.member(&viewer.id).await?;
    let topic = TopicId::parse(&topic).ok_or(Error::NotFound)?;
    Ok(Json(TopicView {
        id: topic.to_string(),
        name: topic.name().to_owned(),
        following: me.interests.contains(&topic),
    }))
}
