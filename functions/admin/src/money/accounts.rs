//! By what an account is paid, and whether it is paid for now (MONEY 36).

use axum::{Json, extract::State};
use domain::{money::Account, people::Handle};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Path, Wire},
    store::Hold,
};
use utoipa::ToSchema;

use super::text;
use crate::App;

/// The longest reference, in characters.
const REFERENCE: usize = 200;
/// The longest reason, in characters.
const REASON: usize = 1_000;

/// By what the store pays somebody.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPayee {
    /// The store's own name for whom it pays.
    #[schema(required, nullable = false, min_length = 1, max_length = 200)]
    reference: Option<String>,
}

impl Wire for NewPayee {
    type Parsed = String;

    fn parse(self, invalid: &mut Invalid) -> Option<String> {
        invalid.check("/reference", text(self.reference, REFERENCE))
    }
}

/// Whether somebody is paid for now.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewHold {
    /// Whether what is due to them is held back.
    #[schema(required, nullable = false)]
    held: Option<bool>,
    /// Why; needed where it is.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

impl Wire for NewHold {
    type Parsed = Option<Hold>;

    fn parse(self, invalid: &mut Invalid) -> Option<Option<Hold>> {
        let held = self.held.ok_or_else(|| "is required".to_owned());
        match invalid.check("/held", held)? {
            false => Some(None),
            true => {
                let reason = invalid.check("/reason", text(self.reason, REASON))?;
                Some(Some(Hold { reason }))
            }
        }
    }
}

/// Whose account it is, without a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountName {
    /// The account.
    pub account: String,
}

impl App {
    /// The account of whoever has a handle.
    async fn account_of(&self, handle: &str) -> Result<Account, Error> {
        let handle = Handle::parse(handle).map_err(|_no_handle| Error::NotFound)?;
        let user = self.store.user_by_handle(&handle).await?;
        let user = user.ok_or(Error::NotFound)?;
        self.store.account_of(&user).await?.ok_or(Error::NotFound)
    }

    async fn pay_by(&self, account: &Account, body: &JsonBody) -> Result<Json<AccountName>, Error> {
        self.known(account).await?;
        let reference = body.parse::<NewPayee>()?;
        match self.store.set_payee(account, &reference).await? {
            true => Ok(named(account)),
            false => Err(Error::NotFound),
        }
    }

    async fn hold(&self, account: &Account, body: &JsonBody) -> Result<Json<AccountName>, Error> {
        self.known(account).await?;
        let hold = body.parse::<NewHold>()?;
        match self.store.set_hold(account, hold.as_ref()).await? {
            true => Ok(named(account)),
            false => Err(Error::NotFound),
        }
    }

    async fn known(&self, account: &Account) -> Result<(), Error> {
        let state = self.store.account_state(account).await?;
        state.map(drop).ok_or(Error::NotFound)
    }
}

fn named(account: &Account) -> Json<AccountName> {
    Json(AccountName {
        account: account.to_string(),
    })
}

fn parsed(account: &str) -> Result<Account, Error> {
    Account::parse(account).ok_or(Error::NotFound)
}

/// Says by what an influencer is paid.
#[utoipa::path(
    put,
    path = "/v1/admin/influencers/{handle}/payee",
    tag = "admin",
    params(("handle" = String, Path)),
    request_body = NewPayee,
    security(("bearer" = [])),
    responses((status = 200, description = "They are paid by it.", body = AccountName))
)]
pub async fn set_payee(
    State(app): State<App>,
    _admin: Admin,
    Path(handle): Path<String>,
    body: JsonBody,
) -> Result<Json<AccountName>, Error> {
    let account = app.account_of(&handle).await?;
    app.pay_by(&account, &body).await
}

/// Holds back what is due to an influencer, or no longer.
#[utoipa::path(
    put,
    path = "/v1/admin/influencers/{handle}/hold",
    tag = "admin",
    params(("handle" = String, Path)),
    request_body = NewHold,
    security(("bearer" = [])),
    responses((status = 200, description = "It is held back, or paid.", body = AccountName))
)]
pub async fn set_hold(
    State(app): State<App>,
    _admin: Admin,
    Path(handle): Path<String>,
    body: JsonBody,
) -> Result<Json<AccountName>, Error> {
    let account = app.account_of(&handle).await?;
    app.hold(&account, &body).await
}

/// Says by what an account is paid, of which the handle may be gone.
#[utoipa::path(
    put,
    path = "/v1/admin/accounts/{account}/payee",
    tag = "admin",
    params(("account" = String, Path, description = "Which account.")),
    request_body = NewPayee,
    security(("bearer" = [])),
    responses((status = 200, description = "It is paid by it.", body = AccountName))
)]
pub async fn set_payee_of_account(
    State(app): State<App>,
    _admin: Admin,
    Path(account): Path<String>,
    body: JsonBody,
) -> Result<Json<AccountName>, Error> {
    app.pay_by(&parsed(&account)?, &body).await
}

/// Holds back what is due to an account, of which the handle may be gone, or no longer.
#[utoipa::path(
    put,
    path = "/v1/admin/accounts/{account}/hold",
    tag = "admin",
    params(("account" = String, Path, description = "Which account.")),
    request_body = NewHold,
    security(("bearer" = [])),
    responses((status = 200, description = "It is held back, or paid.", body = AccountName))
)]
pub async fn set_hold_of_account(
    State(app): State<App>,
    _admin: Admin,
    Path(account): Path<String>,
    body: JsonBody,
) -> Result<Json<AccountName>, Error> {
    app.hold(&parsed(&account)?, &body).await
}
