//! The ledger itself: every block of my chain, by which anybody can re-add what I am owed (MONEY 27, 28).

use axum::{Json, extract::State};
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Viewer},
    store::Books,
    views::{BlockView, MoneyView},
};
use utoipa::ToSchema;

use crate::App;

/// Where a chain ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadView {
    /// Its last block; 0 before the first.
    pub n: u64,
    /// That block's hash; before the first 64 zeros.
    pub hash: String,
}

/// What falls due later.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingView {
    /// When.
    #[schema(format = Date)]
    pub due_on: String,
    /// Minor units.
    pub amount: i64,
}

/// What I am owed in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    /// ISO 4217.
    pub currency: String,
    /// In all, in minor units.
    pub total: i64,
    /// What of it is due by today.
    pub payable: i64,
    /// What falls due later, the next first.
    pub pending: Vec<PendingView>,
}

/// A page of a chain, from its first block on.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerPage {
    /// In their order.
    #[schema(max_items = 100)]
    pub items: Vec<BlockView>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Where the chain ends.
    pub head: HeadView,
    /// What I am owed there.
    pub balances: Vec<BalanceView>,
}

impl From<&Books> for HeadView {
    fn from(books: &Books) -> Self {
        Self {
            n: books.head.n,
            hash: books.head.hash.clone(),
        }
    }
}

/// The blocks of my chain, from the first on.
#[utoipa::path(
    get,
    path = "/v1/influencer/ledger",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of blocks.", body = LedgerPage),
        (status = 404, description = "The caller has no account."))
)]
pub async fn read_ledger(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<LedgerPage>, Error> {
    let account = app.account(&viewer.id).await?;
    let page = params.page()?;
    let list = app.cursors.list("ledger", Some(&viewer.id));
    let from: u64 = list.place(&page)?.unwrap_or(1);
    let books = app.store.account_books(&account).await?;
    let (blocks, more) = app.store.blocks(&account, from, page.limit).await?;
    let views = blocks
        .iter()
        .map(|sealed| BlockView::of(&sealed.block, &sealed.hash))
        .collect::<Result<Vec<_>, _>>()
        .map_err(Error::internal)?;
    let all = blocks.len();
    let Page { items, next_cursor } = list.page(views, |shown| {
        let shown_all = shown == all;
        let next = from + u64::try_from(shown).unwrap_or_default();
        (more || !shown_all).then_some(next)
    })?;
    Ok(Json(LedgerPage {
        items,
        next_cursor,
        head: HeadView::from(&books),
        balances: balances(&app, &books),
    }))
}

/// What is owed by these books, as of today.
fn balances(app: &App, books: &Books) -> Vec<BalanceView> {
    let today = TimeZone::UTC.to_datetime(app.clock.now()).date();
    let balances = books.balances.iter().map(|(currency, balance)| {
        let pending = balance.by_due.iter().filter(|(due, _)| **due > today);
        BalanceView {
            currency: currency.clone(),
            total: balance.total,
            payable: balance.payable(today),
            pending: pending
                .map(|(due_on, amount)| PendingView {
                    due_on: due_on.to_string(),
                    amount: *amount,
                })
                .collect(),
        }
    });
    balances.collect()
}

/// An amount of a currency.
pub(super) fn money(currency: &str, amount: i64) -> MoneyView {
    MoneyView {
        amount,
        currency: currency.to_owned(),
    }
}
