//! Order lines, as an account is told of them: why each was paid, or was not (MONEY 30, 31).

use axum::{Json, extract::State};
use jiff::Timestamp;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Path, Viewer},
    views::OrderLineView,
};

use crate::App;

/// The order lines that I am told of, the latest ordered first.
#[utoipa::path(
    get,
    path = "/v1/influencer/order-lines",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of order lines.", body = Page<OrderLineView>),
        (status = 404, description = "The caller has no account."))
)]
pub async fn list_order_lines(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<OrderLineView>>, Error> {
    let account = app.account(&viewer.id).await?;
    let page = params.page()?;
    let list = app.cursors.list("order-lines", Some(&viewer.id));
    let after: Option<(Timestamp, String)> = list.place(&page)?;
    let told = app.store.told_lines(&account, after, page.limit).await?;
    let (told, more) = told;
    let lines: Vec<_> = told.iter().map(|(_, line)| line.clone()).collect();
    let items = app.told_lines(&account, &lines).await?;
    let last = told.last().filter(|_| more).cloned();
    // A line is small: a page of a hundred always fits.
    list.page(items, |_all_fit| last).map(Json)
}

/// One order line that I am told of.
#[utoipa::path(
    get,
    path = "/v1/influencer/order-lines/{id}",
    tag = "influencer",
    params(("id" = String, Path, description = "Which order line.")),
    security(("bearer" = [])),
    responses((status = 200, description = "The order line.", body = OrderLineView))
)]
pub async fn read_order_line(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<OrderLineView>, Error> {
    let account = app.account(&viewer.id).await?;
    let told = app.told_lines(&account, &[id]).await?;
    told.into_iter().next().map(Json).ok_or(Error::NotFound)
}
