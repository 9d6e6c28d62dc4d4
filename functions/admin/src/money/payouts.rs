//! Runs of payouts, what the store's bank is told of them, and what came back (MONEY 33, 34).

use axum::{Json, extract::State, response::Response};
use domain::{catalogue::currency::major, money::Account};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Page, PageQuery, Params, Path, Wire},
    queue::messages::PayoutsAsked,
    store::{Payout, PayoutStatus},
    table::Anew,
    views::{MoneyView, Time, csv_cell, words},
};
use utoipa::ToSchema;

use super::{money, text};
use crate::App;

const ROUTE: &str = "POST /v1/admin/payouts";
/// The longest reason, in characters.
const REASON: usize = 1_000;
/// The longest name of a run, in characters.
const RUN: usize = 32;
/// So many payouts are read together.
const PAGE: usize = 500;

/// A run that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Which.
    pub run: String,
}

/// What an account was paid by a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaidView {
    /// Which.
    pub id: String,
    /// Whom.
    pub account: String,
    /// By what the store pays them.
    pub payee_reference: String,
    /// How much.
    pub amount: MoneyView,
    /// What became of it.
    #[schema(value_type = words::PayoutStatus)]
    pub status: &'static str,
    /// Why it came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Time,
}

impl From<&Payout> for PaidView {
    fn from(payout: &Payout) -> Self {
        Self {
            id: payout.id(),
            account: payout.account.to_string(),
            payee_reference: payout.payee.clone(),
            amount: money(&payout.amount.currency, payout.amount.amount),
            status: match payout.status {
                PayoutStatus::Created => "created",
                PayoutStatus::Returned => "returned",
            },
            reason: payout.reason.clone(),
            created_at: payout.created_at.into(),
        }
    }
}

/// That a payout came back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Returned {
    /// Why.
    #[schema(required, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl Wire for Returned {
    type Parsed = String;

    fn parse(self, invalid: &mut Invalid) -> Option<String> {
        invalid.check("/reason", text(self.reason, REASON))
    }
}

/// Begins a run: each account that may be paid gets all that is due to it.
#[utoipa::path(
    post,
    path = "/v1/admin/payouts",
    tag = "admin",
    security(("bearer" = [])),
    responses((status = 202, description = "It is begun.", body = RunView))
)]
pub async fn run_payouts(
    State(app): State<App>,
    Admin(viewer): Admin,
    body: JsonBody,
) -> Result<(StatusCode, Json<RunView>), Error> {
    // Begun again under one key, it is the run of then.
    let run = match body.bare_claim(&viewer, ROUTE)? {
        Some(claim) => app.salt.hash(&format!("{} {}", claim.user, claim.key)),
        None => app.ids.ulid().to_string(),
    };
    app.ledger.send(&PayoutsAsked::of_run(&run)).await?;
    Ok((StatusCode::ACCEPTED, Json(RunView { run })))
}

/// What was paid by a run, so far.
#[utoipa::path(
    get,
    path = "/v1/admin/payouts/{id}",
    tag = "admin",
    params(("id" = String, Path, description = "Which run."), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of payouts.", body = Page<PaidView>))
)]
pub async fn list_run(
    State(app): State<App>,
    _admin: Admin,
    Path(run): Path<String>,
    params: Params,
) -> Result<Json<Page<PaidView>>, Error> {
    let run = known(run)?;
    let page = params.page()?;
    let name = format!("payouts {run}");
    let list = app.cursors.list(&name, None);
    let after: Option<(Account, String)> = list.place(&page)?;
    let (paid, more) = app.store.payouts_by(&run, after, page.limit).await?;
    let last = paid.last().filter(|_| more);
    let last = last.map(|last| (last.account.clone(), last.amount.currency.clone()));
    let items = paid.iter().map(PaidView::from).collect();
    list.page(items, |_all_fit| last).map(Json)
}

/// What a run is to pay, for the bank: amounts in major units.
#[utoipa::path(
    get,
    path = "/v1/admin/payouts/{id}/export",
    tag = "admin",
    params(("id" = String, Path, description = "Which run.")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A row a payout.", body = String, content_type = "text/csv"),
        (status = 303, description = "Over 3,000,000 bytes: a file, for 15 minutes.",
            headers(("Location" = String, description = "Where the file is."))))
)]
pub async fn export_run(
    State(app): State<App>,
    _admin: Admin,
    Path(run): Path<String>,
) -> Result<Response, Error> {
    let run = known(run)?;
    let mut csv = "payout,payee_reference,amount,currency,account\r\n".to_owned();
    let mut after = None;
    loop {
        let (paid, more) = app.store.payouts_by(&run, after, PAGE).await?;
        for payout in &paid {
            let Payout { amount, .. } = payout;
            let cells = [
                csv_cell(&payout.id()),
                csv_cell(&payout.payee),
                major(amount.amount, &amount.currency),
                csv_cell(&amount.currency),
                csv_cell(payout.account.as_str()),
            ];
            csv += &cells.join(",");
            csv += "\r\n";
        }
        let last = paid.last().filter(|_| more);
        after = last.map(|last| (last.account.clone(), last.amount.currency.clone()));
        if after.is_none() {
            // What came back is not in it: a run's rows are the same for ever.
            let file = app
                .sheets
                .put_if_large(&format!("payouts/{run}"), &csv)
                .await?;
            return shared::http::csv(csv, file);
        }
    }
}

/// Notes that a payout came back, once: what was owed is owed again.
#[utoipa::path(
    post,
    path = "/v1/admin/payouts/{id}/returned",
    tag = "admin",
    params(("id" = String, Path, description = "Which payout.")),
    request_body = Returned,
    security(("bearer" = [])),
    responses((status = 200, description = "It is owed again.", body = PaidView))
)]
pub async fn return_payout(
    State(app): State<App>,
    _admin: Admin,
    Path(id): Path<String>,
    body: JsonBody,
) -> Result<Json<PaidView>, Error> {
    let (run, account, currency) = Payout::parse(&id).ok_or(Error::NotFound)?;
    let found = app.store.payout(run, &account, currency).await?;
    let mut payout = found.ok_or(Error::NotFound)?;
    let reason = body.parse::<Returned>()?;
    let mut anew = Anew::standing_on("a chain");
    while payout.status == PayoutStatus::Created {
        let books = app.store.account_books(&account).await?;
        let now = app.clock.now();
        let now = jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        if !app
            .store
            .return_payout(&payout, &reason, &books, now)
            .await?
        {
            anew.begin().await?;
        }
        let found = app.store.payout(run, &account, currency).await?;
        payout = found.ok_or(Error::NotFound)?;
    }
    Ok(Json(PaidView::from(&payout)))
}

/// A run's name: a month's first day, a ULID, or a hash. 404 for what is none.
fn known(run: String) -> Result<String, Error> {
    let spelled = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match run.len() <= RUN && run.bytes().all(spelled) {
        true => Ok(run),
        false => Err(Error::NotFound),
    }
}
