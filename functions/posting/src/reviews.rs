//! The reviews that a person wrote in the store, to be shared.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Prime},
    store::Store,
    views::ReviewView,
};
use utoipa::ToSchema;

use crate::App;

/// A review that one wrote, and what became of it here.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnReviewView {
    /// As the store last told it.
    #[serde(flatten)]
    pub review: ReviewView,
    /// The post that shares it; absent while none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_as: Option<String>,
}

/// One's own reviews, newest written first.
#[utoipa::path(
    get,
    path = "/v1/me/reviews",
    tag = "posting",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of reviews, newest written first.", body = Page<OwnReviewView>))
)]
pub async fn list_reviews(
    State(app): State<App>,
    Prime(viewer): Prime,
    params: Params,
) -> Result<Json<Page<OwnReviewView>>, Error> {
    let me = viewer.id;
    app.store.member(&me).await?;
    let page = params.page()?;
    let list = app.cursors.list("reviews", Some(&me));
    let after: Option<String> = list.place(&page)?;
    let (reviews, next) = app.store.reviews_by(&me, after, page.limit).await?;
    let products = reviews.iter().map(|review| &review.product);
    let read = app.reads.products(products, app.clock.now()).await?;
    let items = reviews.iter().map(|review| OwnReviewView {
        review: ReviewView::of(&review.into(), &read),
        shared_as: review.shared_as.map(|post| post.to_string()),
    });
    let after = |shown: usize| match reviews.get(shown) {
        Some(_) => Some(Store::place_of(&reviews[shown - 1])),
        None => next,
    };
    list.page(items.collect(), after).map(Json)
}
