//! Products by id.

use axum::{Json, extract::State};
use domain::ids::ProductId;
use shared::{
    error::Error,
    http::{MaybeViewer, Path},
    views::ProductCard,
};

use crate::{
    App,
    wire::{ProductView, ProductViewerView},
};

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
