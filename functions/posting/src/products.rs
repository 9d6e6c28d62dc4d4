//! Products by id, and by what they are called.

use axum::{Json, extract::State};
use domain::ids::ProductId;
use shared::{
    error::{Error, Invalid},
    http::{MaybeViewer, Page, PageQuery, Params, Path},
    store::SearchPlace,
    views::ProductCard,
};

use crate::{
    App,
    wire::{ProductView, ProductViewerView},
};

/// Products whose titles, brands and shelves have all the words of `q`, the last of which may be the beginning of one.
#[utoipa::path(
    get,
    path = "/v1/products",
    tag = "posting",
    params(
        ("q" = String, Query, min_length = 2, max_length = 100, description = "What is looked for."),
        PageQuery
    ),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of products.", body = Page<ProductCard>))
)]
pub async fn find_products(
    State(app): State<App>,
    MaybeViewer(_viewer): MaybeViewer,
    params: Params,
) -> Result<Json<Page<ProductCard>>, Error> {
    let mut invalid = Invalid::default();
    let query = params.looked_for(&mut invalid);
    let page = params.page_into(&mut invalid);
    invalid.finish()?;
    let query = query.ok_or_else(|| Error::internal("a query that is none"))?;
    let name = format!("products {}", query.text());
    let list = app.cursors.list(&name, None);
    let place: Option<SearchPlace> = list.place(&page)?;
    let now = app.clock.now();
    let found = app
        .reads
        .found_products(&query, place.as_ref(), page.limit, now);
    let found = Box::pin(found).await?;
    let cards = found.found.items.iter();
    let cards = cards.map(|id| ProductCard::of(id, &found.read));
    list.page(cards.collect(), |shown| found.found.after(shown))
        .map(Json)
}

/// One product, with its description, public lists that hold it, what is like it, and, where it cannot be bought, what can be
/// bought in its stead.
#[utoipa::path(
    get,
    path = "/v1/products/{id}",
    tag = "posting",
    params(("id" = String, Path, description = "As a card says it.")),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The product.", body = ProductView))
)]
pub async fn read_product(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Result<Json<ProductView>, Error> {
    let id = ProductId::from_public(&id).ok_or(Error::NotFound)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let page = app.reads.product(viewer.as_ref(), &id, app.clock.now());
    let page = Box::pin(page).await?;
    let page = page.ok_or(Error::NotFound)?;
    let lists = page.lists.iter();
    let lists = lists.filter_map(|list| app.present.list_card(list, &page.shelf));
    Ok(Json(ProductView {
        card: ProductCard::of(&page.id, &page.read),
        description: page.details.description,
        more_images: page.details.more_images,
        saved_in: lists.collect(),
        similar: page.similar.iter().map(ProductCard::alone).collect(),
        viewer: page.saved.map(|saved| ProductViewerView { saved }),
    }))
}
