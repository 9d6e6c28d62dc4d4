//! Why a post is, or is not, in one's feed: the rules that make it, asked of one post.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use domain::{
    feeds::{Besides, Place, Position, Reason, Receipt, Way, slots},
    ids::PostId,
    posts::{Hydrated, Post, PostStatus},
};
use futures::{
    FutureExt,
    future::{try_join, try_join3},
};
use serde::Serialize;
use shared::{
    error::Error,
    http::{Path, Viewer},
    views::words,
};
use utoipa::ToSchema;

use crate::{App, skeleton, wire::ReasonView};

/// Why a post is, or is not, in the caller's feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Whether it is.
    pub in_feed: bool,
    /// How far it comes on its way there.
    #[schema(value_type = words::FeedStage)]
    pub stage: &'static str,
    /// What decided.
    #[schema(value_type = words::FeedRule)]
    pub rule: &'static str,
    /// Why it is there, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
}

/// Why a post is, or is not, in one's feed as it would begin now: by the very rules that make the feed.
#[utoipa::path(
    get,
    path = "/v1/feed/items/{post_id}",
    tag = "feed",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 200, description = "What decided.", body = ReceiptView))
)]
pub async fn read_receipt(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
) -> Result<Json<ReceiptView>, Error> {
    Box::pin(app.receipt(&viewer, post.parse().ok()))
        .await
        .map(Json)
}

impl App {
    async fn receipt(&self, viewer: &Viewer, id: Option<PostId>) -> Result<ReceiptView, Error> {
        let now = self.clock.now();
        let read = async {
            match id {
                Some(id) => {
                    let acts = self.store.acts_at(&viewer.id, id);
                    try_join(self.store.post_now(id), acts).await.map(Some)
                }
                None => Ok(None),
            }
        };
        let sources = skeleton::sources((&self.reads, &self.store), &viewer.id, now);
        let (sources, read) = futures::join!(sources.boxed(), read.boxed());
        let (mut sources, (post, acts)) = (sources?, read?.ok_or(Error::NotFound)?);
        let sees = |post: &Post| {
            let visible = post.status == PostStatus::Published;
            visible && sources.onlooker.sees(&post.author)
        };
        let post = post.filter(sees).ok_or(Error::NotFound)?;
        let at = Position::of(&post).ok_or(Error::NotFound)?;
        sources.onlooker.did([(post.id, acts)]);
        let picks = sources.picks(&self.reads, &Place::start(now), now);
        let besides = Besides {
            picks: &picks,
            hot: None,
        };
        let reason = sources.reader.reason(&post, &besides);
        let topic = if let Some(Reason::Topic(topic)) = &reason {
            Some(topic)
        } else {
            None
        };
        let offers = sources
            .offers(true, now)
            .into_iter()
            .take(slots::MOST_SPONSORED);
        let mut way = Way {
            sponsored: offers.map(|offer| offer.post).any(|id| id == post.id),
            open: sources.is_open(&post),
            ..Way::default()
        };
        let pulled = sources.reader.following.pulled.get(&post.author);
        let mut read = Hydrated::default();
        let followed = matches!(reason, Some(Reason::Followed));
        let people = followed.then_some(&post.author);
        let cause = reason.as_ref().and_then(Reason::cause);
        let named = self.reads.named(people, cause, now, &mut read);
        let entries = self.store.entries(&viewer.id, topic, at);
        let heads = self.store.heads(pulled);
        let own: BTreeSet<_> = post.topics.iter().cloned().collect();
        let own = own.intersection(&sources.reader.topics).cloned().collect();
        let hottest = skeleton::hottest(&self.reads, &own, now);
        let all = async {
            match reason {
                Some(_) => Ok(None),
                None => skeleton::of_the_store(&self.store, &Place::start(now)).await,
            }
        };
        let ((entries, heads, ()), hottest, all) = try_join3(
            try_join3(entries, heads, named).boxed(),
            hottest.boxed(),
            all.boxed(),
        )
        .await?;
        let (delivered, listed, open) = entries;
        (way.delivered, way.listed, way.open) = (delivered, listed, way.open || open);
        let head = heads.get(&post.author);
        let told = head.is_some_and(|head| head.newest().any(|place| place == at));
        way.pulled = pulled.is_some() && (told || !way.open);
        sources.reader.hottest = hottest;
        let all = all.iter().flat_map(|all| all.hottest(now));
        let mut hot: BTreeSet<_> = all.map(|entry| entry.at.post).collect();
        let reads = (&self.reads, &self.store);
        if hot.contains(&post.id) && !sources.hold_little(reads, &picks, now).await? {
            hot.clear();
        }
        let besides = Besides {
            picks: &picks,
            hot: Some(&hot),
        };
        let told = Receipt::of(
            &post,
            &sources.reader,
            &sources.onlooker,
            &besides,
            way,
            now,
        );
        let reason = told.reason.as_ref();
        Ok(ReceiptView {
            in_feed: reason.is_some(),
            stage: told.stage.name(),
            rule: told.rule.name(),
            reason: reason.map(|reason| ReasonView::new(reason, &post.author, &read)),
        })
    }
}
