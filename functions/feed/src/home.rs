//! `GET /v1/feed`: windows of candidates, each ranked once, paged by a cursor over a snapshot.

use std::collections::HashSet;

use axum::{Json, extract::State};
use domain::{
    feeds::{FeedPage, Place},
    ids::PostId,
};
use futures::FutureExt;
use jiff::Timestamp;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Viewer},
};

use crate::{
    App, noting, skeleton,
    wire::{FeedItem, ReasonView},
};

/// The list's name in cursors.
const LIST: &str = "feed";

/// The reader's home feed.
#[utoipa::path(
    get,
    path = "/v1/feed",
    tag = "feed",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of the feed", body = Page<FeedItem>))
)]
pub async fn read_feed(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<FeedItem>>, Error> {
    let page = match params.page() {
        Ok(page) => page,
        // 403 comes before 422: who has not joined is told that first.
        Err(error) => {
            app.store.member(&viewer.id).await?;
            return Err(error);
        }
    };
    let list = app.cursors.list(LIST, Some(&viewer.id));
    let place = list.place(&page)?;
    let place = place.unwrap_or_else(|| Place::start(app.clock.now()));
    let (items, page) = Box::pin(app.next_page(&viewer, place, page.limit)).await?;
    list.page(items, |shown| page.after(shown)).map(Json)
}

impl App {
    async fn next_page(
        &self,
        viewer: &Viewer,
        place: Place,
        limit: usize,
    ) -> Result<(Vec<FeedItem>, FeedPage), Error> {
        let wanted = place.wanted(limit);
        let now = self.clock.now();
        let sources = skeleton::sources(&self.store, &self.reads, &viewer.id, now, wanted)
            .boxed()
            .await?;
        let candidates = sources
            .candidates(&self.reads, &self.store, &place, wanted)
            .boxed()
            .await?;
        let note = noting::note(self, &sources, &place, (&candidates, wanted));
        let ids = place.posts(&candidates, limit);
        let (posts, mut read) = self.reads.posts(sources.onlooker, &ids).await?;
        let mut page = place.page(&candidates, posts, &sources.reader, &read.onlooker, limit);
        let shown = page.items.iter().map(|(post, _)| &**post);
        let noted = async {
            if let Some(note) = note {
                note.write(self, &viewer.id).await;
            }
        };
        let (around, ()) = futures::join!(self.reads.around(shown, now, &mut read), noted);
        around?;
        // Of a reader who did very much, some of it is known only now; and that an author leaves.
        let shown = page.items.iter().map(|(post, _)| post);
        let nobodys = shown.filter(|post| !read.knows_author(post));
        let nobodys: HashSet<_> = nobodys.map(|post| post.id).collect();
        page.retain(|post| !read.onlooker.hid(post) && !nobodys.contains(&post));
        let items = page.items.iter().map(|(post, reason)| {
            Ok(FeedItem {
                kind: "post",
                post: self.presenter.post(post, &read, now),
                reason: ReasonView::new(reason, post, &read),
                view_token: self.view_token(viewer, post.id, now)?,
            })
        });
        Ok((items.collect::<Result<_, Error>>()?, page))
    }

    /// Proof that the post was shown to this reader then.
    fn view_token(&self, viewer: &Viewer, post: PostId, at: Timestamp) -> Result<String, Error> {
        let shown = (viewer.id.as_str(), post, at.as_second());
        self.views.seal("view", &shown).map_err(Error::internal)
    }
}
