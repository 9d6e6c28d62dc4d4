//! The sums of all accounts, which are nothing together (MONEY 36).

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{error::Error, http::Admin, keys::HEAD_PAGES};
use utoipa::ToSchema;

use crate::App;

/// So many accounts are read together.
const PAGE: usize = 1_000;

/// The sums of a currency, in minor units: nothing, together.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct LedgerSums {
    /// ISO 4217.
    pub currency: String,
    /// What influencers are owed.
    pub influencers: i64,
    /// What commission came to.
    pub commission: i64,
    /// What the bank paid.
    pub bank: i64,
}

/// The sums of all accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerView {
    /// By currency.
    pub currencies: Vec<LedgerSums>,
}

/// The sums of the whole ledger, as it is sealed.
#[utoipa::path(
    get,
    path = "/v1/admin/ledger",
    tag = "admin",
    security(("bearer" = [])),
    responses((status = 200, description = "The sums.", body = LedgerView))
)]
pub async fn sum_ledger(State(app): State<App>, _admin: Admin) -> Result<Json<LedgerView>, Error> {
    let mut sums = BTreeMap::<String, LedgerSums>::new();
    for page in 0..HEAD_PAGES {
        let mut after = None;
        loop {
            let (books, more) = app.store.all_books(page, after.as_ref(), PAGE).await?;
            after = books.last().map(|(account, _)| account.clone());
            let balances = books.into_iter().flat_map(|(_, books)| books.balances);
            for (currency, balance) in balances {
                let sum = sums.entry(currency).or_default();
                sum.influencers += balance.total;
                sum.bank += balance.bank;
                sum.commission -= balance.total + balance.bank;
            }
            if !more || after.is_none() {
                break;
            }
        }
    }
    let currencies = sums
        .into_iter()
        .map(|(currency, sums)| LedgerSums { currency, ..sums });
    Ok(Json(LedgerView {
        currencies: currencies.collect(),
    }))
}
