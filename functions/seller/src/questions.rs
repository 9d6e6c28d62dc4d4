//! Questions and polls that name a brand's products, or are on its topics: as everybody sees them (PRODUCT 6.10).

use axum::{Json, extract::State};
use domain::{
    catalogue::brand::Brand,
    feeds::{Candidates, Position, Source, WALL_HORIZON},
    ids::TopicId,
    posts::{Hydrated, Post},
};
use futures::future::try_join_all;
use jiff::Timestamp;
use shared::{
    error::{Error, Invalid},
    http::{Page, PageQuery, Params, Seller},
    keys::About,
    views::PostView,
};

use crate::{App, brands::BrandQuery};

/// Questions and polls about a brand's products or on its topics, newest first.
#[utoipa::path(
    get,
    path = "/v1/sellers/questions",
    tag = "sellers",
    params(BrandQuery, PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of posts, newest first.", body = Page<PostView>),
        (status = 404, description = "The brand is not the caller's."))
)]
pub(crate) async fn list_questions(
    State(app): State<App>,
    Seller(viewer): Seller,
    params: Params,
) -> Result<Json<Page<PostView>>, Error> {
    let mut invalid = Invalid::default();
    let page = params.page_into(&mut invalid);
    let (name, brand) = app.asked_for(&viewer, &params, invalid).await?;
    let list = format!("questions of {}", brand.as_str());
    let list = app.cursors.list(&list, Some(&viewer.id));
    let before: Option<Position> = list.place(&page)?;
    let now = app.clock.now();
    let (topics, onlooker) = futures::try_join!(
        app.topics(&name, &brand),
        app.reads.onlooker(Some(&viewer.id))
    )?;
    let before = before.unwrap_or(Position::end_of(now));
    let found = app.asked(&brand, &topics, before, now, page.limit).await?;
    let more = found.has_more();
    let ids: Vec<_> = found.places.iter().map(|at| at.post).collect();
    let (mut posts, mut read) = app.reads.posts(onlooker, &ids).await?;
    let posts = ids.iter().filter_map(|id| posts.remove(id));
    let mut posts: Vec<_> = posts
        .filter(|post| post.asks())
        .filter_map(|post| read.onlooker.finds(post))
        .collect();
    let shown = posts.iter().map(|post| &**post);
    app.reads.around(shown, now, &mut read).await?;
    posts.retain(|post| read.knows_author(post) && is_about(post, &brand, &topics, &read));
    let items = posts.iter().map(|post| app.present.post(post, &read, now));
    let end = found.places.last().filter(|_| more).copied();
    list.page(items.collect(), |shown| Position::after(&posts, shown, end))
        .map(Json)
}

/// Whether a post, as it is now, is about a brand's products or on one of its topics.
fn is_about(post: &Post, brand: &Brand, topics: &[TopicId], read: &Hydrated) -> bool {
    let products = post.product_ids().into_iter();
    let mut products = products.filter_map(|id| read.products.get(id));
    let on_topic = post.topics.iter().any(|topic| topics.contains(topic));
    on_topic || products.any(|product| product.brand().as_ref() == Some(brand))
}

impl App {
    /// Where the next of them stand.
    async fn asked(
        &self,
        brand: &Brand,
        topics: &[TopicId],
        before: Position,
        now: Timestamp,
        limit: usize,
    ) -> Result<Candidates, Error> {
        let oldest = Position::start_of(now.saturating_sub(WALL_HORIZON).unwrap_or(now));
        let topics = topics.iter().map(About::Topic);
        let about = [About::Brand(brand)].into_iter().chain(topics);
        let found = about.map(async |about| {
            let places = self.store.asked(&about, before, oldest, limit).await?;
            Ok::<_, Error>(Source::newest(places, limit))
        });
        let sources = try_join_all(found).await?;
        Ok(Candidates::of(sources, before, oldest, limit))
    }
}
