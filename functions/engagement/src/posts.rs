//! Smiling at posts, hiding them from oneself, and taking either back.

use axum::extract::State;
use http::StatusCode;
use shared::{
    error::Error,
    http::{Path, Prime, Viewer},
    store::Word,
};

use crate::App;

/// Smiles at a post; one a person.
#[utoipa::path(
    put,
    path = "/v1/posts/{post_id}/smile",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Smiled."))
)]
pub async fn smile_post(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    let (post, actor) = app.published(&post, app.actor(&viewer.id)).await?;
    let now = app.clock.now();
    app.store.smile(&actor, &post, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a smile back; without the Prime tier too.
#[utoipa::path(
    delete,
    path = "/v1/posts/{post_id}/smile",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Taken back."))
)]
pub async fn take_back_smile(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    let rules = app.store.rules(&viewer.id);
    let (post, _) = app.published(&post, rules).await?;
    app.store.take_back_smile(&viewer.id, &post).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// Says something of a post, as it comes to who looks through what others post.
    async fn say_of(&self, viewer: &Viewer, post: &str, word: Word) -> Result<StatusCode, Error> {
        let to_say = self.store.to_say_of(&viewer.id, post.parse().ok());
        let (post, stance) = to_say.await?;
        let now = self.clock.now();
        let said = self.store.say_of_post(&viewer.id, &post, word, stance, now);
        said.await.map(|()| StatusCode::NO_CONTENT)
    }
}

/// Hides a post from one's feed and walls, and wants less like it.
#[utoipa::path(
    put,
    path = "/v1/posts/{post_id}/hide",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Hidden."))
)]
pub async fn hide_post(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    app.say_of(&viewer, &post, Word::Hide(true)).await
}

/// Hides a post no longer.
#[utoipa::path(
    delete,
    path = "/v1/posts/{post_id}/hide",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not hidden any more."))
)]
pub async fn unhide_post(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    app.say_of(&viewer, &post, Word::Hide(false)).await
}
