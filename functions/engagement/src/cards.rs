//! Lists of lists: those of a person that everybody sees, and those that hold a product.

use axum::{Json, extract::State};
use domain::{
    engagement::{Idea, IdeaList},
    ids::ProductId,
    shown::{Onlooker, Shown},
};
use jiff::Timestamp;
use shared::{
    error::Error,
    http::{List, MaybeViewer, Page, PageQuery, Params, Path},
    store::ListPlace,
    views::ListCard,
};

use crate::App;

/// The public lists of a person, newest first.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}/lists",
    tag = "engagement",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of lists.", body = Page<ListCard>))
)]
pub async fn list_lists_of(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<Page<ListCard>>, Error> {
    let viewer = viewer.map(|viewer| viewer.id);
    let (person, onlooker) = app.met(viewer.as_ref(), &handle).await?;
    let name = format!("lists of {person}");
    let list = app.cursors.list(&name, None);
    let page = params.page()?;
    let before = list.place(&page)?;
    let found = app.store.lists_of(&person, before, page.limit).await?;
    app.public_cards(&list, found, &onlooker).await
}

/// The public lists that hold a product, the latest to do so first.
#[utoipa::path(
    get,
    path = "/v1/products/{product_id}/lists",
    tag = "engagement",
    params(("product_id" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of lists.", body = Page<ListCard>))
)]
pub async fn list_lists_with(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(product): Path<String>,
    params: Params,
) -> Result<Json<Page<ListCard>>, Error> {
    let product = ProductId::from_public(&product).ok_or(Error::NotFound)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let name = format!("lists with {product}");
    let list = app.cursors.list(&name, None);
    let page = params.page();
    let place = page.and_then(|page| Ok((list.place::<ListPlace>(&page)?, page.limit)));
    let (before, limit) = match &place {
        Ok((before, limit)) => (*before, *limit),
        Err(_) => (None, 1),
    };
    let idea = Idea::Product(product.clone());
    let (onlooker, known, found) = futures::try_join!(
        app.reads.onlooker(viewer.as_ref()),
        app.store.products([&product]),
        app.store.lists_with(&idea, before, limit)
    )?;
    if known.is_empty() {
        return Err(Error::NotFound);
    }
    place?;
    app.public_cards(&list, found, &onlooker).await
}

impl App {
    async fn public_cards(
        &self,
        list: &List<'_>,
        found: (Vec<ListPlace>, bool),
        onlooker: &Onlooker,
    ) -> Result<Json<Page<ListCard>>, Error> {
        let now = self.clock.now();
        let show = |list| onlooker.is_told_of(list);
        let cards = self.cards(list, found, onlooker, show, now);
        Box::pin(cards).await.map(Json)
    }

    /// A page of the cards of lists that were found in the order of their places, and whether there are more.
    pub(crate) async fn cards(
        &self,
        list: &List<'_>,
        (found, more): (Vec<ListPlace>, bool),
        onlooker: &Onlooker,
        show: impl Fn(IdeaList) -> Option<Shown<IdeaList>>,
        now: Timestamp,
    ) -> Result<Page<ListCard>, Error> {
        let ids: Vec<_> = found.iter().map(|(_, list)| *list).collect();
        let (shown, shelf) = self.reads.lists(&ids, onlooker, show, now).await?;
        let cards = shown.iter();
        let cards = cards.filter_map(|list| self.present.list_card(list, &shelf));
        let after = |fitting: usize| match fitting.checked_sub(1).and_then(|last| shown.get(last)) {
            Some(last) if fitting < shown.len() => {
                found.iter().find(|(_, list)| *list == last.id).copied()
            }
            _ => found.last().filter(|_| more).copied(),
        };
        list.page(cards.collect(), after)
    }
}
