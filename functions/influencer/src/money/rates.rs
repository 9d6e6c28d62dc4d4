//! The rate table, which everybody may read (MONEY 22).

use axum::{Json, extract::State};
use shared::{
    error::Error,
    http::{Page, PageQuery, Params},
    views::RateView,
};

use crate::App;

/// Every row of the rate table, in the order in which they become effective.
#[utoipa::path(
    get,
    path = "/v1/influencer/rates",
    tag = "influencer",
    params(PageQuery),
    responses((status = 200, description = "A page of rates.", body = Page<RateView>))
)]
pub async fn list_rates(
    State(app): State<App>,
    params: Params,
) -> Result<Json<Page<RateView>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("rates", None);
    let from: usize = list.place(&page)?.unwrap_or_default();
    let rates = app.store.rates().await?;
    let rest = rates.get(from..).unwrap_or_default();
    let some = rest.get(..page.limit).unwrap_or(rest);
    let next = |shown: usize| (shown < rest.len()).then_some(from + shown);
    list.page(some.iter().map(RateView::from).collect(), next)
        .map(Json)
}
