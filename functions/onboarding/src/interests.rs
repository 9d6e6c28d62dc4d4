//! The interests to choose from.

use axum::{Json, response::IntoResponse};
use domain::people::interests;
use http::header;

use crate::wire::{GroupView, InterestView, InterestsView};

/// The catalogue changes with a release only.
const CACHE: &str = "public, max-age=3600";

/// The catalogue of interests, grouped, in the order to show.
#[utoipa::path(
    get,
    path = "/v1/interests",
    tag = "onboarding",
    responses((status = 200, description = "The interests.", body = InterestsView))
)]
pub(crate) async fn list_interests() -> impl IntoResponse {
    let groups = interests::groups().iter().map(|group| GroupView {
        id: &group.id,
        name: &group.name,
        interests: group
            .interests
            .iter()
            .map(|interest| InterestView {
                id: &interest.id,
                name: &interest.name,
            })
            .collect(),
    });
    (
        [(header::CACHE_CONTROL, CACHE)],
        Json(InterestsView {
            groups: groups.collect(),
        }),
    )
}
