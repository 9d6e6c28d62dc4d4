//! `GET /v1/stream`: products and posts for one person, by what they viewed, searched for, hearted and bought.

use std::collections::HashMap;

use axum::{Json, extract::State};
use domain::{
    catalogue::product::Product,
    feeds::{
        picks::{Mix, Pick},
        stream::{Item, PRODUCTS, Place, StreamPage},
    },
    ids::{PostId, ProductHash, ProductId, UserId},
    posts::Hydrated,
    shown::Onlooker,
};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{Page, PageQuery, Params, Viewer},
    read::Streamed,
    store::Shopper,
    views::{ListCard, PostView, ProductCard, words},
};
use utoipa::ToSchema;

use crate::{App, wire::ReasonView};

/// An item of a stream.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StreamItem {
    /// A product.
    Product {
        /// Which.
        product: Box<ProductCard>,
        /// Why it is here.
        reason: ReasonView,
        /// How many people saved it.
        saves: u64,
        /// Public lists that hold it, the latest to do so first.
        #[schema(max_items = 3)]
        saved_in: Vec<ListCard>,
        /// What is like it.
        #[schema(max_items = 4)]
        similar: Vec<ProductCard>,
    },
    /// A post that shows one.
    Post {
        /// Which.
        post: Box<PostView>,
        /// Why it is here.
        reason: ReasonView,
        /// How many people saved it.
        saves: u64,
        /// Of a post, none are told.
        #[schema(max_items = 3)]
        saved_in: Vec<ListCard>,
        /// Of a post, none.
        #[schema(max_items = 4)]
        similar: Vec<ProductCard>,
    },
}

/// Products and posts that may interest the caller, by what they viewed, searched for, hearted and bought.
#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "feed",
    params(
        ("mix" = inline(Option<words::Mix>), Query, description = "What one bought, hearted or viewed twice, alone."),
        PageQuery
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of the stream.", body = Page<StreamItem>))
)]
pub async fn read_stream(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<StreamItem>>, Error> {
    let me = &viewer.id;
    let mut invalid = Invalid::default();
    let page = params.page_into(&mut invalid);
    let mix = params.one_of("mix", &[("mine", Mix::Mine)], &mut invalid);
    if let Err(error) = invalid.finish() {
        // 403 comes before 422: who has not joined is told that first.
        app.store.rules(me).await?;
        return Err(error);
    }
    let mix = mix.unwrap_or(Mix::All);
    let name = format!("stream {mix:?}");
    let list = app.cursors.list(&name, Some(me));
    let place = list.place(&page)?;
    let (items, page) = Box::pin(app.stream(me, mix, place, page.limit)).await?;
    list.page(items, |shown| page.after(shown)).map(Json)
}

impl App {
    async fn stream(
        &self,
        me: &UserId,
        mix: Mix,
        place: Option<Place>,
        limit: usize,
    ) -> Result<(Vec<StreamItem>, StreamPage), Error> {
        let now = self.clock.now();
        let Shopper {
            profile,
            rules,
            history,
        } = self.store.shopper(me).await?;
        let onlooker = Onlooker::new(me.clone(), rules);
        let most = if place.is_none() {
            PRODUCTS
        } else {
            usize::MAX
        };
        let whose = (&history, &profile.interests);
        let (picks, shop) = self.reads.picks(whose, mix, now, most).await?;
        let hashes: Vec<_> = picks.iter().map(|pick| pick.product.hash()).collect();
        let known: HashMap<_, _> = hashes.iter().copied().zip(&picks).collect();
        let looked_at = |place: &Place| {
            let looked_at = place.products(limit).iter();
            let picks = looked_at.filter_map(|hash| known.get(hash).copied());
            picks.collect::<Vec<&Pick>>()
        };
        let (place, wares) = match place {
            Some(place) => {
                let wares = self.reads.wares(&looked_at(&place), now).await?;
                (place, wares)
            }
            None => {
                let first = Place::cut(hashes.iter().copied(), []);
                let first = looked_at(&first);
                let (wares, posts) = futures::try_join!(
                    self.reads.wares(&first, now),
                    self.reads.showing(&picks, now)
                )?;
                (Place::cut(hashes, posts), wares)
            }
        };
        let to_be_had = |read: &Hydrated, hash: ProductHash| {
            let card = known.get(&hash).map(|pick| &pick.product);
            let card = card.and_then(|id| read.products.get(id));
            card.is_some_and(Product::can_be_bought)
        };
        let had: HashMap<_, _> = place
            .products(limit)
            .iter()
            .map(|hash| (*hash, to_be_had(&wares.read, *hash)))
            .collect();
        let is_had = |hash| had.get(&hash).copied().unwrap_or_default();
        // As if every post could be seen; where one cannot, a product takes its place.
        let first = place.clone().page(limit, is_had, |_| true);
        let of = |items: &[Item]| {
            let products = items.iter().filter_map(|item| match item {
                Item::Product(hash) => known.get(hash).map(|pick| &pick.product),
                Item::Post(_) => None,
            });
            products.collect::<Vec<&ProductId>>()
        };
        let products = of(&first.items);
        let posts = place.posts(limit).to_vec();
        let around = self
            .reads
            .streamed(wares, (&products, &posts), &onlooker, &shop, now);
        let around = Box::pin(around).await?;
        let page = place.page(limit, is_had, |post| around.posts.contains_key(&post));
        let items = page.items.iter();
        let items = items.filter_map(|item| self.stream_item(*item, &known, &around, now));
        Ok((items.collect(), page))
    }

    fn stream_item(
        &self,
        item: Item,
        known: &HashMap<ProductHash, &Pick>,
        around: &Streamed,
        now: jiff::Timestamp,
    ) -> Option<StreamItem> {
        Some(match item {
            Item::Product(hash) => {
                let pick = known.get(&hash)?;
                let id = &pick.product;
                let lists = around.lists.get(id).into_iter().flatten();
                let lists = lists.filter_map(|list| self.presenter.list_card(list, &around.shelf));
                let similar = around.similar.get(id).into_iter().flatten();
                let card = ProductCard::of(id, &around.read);
                StreamItem::Product {
                    saves: card.saves,
                    product: Box::new(card),
                    reason: why(pick, &around.read),
                    saved_in: lists.collect(),
                    similar: similar.map(ProductCard::alone).collect(),
                }
            }
            Item::Post(id) => self.stream_post(id, known, around, now)?,
        })
    }

    fn stream_post(
        &self,
        id: PostId,
        known: &HashMap<ProductHash, &Pick>,
        around: &Streamed,
        now: jiff::Timestamp,
    ) -> Option<StreamItem> {
        let post = around.posts.get(&id)?;
        let picks = post.product_ids().into_iter();
        let picks = picks.filter_map(|id| known.get(&id.hash()));
        let pick = picks.max_by_key(|pick| (pick.cause.is_some(), pick.query.is_some()));
        let reason = match pick {
            Some(pick) => why(pick, &around.read),
            None => ReasonView::plain("activity", "It shows a product that was picked for you"),
        };
        let post = self.presenter.post(post, &around.read, now);
        Some(StreamItem::Post {
            saves: post.counts.saves,
            post: Box::new(post),
            reason,
            saved_in: Vec::new(),
            similar: Vec::new(),
        })
    }
}

/// Why something is picked: for a product that they used, for what they searched for, or for a topic of theirs.
fn why(pick: &Pick, read: &Hydrated) -> ReasonView {
    if let Some(cause) = &pick.cause {
        let title = read
            .products
            .get(cause)
            .map(|product| product.title.as_str());
        let text = format!("Because of {}", title.unwrap_or("what you looked at"));
        return ReasonView {
            product_id: Some(cause.public()),
            ..ReasonView::plain("activity", text)
        };
    }
    if let Some(query) = &pick.query {
        return ReasonView::plain("activity", format!("Because you searched for “{query}”"));
    }
    match &pick.topic {
        Some(topic) => ReasonView {
            topic: Some(topic.to_string()),
            ..ReasonView::plain("topic", format!("In {}", topic.name()))
        },
        None => ReasonView::plain("activity", "Picked for you"),
    }
}
