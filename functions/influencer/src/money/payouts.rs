//! My payouts, and what keeps me from the next (MONEY 33).

use axum::{Json, extract::State};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Viewer},
    store::{Payout, PayoutStatus},
    views::{MoneyView, Time, words},
};
use utoipa::ToSchema;

use super::ledger::money;
use crate::App;

/// A payout.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayoutView {
    /// Which.
    pub id: String,
    /// How much.
    pub amount: MoneyView,
    /// What became of it.
    #[schema(value_type = words::PayoutStatus)]
    pub status: &'static str,
    /// When it was made.
    pub created_at: Time,
}

impl From<&Payout> for PayoutView {
    fn from(payout: &Payout) -> Self {
        Self {
            id: payout.id(),
            amount: money(&payout.amount.currency, payout.amount.amount),
            status: match payout.status {
                PayoutStatus::Created => "created",
                PayoutStatus::Returned => "returned",
            },
            created_at: payout.created_at.into(),
        }
    }
}

/// A page of payouts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayoutPage {
    /// The latest first.
    #[schema(max_items = 100)]
    pub items: Vec<PayoutView>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// When payouts run next.
    #[schema(format = Date)]
    pub next_run_on: String,
    /// What would keep me from being paid by a run of today.
    #[schema(value_type = Vec<words::Blocker>)]
    pub blocked_by: Vec<&'static str>,
    /// From how much on I am paid, in minor units of the currency that I am owed the most in.
    pub minimum: i64,
}

/// What I was paid, the latest first.
#[utoipa::path(
    get,
    path = "/v1/influencer/payouts",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of payouts.", body = PayoutPage),
        (status = 404, description = "The caller has no account."))
)]
pub async fn list_payouts(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<PayoutPage>, Error> {
    let account = app.account(&viewer.id).await?;
    let page = params.page()?;
    let list = app.cursors.list("payouts", Some(&viewer.id));
    let after: Option<(Timestamp, String, String)> = list.place(&page)?;
    let (paid, more) = app.store.payouts_to(&account, after, page.limit).await?;
    let last = paid.last().filter(|_| more);
    let last = last.map(|last| {
        (
            last.created_at,
            last.run.clone(),
            last.amount.currency.clone(),
        )
    });
    let views = paid.iter().map(PayoutView::from).collect();
    let Page { items, next_cursor } = list.page(views, |_all_fit| last)?;

    let state = app.store.account_state(&account).await?.unwrap_or_default();
    let books = app.store.account_books(&account).await?;
    let today = TimeZone::UTC.to_datetime(app.clock.now()).date();
    let payable = books.balances.iter();
    let payable = payable.map(|(currency, balance)| (balance.payable(today), currency.as_str()));
    let most = payable.clone().max().map_or("", |(_, currency)| currency);
    let enough = payable
        .clone()
        .any(|(amount, currency)| amount >= app.minimum.of(currency));
    let blockers = [
        ("no-payee", state.payee.is_none()),
        ("hold", state.hold.is_some()),
        ("below-minimum", !enough),
    ];
    let blocked_by = blockers.into_iter().filter(|(_, blocks)| *blocks);
    let next = today.first_of_month().checked_add(1.month());
    Ok(Json(PayoutPage {
        items,
        next_cursor,
        next_run_on: next.map_err(Error::internal)?.to_string(),
        blocked_by: blocked_by.map(|(name, _)| name).collect(),
        minimum: app.minimum.of(most),
    }))
}
