//! Earnings: the entries that statements sum, by day, source or product (MONEY 29).

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use domain::money::Kind;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{Params, Viewer},
    views::{LedSource, MoneyView},
};
use utoipa::{IntoParams, ToSchema};

use super::ledger::money;
use crate::App;

/// So many days are summed at most.
const DAYS: i32 = 366;

/// Of which days, and by what.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EarningsQuery {
    /// The first day: `2026-11-01`.
    #[param(format = Date)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    from: String,
    /// The last day, 366 days in all at most.
    #[param(format = Date)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    to: String,
    /// By day, unless said otherwise.
    #[param(required = false, inline)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    by: Option<EarningsBy>,
}

/// By what earnings are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EarningsBy {
    /// By the day on which it was sealed.
    Day,
    /// By where the link stood.
    Source,
    /// By what was bought; clicks, by what they led to.
    Product,
}

/// What one of them earned.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarningsItem {
    /// The day, `post/{id}` or `list/{id}`, or the product.
    pub key: String,
    /// What was earned, less what was reversed; a sum for each currency.
    pub amounts: Vec<MoneyView>,
    /// How often its links were followed.
    pub clicks: u64,
    /// How many order lines were credited.
    pub lines: usize,
    /// Lines of clicks; `null` without clicks.
    #[schema(required)]
    pub conversion: Option<f64>,
}

/// What was earned.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarningsView {
    /// In the order of their keys.
    pub items: Vec<EarningsItem>,
}

#[derive(Default)]
struct Sum<'e> {
    amounts: BTreeMap<&'e str, i64>,
    lines: BTreeSet<&'e str>,
    clicks: u64,
}

/// What I earned in some days.
#[utoipa::path(
    get,
    path = "/v1/influencer/earnings",
    tag = "influencer",
    params(EarningsQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What was earned.", body = EarningsView),
        (status = 404, description = "The caller has no account."))
)]
pub async fn read_earnings(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<EarningsView>, Error> {
    let account = app.account(&viewer.id).await?;
    let (from, to, by) = asked(&params)?;
    let after = to.checked_add(1.day()).map_err(Error::internal)?;
    let span = app
        .sealed(&account, app.begins(from)?, app.begins(after)?)
        .await?;
    let mut sums = BTreeMap::<String, Sum<'_>>::new();
    for (sealed, entry) in span.entries() {
        if matches!(entry.kind, Kind::Payout | Kind::PayoutReturned) {
            continue;
        }
        let key = match by {
            EarningsBy::Day => {
                let at = app.zone.to_datetime(sealed.block.sealed_at);
                at.date().to_string()
            }
            EarningsBy::Source => entry.source.map(spelled).unwrap_or_default(),
            EarningsBy::Product => entry.product.clone().unwrap_or_default(),
        };
        let sum = sums.entry(key).or_default();
        *sum.amounts.entry(&entry.currency).or_default() += entry.amount();
        sum.lines.extend(entry.line.as_deref());
    }
    for (day, total) in app.clicks(&account, from, to).await? {
        for count in total.counts {
            let key = match by {
                EarningsBy::Day => day.to_string(),
                EarningsBy::Source => spelled(count.source),
                EarningsBy::Product => count.product.as_str().to_owned(),
            };
            sums.entry(key).or_default().clicks += count.clicks;
        }
    }
    let items = sums.into_iter().map(|(key, sum)| {
        let amounts = sum.amounts.into_iter();
        let (lines, clicks) = (sum.lines.len(), sum.clicks);
        EarningsItem {
            key,
            amounts: amounts
                .map(|(currency, amount)| money(currency, amount))
                .collect(),
            clicks,
            lines,
            conversion: (clicks > 0).then(|| lines as f64 / clicks as f64),
        }
    });
    Ok(Json(EarningsView {
        items: items.collect(),
    }))
}

/// A source as the API spells it.
fn spelled(source: domain::money::Source) -> String {
    let LedSource { kind, id } = source.into();
    format!("{kind}/{id}")
}

fn asked(params: &Params) -> Result<(Date, Date, EarningsBy), Error> {
    let mut invalid = Invalid::default();
    let mut day = |name: &str| {
        let before = invalid.fields().len();
        match params.get(name, &mut invalid).map(str::to_owned) {
            Some(text) => {
                let day = text
                    .parse::<Date>()
                    .ok()
                    .filter(|day| day.to_string() == text);
                let day = day.ok_or_else(|| "is no day, such as 2026-11-01".to_owned());
                invalid.check(&format!("?{name}"), day)
            }
            None => {
                if invalid.fields().len() == before {
                    invalid.add(format!("?{name}"), "is required");
                }
                None
            }
        }
    };
    let (from, to) = (day("from"), day("to"));
    let words = [
        ("day", EarningsBy::Day),
        ("source", EarningsBy::Source),
        ("product", EarningsBy::Product),
    ];
    let by = params.one_of("by", &words, &mut invalid);
    if let (Some(from), Some(to)) = (from, to) {
        let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
        if days < 0 {
            invalid.add("?to", "is before the first day");
        } else if days >= DAYS {
            invalid.add("?to", "is more than 366 days with the first");
        }
    }
    match (from, to, invalid.is_empty()) {
        (Some(from), Some(to), true) => Ok((from, to, by.unwrap_or(EarningsBy::Day))),
        _incomplete => Err(Error::Invalid(invalid)),
    }
}
