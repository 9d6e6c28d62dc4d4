//! The reviews that a person wrote in the store, to be shared.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Prime, Refusals, views::ProductCard},
};
use utoipa::ToSchema;

use crate::App;

/// A review from the store.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// The store's id of it: what a post names it by.
    pub id: String,
    /// What it is about.
    pub product: ProductCard,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// May be empty.
    pub title: String,
    /// May be empty.
    pub body: String,
    /// When it was written in the store.
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
    /// The post that shares it; absent while none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_as: Option<String>,
}

/// One's own reviews, newest written first.
#[utoipa::path(
    get,
    path = "/v1/me/reviews",
    tag = "Posting",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = Page<ReviewView>), Refusals)
)]
pub async fn list_reviews(
    State(app): State<App>,
    Prime(viewer): Prime,
    params: Params,
) -> Result<Json<Page<ReviewView>>, Error> {
    let me = viewer.id;
    app.store.member(&me).await?;
    let page = params.page()?;
    let viewer = Some(me.as_str());
    let after: Option<String> = match &page.cursor {
        Some(cursor) => Some(app.cursors.decode("reviews", viewer, cursor)?),
        None => None,
    };
    let (reviews, next) = app.store.reviews_by(&me, after, page.limit).await?;
    let products = reviews.iter().map(|review| &review.product);
    let read = app.priced(app.store.products(products).await?).await?;
    let items = reviews.into_iter().map(|review| ReviewView {
        id: review.id.to_string(),
        product: read.product(&review.product),
        rating: review.rating,
        title: review.title,
        body: review.body,
        written_at: review.written_at,
        shared_as: review.shared_as.map(|post| post.to_string()),
    });
    let next = next.map(|place| app.cursors.encode("reviews", viewer, &place));
    Ok(Json(Page {
        items: items.collect(),
        next_cursor: next.transpose()?,
    }))
}
