//! `GET /v1/topics/{topic_id}/posts`: a topic's wall, the hottest or the newest first; and the special wall of what rises
//! now and of open polls.

use axum::{Json, extract::State};
use domain::{
    feeds::{HotList, Reason, WallSort},
    posts::{Post, PostKind},
};
use shared::{
    error::{Error, Invalid},
    http::{MaybeViewer, Page, PageQuery, Params, Path},
    read::WallAsked,
    views::words,
};

use crate::{
    App,
    wire::{ReasonView, WallItem},
};

/// A topic's wall.
#[utoipa::path(
    get,
    path = "/v1/topics/{topic_id}/posts",
    tag = "feed",
    params(
        ("topic_id" = String, Path, description = "A topic, or `trending-and-polls`."),
        ("sort" = inline(Option<words::Sort>), Query, description = "In which order; the hottest first unless said otherwise."),
        ("kind" = Option<words::PostKind>, Query, description = "One kind of post alone."),
        PageQuery
    ),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of the wall.", body = Page<WallItem>))
)]
pub async fn read_wall(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(wall): Path<String>,
    params: Params,
) -> Result<Json<Page<WallItem>>, Error> {
    let wall = wall_of(&wall).ok_or(Error::NotFound)?;
    let mut invalid = Invalid::default();
    let page = params.page_into(&mut invalid);
    let sorts = WallSort::ALL.map(|sort| (sort.name(), sort));
    let sort = params.one_of("sort", &sorts, &mut invalid);
    let kinds = PostKind::ALL.map(|kind| (kind.name(), kind));
    let kind = params.one_of("kind", &kinds, &mut invalid);
    invalid.finish()?;

    let sort = sort.unwrap_or(WallSort::Hot);
    let (name, viewer) = (
        format!("topic {wall} {} {kind:?}", sort.name()),
        viewer.map(|viewer| viewer.id),
    );
    let (list, now) = (app.cursors.list(&name, viewer.as_ref()), app.clock.now());
    let asked = WallAsked {
        spot: list.place(&page)?,
        wall,
        sort,
        kind,
        limit: page.limit,
    };
    let found = app.reads.whole_wall(asked, viewer.as_ref(), now);
    let found = Box::pin(found).await?;
    let (wall, read) = (found.wall(), found.read());
    let items = found.posts().map(|(post, sponsored)| WallItem {
        post: app.presenter.post(post, read, now),
        reason: ReasonView::new(&reason(wall, post, sponsored), &post.author, read),
    });
    list.page(items.collect(), |shown| found.after(shown))
        .map(Json)
}

/// The wall of this id; that of the whole store is none.
fn wall_of(id: &str) -> Option<HotList> {
    HotList::parse(id).filter(|wall| *wall != HotList::Store)
}

/// Why a post is on a wall.
fn reason(wall: &HotList, post: &Post, sponsored: bool) -> Reason {
    match wall {
        _ if sponsored => Reason::Sponsored,
        HotList::Topic(topic) => Reason::Topic(topic.clone()),
        HotList::Store | HotList::Rising => Reason::Trending(post.topics.first().cloned()),
    }
}
