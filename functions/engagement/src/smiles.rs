//! Smiling at posts, and taking it back.

use axum::extract::State;
use domain::{
    ids::{PostId, UserId},
    posts::PostStatus,
};
use http::StatusCode;
use shared::{
    error::Error,
    http::{Path, Prime},
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
    let post = app.published(&viewer.id, &post).await?;
    let now = app.clock.now();
    app.store.smile(&viewer.id, post, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a smile back.
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
    Prime(viewer): Prime,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    let post = app.published(&viewer.id, &post).await?;
    app.store.take_back_smile(&viewer.id, post).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// The published post of that id, asked for by a member. The cheaper read may not know what
    /// happened within the last second; only where it finds nothing is the other one made.
    async fn published(&self, me: &UserId, post: &str) -> Result<PostId, Error> {
        let id: Option<PostId> = post.parse().ok();
        let lately = async {
            match id {
                Some(id) => self.store.post(id).await,
                None => Ok(None),
            }
        };
        let (member, lately) = futures::join!(self.store.member(me), lately);
        member?;
        let id = id.ok_or(Error::NotFound)?;
        let there = |post: Option<_>| {
            post.is_some_and(|post: domain::posts::Post| post.status == PostStatus::Published)
        };
        if there(lately?) || there(self.store.post_now(id).await?) {
            Ok(id)
        } else {
            Err(Error::NotFound)
        }
    }
}
