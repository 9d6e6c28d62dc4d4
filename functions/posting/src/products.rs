//! Products by id.

use axum::{Json, extract::State};
use domain::ids::ProductId;
use shared::{
    error::Error,
    http::{MaybeViewer, Path},
    views::ProductCard,
};

use crate::{App, wire::ProductView};

/// One product, with its description, what is like it, and, where it cannot be bought, what can be
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
    _viewer: MaybeViewer,
    Path(id): Path<String>,
) -> Result<Json<ProductView>, Error> {
    let id = ProductId::from_public(&id).ok_or(Error::NotFound)?;
    let page = app.reads.product(&id, app.clock.now()).await?;
    let page = page.ok_or(Error::NotFound)?;
    Ok(Json(ProductView {
        card: ProductCard::of(&page.id, &page.read),
        description: page.details.description,
        more_images: page.details.more_images,
        saved_in: [],
        similar: page.similar.iter().map(ProductCard::alone).collect(),
    }))
}
