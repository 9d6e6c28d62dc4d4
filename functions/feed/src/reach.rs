//! `GET /v1/posts/{post_id}/reach`: to how many a post was delivered, who looks it up, and who waits (FEEDS 7).

use axum::{Json, extract::State};
use domain::{
    feeds::{Ranges, SIZES},
    ids::PostId,
    people::Profile,
    posts::Post,
    shown::Onlooker,
};
use serde::Serialize;
use shared::{
    error::{Error, Refusal},
    http::{Path, Viewer},
    store::{Progress, Reach},
};
use utoipa::ToSchema;

use crate::App;

/// How far a post has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachView {
    /// How many followed its author when it appeared; until that is known, how many do.
    pub followers: u64,
    /// To how many of them it was delivered so far.
    pub delivered: u64,
    /// How many look it up when they read.
    pub pulled: u64,
    /// How many it is still on its way to; they have it meanwhile as one that is.
    pub waiting: u64,
}

/// To how many an own post came.
#[utoipa::path(
    get,
    path = "/v1/posts/{post_id}/reach",
    tag = "feed",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 200, description = "How far it has come.", body = ReachView))
)]
pub async fn read_reach(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<ReachView>, Error> {
    let me = viewer.id;
    let Ok(id) = id.parse::<PostId>() else {
        app.store.rules(&me).await?;
        return Err(Error::NotFound);
    };
    let (caller, post, progress) = futures::join!(
        app.store.caller(&me),
        app.store.post(id),
        app.store.progress(id),
    );
    let (profile, rules) = caller?;
    let onlooker = Onlooker::new(me, rules);
    let seen = |post: &Post| onlooker.opens(post.clone()).is_some();
    let post = post?.filter(seen).ok_or(Error::NotFound)?;
    if post.author != profile.id {
        return Err(Error::Refused(Refusal::NotOwner));
    }
    app.reach(post.id, profile, progress?).await.map(Json)
}

impl App {
    async fn reach(
        &self,
        post: PostId,
        profile: Profile,
        progress: Progress,
    ) -> Result<ReachView, Error> {
        if let Some(reach) = progress.reach {
            let Reach {
                followers,
                delivered,
            } = reach;
            return Ok(ReachView {
                followers,
                delivered,
                pulled: followers.saturating_sub(delivered),
                waiting: 0,
            });
        }
        let (followers, delivered) = match progress.plan {
            Some(plan) => {
                let ranges = Ranges {
                    count: plan.ranges,
                    block: SIZES.block,
                };
                let done = self.store.ranges_done(post, ranges, 0..ranges.blocks());
                let done = done.await?;
                let readers = done.iter().flat_map(|block| block.done.values());
                (plan.followers, readers.sum())
            }
            None => (self.reads.counted(profile).await?.followers, 0),
        };
        Ok(ReachView {
            followers,
            delivered,
            pulled: 0,
            waiting: followers.saturating_sub(delivered),
        })
    }
}
