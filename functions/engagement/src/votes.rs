//! Voting in polls.

use axum::{Json, extract::State};
use domain::{
    engagement::Acts,
    ids::PostId,
    posts::{Hydrated, Post, PostStatus, poll::option_of},
    shown::Onlooker,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    error::{Conflict, Error, Invalid},
    http::{JsonBody, Path, Viewer, Wire},
    store::Vote,
    table::Anew,
    views::PollView,
};
use utoipa::ToSchema;

use crate::App;

/// A vote.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVote {
    /// The id of an option of the poll.
    #[schema(required, nullable = false)]
    option: Option<String>,
}

impl Wire for NewVote {
    type Parsed = String;

    fn parse(self, invalid: &mut Invalid) -> Option<String> {
        let option = self.option.ok_or_else(|| "is required".to_owned());
        invalid.check("/option", option)
    }
}

/// Votes in a poll, or changes one's vote, until it closes. One vote a person; the results are shown from then on.
#[utoipa::path(
    put,
    path = "/v1/posts/{post_id}/vote",
    tag = "engagement",
    params(("post_id" = String, Path)),
    request_body = NewVote,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The poll, with its results.", body = PollView),
        (status = 409, description = "The post has no poll, or voting has ended."))
)]
pub async fn vote(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
    body: JsonBody,
) -> Result<Json<PollView>, Error> {
    let (me, now) = (viewer.id, app.clock.now());
    let Ok(id) = post.parse::<PostId>() else {
        app.actor(&me).await?;
        return Err(Error::NotFound);
    };
    let mut anew = Anew::standing_on("the poll");
    loop {
        let (actor, post, acts) = futures::join!(
            app.actor(&me),
            app.store.post_now(id),
            app.store.acts_at(&me, id)
        );
        let actor = actor?;
        let mut read = Hydrated {
            onlooker: Onlooker::from(&actor),
            exact: true,
            ..Hydrated::default()
        };
        let (post, acts) = (post?, acts?);
        let post = post.filter(|post| post.status == PostStatus::Published);
        let post = post.and_then(|post| read.onlooker.opens(post));
        let post = post.ok_or(Error::NotFound)?;
        let option = choice(&post, &body, now)?;
        let mut voted = Post::clone(&post);
        let stands = if post.heat().is_hot() {
            let stands = app.store.vote(&actor, &post, &acts, option).await?;
            // Read after it, the shards hold it.
            app.reads.around([&*post], now, &mut read).await?;
            stands
        } else {
            voted.count_vote(acts.vote, option);
            let vote = app.store.vote(&actor, &post, &acts, option);
            let around = app.reads.around([&*post], now, &mut read);
            futures::try_join!(vote, around)?.0
        };
        if stands == Vote::Moved {
            anew.begin().await?;
            continue;
        }
        let vote = Some(option);
        read.onlooker.did([(id, Acts { vote, ..acts })]);
        let voted = read.onlooker.opens(voted).ok_or(Error::NotFound)?;
        let poll = voted.poll.as_ref().ok_or(Error::NotFound)?;
        return Ok(Json(app.present.poll(poll, &voted, &read, now)));
    }
}

/// The place of the option that a body names.
///
/// # Errors
/// 422 an unknown one; 409 where there is no poll, or it has closed.
fn choice(post: &Post, body: &JsonBody, now: Timestamp) -> Result<u8, Error> {
    let sent = body.parse::<NewVote>()?;
    let poll = post.poll.as_ref();
    let poll = poll.ok_or(Error::Conflict(Conflict::NotAPoll))?;
    let option = option_of(&sent, poll.options.len());
    let option = option.ok_or_else(|| Error::invalid("/option", "is no option of this poll"))?;
    if poll.is_closed(now) {
        return Err(Error::Conflict(Conflict::PollClosed));
    }
    Ok(option)
}
