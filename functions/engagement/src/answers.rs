//! The answer that a question's author accepts.

use axum::extract::State;
use domain::{
    engagement::Comment,
    ids::UserId,
    posts::{Post, PostKind},
    shown::Shown,
};
use http::StatusCode;
use shared::{
    error::{Conflict, Error, Refusal},
    http::{Path, Viewer},
    table::Anew,
};

use crate::App;

/// Accepts a comment as the answer to one's question, in the stead of another.
#[utoipa::path(
    put,
    path = "/v1/comments/{comment_id}/accepted",
    tag = "engagement",
    params(("comment_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Accepted."),
        (status = 409, description = "The post asks no question, or the comment is a reply."))
)]
pub async fn accept_answer(
    State(app): State<App>,
    viewer: Viewer,
    Path(comment): Path<String>,
) -> Result<StatusCode, Error> {
    let me = viewer.id;
    let mut anew = Anew::standing_on("the question");
    loop {
        let (answer, post) = app.asked(&me, &comment).await?;
        if answer.id.parent.is_some() {
            return Err(Error::Conflict(Conflict::IsAReply));
        }
        if post.kind != PostKind::Question {
            return Err(Error::Conflict(Conflict::NotAQuestion));
        }
        if points_to(&post, &answer) || app.store.accept(&post, &answer).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
    }
}

/// Accepts a comment as the answer no longer; of one that is not accepted nothing changes.
#[utoipa::path(
    delete,
    path = "/v1/comments/{comment_id}/accepted",
    tag = "engagement",
    params(("comment_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not accepted any more."))
)]
pub async fn accept_no_more(
    State(app): State<App>,
    viewer: Viewer,
    Path(comment): Path<String>,
) -> Result<StatusCode, Error> {
    let me = viewer.id;
    let mut anew = Anew::standing_on("the question");
    loop {
        let (answer, post) = app.asked(&me, &comment).await?;
        if !points_to(&post, &answer) || app.store.accept_no_more(&post).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
    }
}

fn points_to(post: &Post, answer: &Comment) -> bool {
    let accepted = post.accepted.as_ref();
    answer.id.parent.is_none() && accepted.is_some_and(|accepted| accepted.own == answer.id.own)
}

impl App {
    /// A comment under a post of the caller's, a member.
    ///
    /// # Errors
    /// 403 who has not joined; 404 what they do not see; 403 where the post is another's.
    async fn asked(
        &self,
        me: &UserId,
        comment: &str,
    ) -> Result<(Shown<Comment>, Shown<Post>), Error> {
        let rules = self.store.rules(me);
        let (comment, post, _) = self.heard(me, comment, true, rules).await?;
        if post.author == *me {
            Ok((comment, post))
        } else {
            Err(Error::Refused(Refusal::NotOwner))
        }
    }
}
