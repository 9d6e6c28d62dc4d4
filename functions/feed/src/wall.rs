//! `GET /v1/topics/{topic_id}/posts`: a topic's wall, newest first.

use axum::{Json, extract::State};
use domain::{
    feeds::{Position, Reason},
    ids::TopicId,
    posts::PostKind,
};
use shared::{
    error::{Error, Invalid},
    http::{MaybeViewer, Page, PageQuery, Params, Path},
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
        ("topic_id" = String, Path),
        ("sort" = inline(Option<words::Sort>), Query, description = "In which order."),
        ("kind" = Option<words::PostKind>, Query, description = "One kind of post alone."),
        PageQuery
    ),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of the wall.", body = Page<WallItem>))
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

    let (name, viewer) = (
        format!("topic {topic} {kind:?}"),
        viewer.map(|viewer| viewer.id),
    );
    let list = app.cursors.list(&name, viewer.as_ref());
    let now = app.clock.now();
    let before = list.place(&page)?;
    let before = before.unwrap_or_else(|| Position::end_of(now));
    let (places, onlooker) = futures::try_join!(
        app.reads.wall(&topic, before, now, page.limit),
        app.reads.onlooker(viewer.as_ref())
    )?;
    let ids: Vec<_> = places.iter().map(|at| at.post).collect();
    let (mut found, mut read) = app.reads.posts(onlooker, &ids).await?;
    let mut posts: Vec<_> = ids
        .iter()
        .filter_map(|id| found.remove(id))
        // Its author may have taken it off the wall since.
        .filter(|post| post.topics.contains(&topic))
        .filter(|post| kind.is_none_or(|kind| post.kind == kind))
        .filter_map(|post| read.onlooker.finds(post))
        .collect();
    let shown = posts.iter().map(|post| &**post);
    app.reads.around(shown, now, &mut read).await?;
    // Of a reader who did very much, some of it is known only now; and that an author leaves.
    posts.retain(|post| !read.onlooker.hid(post.id) && read.knows_author(post));

    let reason = Reason::Topic(topic);
    let items = posts
        .iter()
        .map(|post| WallItem {
            post: app.presenter.post(post, &read, now),
            reason: ReasonView::new(&reason, post, &read),
        })
        .collect();
    let end = places.last().filter(|_| places.len() == page.limit);
    let end = end.copied();
    list.page(items, |shown| Position::after(&posts, shown, end))
        .map(Json)
}
