//! `GET /v1/topics/{topic_id}/posts`: a topic's wall, newest first.

use axum::{Json, extract::State};
use domain::{
    feeds::{Entry, Position, Reason},
    ids::TopicId,
    posts::PostKind,
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    error::{Error, Invalid},
    http::{MaybeViewer, Page, PageQuery, Params, Path, Refusals},
    keys::Month,
};

use crate::{
    App, hydrate,
    wire::{ReasonView, WallItem},
};

/// Walls go back a year; older posts are found with their authors.
const HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A topic's wall.
#[utoipa::path(
    get,
    path = "/v1/topics/{topic_id}/posts",
    tag = "feed",
    params(
        ("topic_id" = String, Path, description = "An id of the interests catalogue"),
        ("sort" = Option<String>, Query, description = "`new`"),
        ("kind" = Option<String>, Query, description = "One kind of post alone, such as `poll`"),
        PageQuery
    ),
    responses((status = 200, description = "A page of the wall", body = Page<WallItem>), Refusals)
)]
pub async fn read_wall(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(topic): Path<String>,
    params: Params,
) -> Result<Json<Page<WallItem>>, Error> {
    let topic = TopicId::parse(&topic).ok_or(Error::NotFound)?;
    let mut invalid = Invalid::default();
    let page = params.page_into(&mut invalid);
    params.one_of("sort", &[("new", ())], &mut invalid);
    let kinds = PostKind::ALL.map(|kind| (kind.name(), kind));
    let kind = params.one_of("kind", &kinds, &mut invalid);
    invalid.finish()?;

    let viewer = viewer.map(|viewer| viewer.id);
    let viewer_id = viewer.as_ref().map(|viewer| viewer.as_str());
    let list = format!("topic {topic} {kind:?}");
    let now = app.context.clock.now();
    let before = match &page.cursor {
        Some(cursor) => app.cursors.decode(&list, viewer_id, cursor)?,
        None => Position::end_of(now),
    };
    let entries = app.entries(&topic, before, now, page.limit).await?;
    let ids: Vec<_> = entries.iter().map(|entry| entry.at.post).collect();
    let (posts, mut read) = hydrate::posts(&app.store, viewer.as_ref(), &ids).await?;
    let shown: Vec<_> = ids
        .iter()
        .filter_map(|id| posts.get(id))
        // Its author may have taken it off the wall since.
        .filter(|post| post.topics.contains(&topic) && post.visible_to(None))
        .filter(|post| kind.is_none_or(|kind| post.kind == kind))
        .collect();
    app.cards.read(&app.store, &shown, now, &mut read).await?;

    let reason = Reason::Topic(topic);
    let items = shown
        .iter()
        .map(|post| WallItem {
            post: app.presenter.post(post, &read, now),
            reason: ReasonView::new(&reason, post, &read),
        })
        .collect();
    let next_cursor = entries
        .last()
        .filter(|_| entries.len() == page.limit)
        .map(|last| app.cursors.encode(&list, viewer_id, &last.at))
        .transpose()?;
    Ok(Json(Page { items, next_cursor }))
}

impl App {
    /// The newest `limit` of a wall before `before`, month by month: one round for most walls.
    async fn entries(
        &self,
        topic: &TopicId,
        before: Position,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let oldest = Position::start_of(now.saturating_sub(HORIZON).unwrap_or(now));
        let (mut month, last) = (
            Month::of(before.published_at),
            Month::of(oldest.published_at),
        );
        let mut entries = Vec::new();
        loop {
            let missing = limit - entries.len();
            let found = self
                .store
                .topic_month(topic, month, before, oldest, missing)
                .await?;
            entries.extend(found);
            if entries.len() >= limit || month <= last {
                return Ok(entries);
            }
            month = month.previous();
        }
    }
}
