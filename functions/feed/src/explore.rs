//! `GET /v1/explore`: the topics with their hottest pictures, and Interesting Finds.

use std::collections::HashMap;

use axum::{Json, extract::State};
use domain::ids::TopicId;
use serde::Serialize;
use shared::{
    error::Error,
    http::{MaybeViewer, fitting},
    views::{ListCard, PostView},
};
use utoipa::ToSchema;

use crate::App;

/// Where one looks around.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExploreView {
    /// Every topic, one's own first.
    #[schema(max_items = 90)]
    pub topics: Vec<TopicView>,
    /// Idea lists that editors feature, in their order.
    #[schema(max_items = 20)]
    pub finds: Vec<ListCard>,
}

/// A topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicView {
    /// Which.
    pub id: String,
    /// For people.
    pub name: String,
    /// Its hottest posts with a photo; there may be none.
    #[schema(max_items = 3)]
    pub covers: Vec<PostView>,
}

/// The topics, and what editors feature.
#[utoipa::path(
    get,
    path = "/v1/explore",
    tag = "feed",
    security((), ("bearer" = [])),
    responses((status = 200, description = "Topics and finds.", body = ExploreView))
)]
pub async fn explore(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
) -> Result<Json<ExploreView>, Error> {
    let (viewer, now) = (viewer.map(|viewer| viewer.id), app.clock.now());
    let found = Box::pin(app.reads.explore(viewer.as_ref(), now)).await?;
    let covers = found.topics.iter().flat_map(|(topic, covers)| {
        let covers = covers.iter().filter_map(|post| found.posts.get(post));
        covers.map(|post| (topic.clone(), app.presenter.post(post, &found.read, now)))
    });
    let (owners, mut covers): (Vec<TopicId>, Vec<_>) = covers.unzip();
    // An answer ends before it grows over what Lambda takes.
    covers.truncate(fitting(&covers)?);
    let mut of_topic = HashMap::<TopicId, Vec<PostView>>::new();
    for (topic, cover) in owners.into_iter().zip(covers) {
        of_topic.entry(topic).or_default().push(cover);
    }
    let topics = found.topics.iter().map(|(topic, _)| TopicView {
        id: topic.to_string(),
        name: topic.name().to_owned(),
        covers: of_topic.remove(topic).unwrap_or_default(),
    });
    let finds = found.finds.iter();
    let finds = finds.filter_map(|list| app.presenter.list_card(list, &found.shelf));
    Ok(Json(ExploreView {
        topics: topics.collect(),
        finds: finds.collect(),
    }))
}
