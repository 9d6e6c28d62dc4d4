//! Wanting more or less like a post of one's feed.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Path, Viewer, Wire},
    store::Word,
};
use utoipa::ToSchema;

use crate::App;

/// What a reader says of a post in their feed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewFeedback {
    /// Whether they want more like it; else less, and it leaves their feed.
    #[schema(required, nullable = false)]
    more: Option<bool>,
}

impl Wire for NewFeedback {
    type Parsed = bool;

    fn parse(self, invalid: &mut Invalid) -> Option<bool> {
        let more = self.more.ok_or_else(|| "is required".to_owned());
        invalid.check("/more", more)
    }
}

/// Wants more like a post, or less, in pages that are cut from now on. The last word on a post stands; less takes the post
/// itself out of one's feed, of pages asked for later too.
#[utoipa::path(
    put,
    path = "/v1/feed/items/{post_id}/feedback",
    tag = "feed",
    params(("post_id" = String, Path)),
    request_body = NewFeedback,
    security(("bearer" = [])),
    responses((status = 204, description = "Noted."))
)]
pub async fn give_feedback(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
    body: JsonBody,
) -> Result<StatusCode, Error> {
    let to_say = app.store.to_say_of(&viewer.id, post.parse().ok());
    let (post, stance) = Box::pin(to_say).await?;
    let word = Word::Feedback {
        more: body.parse::<NewFeedback>()?,
    };
    let now = app.clock.now();
    let said = app.store.say_of_post(&viewer.id, &post, word, stance, now);
    Box::pin(said).await?;
    Ok(StatusCode::NO_CONTENT)
}
