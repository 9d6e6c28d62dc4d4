//! Accounts with other networks that are linked: which they are, and no longer.

use axum::{Json, extract::State, response::Response};
use domain::{claim::Claim, ids::UserId, money::social::Linked};
use http::StatusCode;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Path, Prime, created},
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

/// Where they are listed.
const LIST: &str = "social accounts";

/// An account with another network.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkedAccount {
    /// Where.
    #[schema(value_type = Provider)]
    provider: &'static str,
    /// As it is called there.
    name: String,
    /// What its address is made of, without `@`.
    handle: String,
    /// How many follow it; `null` where nobody tells.
    #[schema(required, minimum = 0)]
    audience: Option<u64>,
    /// How it is known to be theirs.
    #[schema(value_type = VerifiedByWord)]
    verified_by: &'static str,
    /// When it was linked, or read anew.
    linked_at: Time,
}

/// A network.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum Provider {
    Youtube,
    Twitter,
    Facebook,
    Instagram,
}

/// How an account is known to be somebody's: they signed in to it, or put a code into its profile.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = VerifiedBy)]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum VerifiedByWord {
    Oauth,
    Bio,
}

impl From<&Linked> for LinkedAccount {
    fn from(linked: &Linked) -> Self {
        Self {
            provider: linked.provider.name(),
            name: linked.name.clone(),
            handle: linked.handle.as_str().to_owned(),
            audience: linked.audience,
            verified_by: linked.verified_by.name(),
            linked_at: Time(linked.linked_at),
        }
    }
}

/// My accounts with other networks.
#[utoipa::path(
    get,
    path = "/v1/social-accounts",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of accounts.", body = Page<LinkedAccount>))
)]
pub(crate) async fn list_accounts(
    State(app): State<App>,
    Prime(viewer): Prime,
    params: Params,
) -> Result<Json<Page<LinkedAccount>>, Error> {
    app.store.rules(&viewer.id).await?;
    let page = params.page()?;
    let list = app.cursors.list(LIST, Some(&viewer.id));
    let from: usize = list.place(&page)?.unwrap_or_default();
    let all = app.store.social_accounts(&viewer.id).await?;
    let rest = all.get(from..).unwrap_or_default();
    let some = rest.iter().take(page.limit).map(LinkedAccount::from);
    let some: Vec<_> = some.collect();
    let more = some.len() < rest.len();
    let page = list.page(some, |shown| more.then_some(from + shown));
    page.map(Json)
}

/// Links an account no longer. Whatever it has led to stays.
#[utoipa::path(
    delete,
    path = "/v1/social-accounts/{provider}",
    tag = "influencer",
    params(("provider" = Provider, Path, description = "Which network.")),
    security(("bearer" = [])),
    responses((status = 204, description = "It is linked no longer."))
)]
pub(crate) async fn unlink(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(provider): Path<String>,
) -> Result<StatusCode, Error> {
    let network = app.network(&viewer.id, &provider).await?;
    app.store.unlink(&viewer.id, network).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// 201 with an account that is linked now.
    pub(crate) fn linked(&self, linked: &Linked) -> Result<Response, Error> {
        created(
            &self.api_url,
            "/v1/social-accounts",
            LinkedAccount::from(linked),
        )
    }

    /// The account that a request with this key linked before.
    pub(crate) async fn linked_before(
        &self,
        me: &UserId,
        claim: Option<&Claim>,
    ) -> Result<Option<Linked>, Error> {
        let now = self.clock.now();
        let made = match claim {
            Some(claim) => self.store.made_before(claim, now).await?,
            None => None,
        };
        let Some(made) = made else { return Ok(None) };
        let network = domain::money::social::Network::parse(&made);
        let network = network.ok_or_else(|| Error::internal("a key that linked no account"))?;
        let linked = self.store.social_account(me, network).await?;
        linked.ok_or(Error::Gone).map(Some)
    }
}
