//! Products by id.

use axum::{Json, extract::State};
use shared::{
    domain::ids::ProductId,
    error::Error,
    http::{MaybeViewer, Path, Refusals, views::product_card},
};

use crate::{App, wire::ProductView};

/// One product, with its description.
#[utoipa::path(
    get,
    path = "/v1/products/{id}",
    tag = "Posting",
    params(("id" = String, Path, description = "As in the store's feed.")),
    security((), ("bearer" = [])),
    responses((status = 200, body = ProductView), Refusals)
)]
pub async fn read_product(
    State(app): State<App>,
    _viewer: MaybeViewer,
    Path(id): Path<String>,
) -> Result<Json<ProductView>, Error> {
    let id = ProductId::parse(&id).ok_or(Error::NotFound)?;
    let found = app.store.product(&id).await?;
    let (product, description) = found.ok_or(Error::NotFound)?;
    Ok(Json(ProductView {
        card: product_card(&id, Some(&product)),
        description,
        saved_in: [],
        similar: [],
    }))
}
