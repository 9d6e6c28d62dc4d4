//! `GET /v1/feed`: windows of candidates, each ranked once, paged by a cursor over a snapshot.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use domain::{
    catalogue::product::Product,
    feeds::{Deal, FeedItem, FeedPage, Place, Reader, Reason, Suggested},
    ids::{PostId, ProductId},
    posts::{Hydrated, Post, topics},
};
use futures::{FutureExt, future::try_join3};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Viewer},
    views::ProductCard,
};

use crate::{
    App, noting, skeleton,
    wire::{FeedItemView, ReasonView},
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
    responses((status = 200, description = "A page of the feed", body = Page<FeedItemView>))
)]
pub async fn read_feed(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<FeedItemView>>, Error> {
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
    ) -> Result<(Vec<FeedItemView>, FeedPage), Error> {
        let now = self.clock.now();
        let mut sources = skeleton::sources((&self.reads, &self.store), &viewer.id, now)
            .boxed()
            .await?;
        let offers = sources.offers(place.is_first(), now);
        let besides = (&*offers, sources.picks(&self.reads, &place, now));
        let supply = sources.supply((&self.reads, &self.store), &place, limit, besides, now);
        let supply = supply.boxed().await?;
        let candidates = supply.candidates.as_ref().filter(|_| place.is_first());
        let note = noting::note(self, &sources, candidates, now);
        let ids: Vec<_> = place.posts(&supply).into_iter().collect();
        let onlooker = std::mem::take(&mut sources.onlooker);
        let (posts, mut read) = self.reads.posts(onlooker, &ids).await?;
        let mut deal = Deal::of(place, supply, &posts, &sources.reader, &read.onlooker);
        let page = deal.page(limit, |_| true);
        // Counted with what stands around the items, so that it is no round of its own.
        let sponsored = page.items.iter().filter_map(sponsored);
        let sponsored = offers
            .into_iter()
            .filter(|offer| sponsored.clone().any(|id| id == offer.post));
        let sponsored: Vec<_> = sponsored.collect();
        let products = page.items.iter().flat_map(names);
        let shown = page.items.iter().filter_map(post);
        let around = self.reads.around_with(shown, products, now, &mut read);
        let counted = self
            .store
            .count_ads(&viewer.id, &sources.ads, &sponsored, now);
        let noted = async {
            if let Some(note) = note {
                note.write(self, &viewer.id).await;
            }
            Ok(())
        };
        let ((), counted, ()) = try_join3(around, counted, noted).boxed().await?;
        if !counted {
            deal.unsponsored();
        }
        let page = if without(&mut deal, &page, &read) || !counted {
            deal.page(limit, |item| page.items.contains(item))
        } else {
            page
        };
        let items = page.items.iter().map(|item| {
            let reader = &sources.reader;
            self.item(viewer, item, reader, &read, now)
        });
        Ok((items.collect::<Result<_, Error>>()?, page))
    }

    fn item(
        &self,
        viewer: &Viewer,
        item: &FeedItem,
        reader: &Reader,
        read: &Hydrated,
        now: Timestamp,
    ) -> Result<FeedItemView, Error> {
        Ok(match item {
            FeedItem::Post(post, reason) => FeedItemView::Post {
                post: Box::new(self.presenter.post(post, read, now)),
                reason: ReasonView::new(reason, &post.author, read),
                view_token: self.view_token(viewer, post.id, now)?,
            },
            FeedItem::Product(pick) => FeedItemView::Product {
                product: Box::new(ProductCard::of(&pick.product, read)),
                reason: picked(pick, reader, read),
                view_token: self.view_token(viewer, pick.product.public(), now)?,
            },
        })
    }

    /// Proof that something was shown to this reader then.
    fn view_token<T: Serialize>(
        &self,
        viewer: &Viewer,
        what: T,
        at: Timestamp,
    ) -> Result<String, Error> {
        let shown = (viewer.id.as_str(), what, at.as_second());
        self.views.seal("view", &shown).map_err(Error::internal)
    }
}

/// The post that an item shows.
fn post(item: &FeedItem) -> Option<&Post> {
    match item {
        FeedItem::Post(post, _) => Some(post),
        FeedItem::Product(_) => None,
    }
}

/// The sponsored post that an item shows.
fn sponsored(item: &FeedItem) -> Option<PostId> {
    match item {
        FeedItem::Post(post, Reason::Sponsored) => Some(post.id),
        FeedItem::Post(..) | FeedItem::Product(_) => None,
    }
}

/// The products that an item names, beside those in its post.
fn names(item: &FeedItem) -> Vec<&ProductId> {
    match item {
        FeedItem::Post(_, reason) => reason.cause().into_iter().collect(),
        FeedItem::Product(pick) => [&pick.product].into_iter().chain(&pick.cause).collect(),
    }
}

/// Leaves out of a deal what turns out not to be wanted once all around the page's items is read: of a reader who did
/// very much, some of it is known only then, and that an author leaves, or that a product cannot be bought. `false`
/// where all is wanted.
fn without(deal: &mut Deal, page: &FeedPage, read: &Hydrated) -> bool {
    let posts = page.items.iter().filter_map(post);
    let posts = posts.filter(|post| read.onlooker.turned_down(post.id) || !read.knows_author(post));
    let posts: BTreeSet<_> = posts.map(|post| post.id).collect();
    let product = |item: &FeedItem| match item {
        FeedItem::Post(..) => None,
        FeedItem::Product(pick) => Some(pick.product.clone()),
    };
    let buyable = |id: &ProductId| read.products.get(id).is_some_and(Product::can_be_bought);
    let products = page.items.iter().filter_map(product);
    let products: Vec<_> = products.filter(|id| !buyable(id)).collect();
    let any = !posts.is_empty() || !products.is_empty();
    deal.without(&posts, products);
    any
}

/// Why a product is picked: what it is for, or the reader's topic that it belongs to.
fn picked(pick: &Suggested, reader: &Reader, read: &Hydrated) -> ReasonView {
    if let Some(cause) = &pick.cause {
        return ReasonView::activity(cause, read);
    }
    let category = read.products.get(&pick.product);
    let category = category.and_then(|product| product.category.as_deref());
    let topics = topics::work_out([], category);
    let own = topics.iter().find(|topic| reader.topics.contains(topic));
    let reason = own.cloned().map_or(Reason::Trending(None), Reason::Topic);
    ReasonView::new(&reason, &reader.id, read)
}
