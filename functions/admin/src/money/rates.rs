//! The rate table: rows are added, and never change (MONEY 22).

use axum::{Json, extract::State, response::Response};
use domain::{
    money::{
        Category, Programme,
        rates::{NOTICE, Rate, WHOLE},
    },
    time::sent,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Page, PageQuery, Params, Wire, created},
    views::{RateView, words},
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/admin/rates";
/// The longest path of a category, in characters.
const CATEGORY: usize = 750;

/// A row that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRate {
    /// For whom.
    #[schema(required, nullable = false, value_type = words::Programme)]
    programme: Option<String>,
    /// For what: the path of a category and all below it, or `*` for anything.
    #[schema(required, nullable = false, min_length = 1, max_length = 750)]
    category: Option<String>,
    /// Basis points of the net.
    #[schema(required, nullable = false, minimum = 0, maximum = 10_000)]
    rate_bp: Option<i64>,
    /// From when on it holds: 10 minutes from now at least.
    #[schema(required, nullable = false, format = "date-time")]
    effective_from: Option<String>,
}

impl Wire for NewRate {
    type Parsed = (Programme, String, u16, Timestamp);

    fn parse(self, invalid: &mut Invalid) -> Option<Self::Parsed> {
        let required = || "is required".to_owned();
        let programme = self.programme.ok_or_else(required).and_then(|name| {
            let known = Programme::ALL
                .into_iter()
                .find(|known| known.name() == name);
            known.ok_or_else(|| "must be one of: influencer, onsite_associate".to_owned())
        });
        let programme = invalid.check("/programme", programme);
        let category = self.category.ok_or_else(required).and_then(|path| {
            let path = path.trim().to_owned();
            let names = path == "*" || Category::of(&path).is_known();
            let fits = names && path.chars().count() <= CATEGORY;
            fits.then_some(path)
                .ok_or_else(|| "must be the path of a category, or *".to_owned())
        });
        let category = invalid.check("/category", category);
        let bp = self.rate_bp.ok_or_else(required).and_then(|bp| {
            let fits = u16::try_from(bp).ok().filter(|bp| *bp <= WHOLE);
            fits.ok_or_else(|| "must be from 0 to 10000".to_owned())
        });
        let bp = invalid.check("/rate_bp", bp);
        let from = self
            .effective_from
            .ok_or_else(required)
            .and_then(|text| sent(&text).ok_or_else(|| "is no time (RFC 3339)".to_owned()));
        let from = invalid.check("/effective_from", from);
        Some((programme?, category?, bp?, from?))
    }
}

/// Every row of the rate table, in the order in which they become effective.
#[utoipa::path(
    get,
    path = "/v1/admin/rates",
    tag = "admin",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of rates.", body = Page<RateView>))
)]
pub async fn list_all_rates(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<Page<RateView>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("all rates", None);
    let from: usize = list.place(&page)?.unwrap_or_default();
    let rates = app.store.rates().await?;
    let rest = rates.get(from..).unwrap_or_default();
    let some = rest.get(..page.limit).unwrap_or(rest);
    let next = |shown: usize| (shown < rest.len()).then_some(from + shown);
    list.page(some.iter().map(RateView::from).collect(), next)
        .map(Json)
}

/// Adds a row to the rate table; it is announced now.
#[utoipa::path(
    post,
    path = "/v1/admin/rates",
    tag = "admin",
    request_body = NewRate,
    security(("bearer" = [])),
    responses((status = 201, description = "It is announced.", body = RateView))
)]
pub async fn add_rate(
    State(app): State<App>,
    Admin(viewer): Admin,
    body: JsonBody,
) -> Result<Response, Error> {
    let (programme, category, rate_bp, effective_from) = body.parse::<NewRate>()?;
    let claim = body.claim(&viewer, ROUTE)?;
    let now = app.clock.now();
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    // Sent again under one key, it is the row that was added first.
    let id = match &claim {
        Some(claim) => app.salt.hash(&format!("{} {}", claim.user, claim.key)),
        None => app.ids.ulid().to_string(),
    };
    let rate = Rate {
        id,
        programme,
        category,
        rate_bp,
        announced_at: now,
        effective_from,
    };
    let before = match claim {
        Some(_) => app.store.rate(&rate.id).await?,
        None => None,
    };
    let added = match before {
        Some(before) => before,
        None if effective_from.duration_since(now) < NOTICE => {
            let why = "must be 10 minutes from now at least";
            return Err(Error::invalid("/effective_from", why));
        }
        None => app.store.add_rate(&rate).await?,
    };
    let same = Rate {
        announced_at: added.announced_at,
        ..rate
    };
    if same != added {
        return Err(Error::IdempotencyMismatch);
    }
    let view = RateView::from(&added);
    created(&app.api_url, "/v1/admin/rates", view)
}
