//! Statements of a month: what was sealed in it, so that a past one never changes (MONEY 29).

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::money::{Account, Entry, Kind, book::Book};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Path, Viewer},
    views::{LedSource, OrderLineView, Time, csv_cell},
};
use utoipa::ToSchema;

use super::{ledger::HeadView, months::Span};
use crate::App;

/// What is sealed late, by clocks that differ, still counts for a month so long after its end.
const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The columns of a statement as CSV.
const COLUMNS: &str = "sealed_at,block,entry,kind,line,source,product,programme,rate_bp,net,amount,currency,due_on,payout\r\n";

/// Sums of a currency, in minor units. All are signed: what is owed at the end is what was owed before and all the rest.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StatementSums {
    /// ISO 4217.
    pub currency: String,
    /// What was owed before.
    pub opening: i64,
    /// By shipments.
    pub earned: i64,
    /// By refunds.
    pub reversed: i64,
    /// By what was known later.
    pub corrected: i64,
    /// What was paid.
    pub paid: i64,
    /// What was paid and came back.
    pub returned: i64,
    /// What is owed in the end.
    pub closing: i64,
}

/// A statement of a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthStatement {
    /// Which month.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub month: String,
    /// Whether it never changes any more.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// A sum for each currency.
    pub currencies: Vec<StatementSums>,
    /// How often my links were followed.
    pub clicks: u64,
    /// How many order lines its entries are of.
    pub lines: usize,
    /// Where my chain ended with it.
    pub head: HeadView,
}

/// A month of the calendar.
struct Month {
    first: Date,
    begins: Timestamp,
    ends: Timestamp,
}

impl Month {
    fn parse(text: &str, app: &App) -> Result<Self, Error> {
        let is_month = text.len() == 7 && text.is_ascii();
        let first = format!("{text}-01").parse::<Date>();
        let first = first.ok().filter(|_| is_month).ok_or(Error::NotFound)?;
        let next = first
            .checked_add(1.month())
            .map_err(|_end_of_time| Error::NotFound)?;
        Ok(Self {
            first,
            begins: app.begins(first)?,
            ends: app.begins(next)?,
        })
    }
}

/// The lines that entries are of, in the order of these.
pub(super) fn lines_of<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<String> {
    let mut known = BTreeSet::new();
    let lines = entries.filter_map(|entry| entry.line.clone());
    lines.filter(|line| known.insert(line.clone())).collect()
}

/// My statement of a month, as JSON or, for who accepts `text/csv` alone, as a file with a row an entry.
#[utoipa::path(
    get,
    path = "/v1/influencer/statements/{month}",
    tag = "influencer",
    params(("month" = String, Path, description = "Which month: `2026-11`.")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The statement.", content(
            (MonthStatement = "application/json"), (String = "text/csv"))),
        (status = 303, description = "As CSV, over 3,000,000 bytes: a file, for 15 minutes.",
            headers(("Location" = String, description = "Where the file is."))))
)]
pub async fn read_statement(
    State(app): State<App>,
    viewer: Viewer,
    Path(month): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let account = app.account(&viewer.id).await?;
    let of = Month::parse(&month, &app)?;
    let span = app.sealed(&account, of.begins, of.ends).await?;
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split(',');
    if accepted.any(|kind| kind.trim().starts_with("text/csv")) {
        let csv = csv(&app, &span).await?;
        let name = format!("statements/{account}/{month}/{}", span.head.1);
        let file = app.sheets.put_if_large(&name, &csv).await?;
        return shared::http::csv(csv, file);
    }
    let clicks = clicks(&app, &account, &of).await?;
    let (n, hash) = span.head.clone();
    let lines = lines_of(span.entries().map(|(_, entry)| entry));
    Ok(Json(MonthStatement {
        month,
        is_final: app.clock.now().duration_since(of.ends) >= FINAL_AFTER,
        currencies: sums(&span),
        clicks,
        lines: lines.len(),
        head: HeadView { n, hash },
    })
    .into_response())
}

/// The order lines that entries of a month are of.
#[utoipa::path(
    get,
    path = "/v1/influencer/statements/{month}/lines",
    tag = "influencer",
    params(("month" = String, Path, description = "Which month: `2026-11`."), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of order lines.", body = Page<OrderLineView>))
)]
pub async fn list_statement_lines(
    State(app): State<App>,
    viewer: Viewer,
    Path(month): Path<String>,
    params: Params,
) -> Result<Json<Page<OrderLineView>>, Error> {
    let account = app.account(&viewer.id).await?;
    let of = Month::parse(&month, &app)?;
    let page = params.page()?;
    let name = format!("statement lines {month}");
    let list = app.cursors.list(&name, Some(&viewer.id));
    let from: usize = list.place(&page)?.unwrap_or_default();
    let span = app.sealed(&account, of.begins, of.ends).await?;
    let lines = lines_of(span.entries().map(|(_, entry)| entry));
    let rest = lines.get(from..).unwrap_or_default();
    let some = rest.get(..page.limit).unwrap_or(rest);
    let items = app.told_lines(&account, some).await?;
    let next = (some.len() < rest.len()).then_some(from + some.len());
    list.page(items, |_all_fit| next).map(Json)
}

fn sums(span: &Span) -> Vec<StatementSums> {
    let mut sums = BTreeMap::<&str, StatementSums>::new();
    for (currency, opening) in &span.opening {
        sums.entry(currency).or_default().opening = *opening;
    }
    for (_, entry) in span.entries() {
        let sums = sums.entry(&entry.currency).or_default();
        let sum = match entry.kind {
            Kind::Earned => &mut sums.earned,
            Kind::Reversed => &mut sums.reversed,
            Kind::Corrected => &mut sums.corrected,
            Kind::Payout => &mut sums.paid,
            Kind::PayoutReturned => &mut sums.returned,
        };
        *sum += entry.amount();
    }
    let sums = sums.into_iter().map(|(currency, sums)| StatementSums {
        currency: currency.to_owned(),
        closing: sums.opening
            + sums.earned
            + sums.reversed
            + sums.corrected
            + sums.paid
            + sums.returned,
        ..sums
    });
    sums.collect()
}

async fn clicks(app: &App, account: &Account, month: &Month) -> Result<u64, Error> {
    let last = month.first.last_of_month();
    let days = app.clicks(account, month.first, last).await?;
    let counts = days.values().flat_map(|total| &total.counts);
    Ok(counts.map(|count| count.clicks).sum())
}

async fn csv(app: &App, span: &Span) -> Result<String, Error> {
    let lines = lines_of(span.entries().map(|(_, entry)| entry));
    let books = app.store.books(lines).await?;
    let mut csv = COLUMNS.to_owned();
    for (sealed, entry) in span.entries() {
        let book = entry.line.as_ref().and_then(|line| books.get(line));
        let sealed_at = serde_json::to_value(Time(sealed.block.sealed_at)).unwrap_or_default();
        let kind = serde_json::to_value(entry.kind).unwrap_or_default();
        let source = entry.source.map(LedSource::from);
        let source = source.map(|source| format!("{}/{}", source.kind, source.id));
        let is_payout = matches!(entry.kind, Kind::Payout | Kind::PayoutReturned);
        let payout = entry.id.strip_suffix(".returned").unwrap_or(&entry.id);
        let text = |text: Option<&str>| csv_cell(text.unwrap_or_default());
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        let cells = [
            text(sealed_at.as_str()),
            sealed.block.n.to_string(),
            text(Some(&entry.id)),
            text(kind.as_str()),
            text(entry.line.as_deref()),
            text(source.as_deref()),
            text(entry.product.as_deref()),
            text(entry.programme.map(domain::money::Programme::name)),
            number(entry.rate_bp.map(i64::from)),
            number(book.and_then(net)),
            number(Some(entry.amount())),
            text(Some(&entry.currency)),
            text(Some(&entry.due_on.to_string())),
            text(is_payout.then_some(payout)),
        ];
        csv += &cells.join(",");
        csv += "\r\n";
    }
    Ok(csv)
}

fn net(book: &Book) -> Option<i64> {
    book.ordered.as_ref().map(|ordered| ordered.net.amount)
}
