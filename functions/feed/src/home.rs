//! `GET /v1/feed`: windows of candidates, each ranked once, paged by a cursor over a snapshot.

use axum::{Json, extract::State};
use domain::{
    feeds::{
        Position, Reader, Reason, WINDOW,
        ranking::{Run, rank},
    },
    ids::PostId,
    posts::Post,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Refusals, Viewer},
};

use crate::{
    App, hydrate, skeleton,
    wire::{FeedItem, ReasonView},
};

/// The list's name in cursors.
const LIST: &str = "feed";

/// How far a reader has come. What is left of the last window keeps its order, so that no page
/// repeats or skips a post, whatever is published or smiled at meanwhile.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    /// Nothing younger is shown.
    snapshot: Timestamp,
    /// The next window begins after this; `None` when there are no more.
    before: Option<Position>,
    /// The rest of the last window, in order.
    left: Vec<PostId>,
    /// The authors shown last.
    run: Run,
}

/// The reader's home feed.
#[utoipa::path(
    get,
    path = "/v1/feed",
    tag = "feed",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of the feed", body = Page<FeedItem>), Refusals)
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
    let viewer_id = viewer.id.as_str();
    let place = match &page.cursor {
        Some(cursor) => app.cursors.decode::<Place>(LIST, Some(viewer_id), cursor)?,
        None => {
            let snapshot = app.context.clock.now();
            let before = Some(Position::end_of(snapshot));
            Place {
                snapshot,
                before,
                left: Vec::new(),
                run: Run::default(),
            }
        }
    };
    let shown = Box::pin(app.next_page(&viewer, place, page.limit)).await?;
    let next_cursor = shown
        .next
        .map(|place| app.cursors.encode(LIST, Some(viewer_id), &place))
        .transpose()?;
    Ok(Json(Page {
        items: shown.items,
        next_cursor,
    }))
}

struct Shown {
    items: Vec<FeedItem>,
    next: Option<Place>,
}

impl App {
    async fn next_page(&self, viewer: &Viewer, place: Place, limit: usize) -> Result<Shown, Error> {
        let Place {
            snapshot,
            before,
            mut left,
            run,
        } = place;
        let later = left.split_off(left.len().min(limit));
        let wanted = match before {
            Some(_) => (limit - left.len()).div_ceil(WINDOW) * WINDOW,
            None => 0,
        };
        let bound = before.unwrap_or_else(|| skeleton::oldest(snapshot));

        let sources = skeleton::sources(&self.store, &viewer.id, snapshot, bound, wanted)
            .boxed()
            .await?;
        let candidates = match wanted {
            0 => Vec::new(),
            _ => {
                sources
                    .candidates(&self.store, snapshot, bound, wanted)
                    .await?
            }
        };

        let window_ids = candidates.iter().map(|entry| entry.at.post);
        let ids: Vec<_> = left.iter().copied().chain(window_ids).collect();
        let (posts, mut read) = hydrate::posts(&self.store, Some(&viewer.id), &ids).await?;

        let reader = &sources.reader;
        let mut ordered = allowed(reader, left.iter().filter_map(|id| posts.get(id)));
        let mut last = ordered
            .iter()
            .fold(run.clone(), |run, (post, _)| run.then(&post.author));
        for window in candidates.chunks(WINDOW) {
            let here = window.iter().filter_map(|entry| posts.get(&entry.at.post));
            let ranked = rank(allowed(reader, here), reader, snapshot, &last);
            last = ranked
                .iter()
                .fold(last, |run, (post, _)| run.then(&post.author));
            ordered.extend(ranked);
        }
        let rest = ordered.split_off(ordered.len().min(limit));

        let page: Vec<_> = ordered.iter().map(|(post, _)| *post).collect();
        let now = self.context.clock.now();
        self.cards.read(&self.store, &page, now, &mut read).await?;
        let items = ordered.iter().map(|(post, reason)| {
            Ok(FeedItem {
                kind: "post",
                post: self.presenter.post(post, &read, now),
                reason: ReasonView::new(reason, post, &read),
                view_token: self.view_token(viewer, post.id, now)?,
            })
        });
        let items = items.collect::<Result<Vec<_>, Error>>()?;

        // A short answer says that there are no more; asking for none says nothing.
        let before = match wanted {
            0 => before,
            _ => candidates
                .last()
                .map(|entry| entry.at)
                .filter(|_| candidates.len() == wanted),
        };
        let left: Vec<_> = later
            .into_iter()
            .chain(rest.iter().map(|(post, _)| post.id))
            .collect();
        let run = page.iter().fold(run, |run, post| run.then(&post.author));
        let next = (before.is_some() || !left.is_empty()).then_some(Place {
            snapshot,
            before,
            left,
            run,
        });
        Ok(Shown { items, next })
    }

    /// Proof that the post was shown to this reader then.
    fn view_token(&self, viewer: &Viewer, post: PostId, at: Timestamp) -> Result<String, Error> {
        let shown = (viewer.id.as_str(), post, at.as_second());
        self.seal.seal("view", &shown).map_err(Error::internal)
    }
}

/// Posts that the reader's rules let through, each with its reason.
fn allowed<'a>(reader: &Reader, posts: impl Iterator<Item = &'a Post>) -> Vec<(&'a Post, Reason)> {
    posts
        .filter_map(|post| reader.reason(post).map(|reason| (post, reason)))
        .collect()
}
