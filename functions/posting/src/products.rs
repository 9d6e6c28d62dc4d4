//! Products by id.

use axum::{Json, extract::State};
use domain::ids::ProductId;
use shared::{
    error::Error,
    http::{MaybeViewer, Path, Refusals},
    views::{Hydrated, product_card},
};

use crate::{App, wire::ProductView};

/// A product is shown with at most this many like it.
const SIMILAR: usize = 12;

/// One product, with its description, what is like it, and, where it cannot be bought, what can be
/// bought in its stead.
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
    let (product, details) = found.ok_or(Error::NotFound)?;
    let now = app.context.clock.now();
    let product = product.priced_at(now);
    let missed = (!product.can_be_bought()).then_some(&product);
    let (similar, substitutes) = futures::try_join!(
        app.store.similar(&product, SIMILAR, now),
        app.store.substitutes(missed, now)
    )?;
    let read = Hydrated {
        products: [(id.clone(), product)].into(),
        substitutes,
        ..Hydrated::default()
    };
    let similar = similar.iter();
    Ok(Json(ProductView {
        card: read.product(&id),
        description: details.description,
        more_images: details.more_images,
        saved_in: [],
        similar: similar
            .map(|product| product_card(&product.id, Some(product)))
            .collect(),
    }))
}
