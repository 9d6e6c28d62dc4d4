//! All that is known of an order line: to whom it is told and how, what the store told of it, and what was posted (MONEY 32).

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use domain::money::{LineId, book::Book, events::Became};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{Admin, Params},
    views::{MoneyView, OrderLineView, Time, words},
};
use utoipa::{IntoParams, ToSchema};

use super::money;
use crate::App;

/// Which order line, as the store calls it.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LineQuery {
    /// The order.
    #[param(min_length = 1, max_length = 64)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    order_id: String,
    /// Its line.
    #[param(min_length = 1, max_length = 64)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    line_id: String,
}

/// An order line, as an account is told of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Telling {
    /// Which account.
    pub account: String,
    /// What it is told.
    #[serde(flatten)]
    pub line: OrderLineView,
}

/// What the store told of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineEvent {
    /// The event.
    pub event_id: String,
    /// What it told: `order`, `shipment`, `cancellation` or `refund`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it was.
    pub occurred_at: Time,
    /// Of how much.
    pub net: MoneyView,
}

/// What was posted of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineEntry {
    /// The entry of the ledger.
    pub id: String,
    /// What it is.
    #[schema(value_type = words::EntryKind)]
    pub kind: String,
    /// To whom.
    pub account: String,
    /// How much.
    pub amount: MoneyView,
    /// When it falls due.
    #[schema(format = Date)]
    pub due_on: String,
}

/// All that is known of an order line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// To whom it is told, whoever is credited first.
    #[schema(max_items = 6)]
    pub tellings: Vec<Telling>,
    /// What the store told of it, in the order of when that was.
    #[schema(max_items = 100)]
    pub events: Vec<LineEvent>,
    /// What was posted, in order.
    pub entries: Vec<LineEntry>,
}

/// All that is known of an order line.
#[utoipa::path(
    get,
    path = "/v1/admin/order-lines",
    tag = "admin",
    params(LineQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The order line.", body = LineView),
        (status = 404, description = "The store told of no such line."))
)]
pub async fn read_telling(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<LineView>, Error> {
    let mut invalid = Invalid::default();
    let mut asked = |name: &str| {
        let before = invalid.fields().len();
        let value = params.get(name, &mut invalid).map(str::to_owned);
        if value.is_none() && invalid.fields().len() == before {
            invalid.add(format!("?{name}"), "is required");
        }
        value
    };
    let (order, line) = (asked("order_id"), asked("line_id"));
    let (Some(order), Some(line)) = (order, line) else {
        return Err(Error::Invalid(invalid));
    };
    let hash = app.salt.hash(&LineId { order, line }.to_string());
    let kept = app.store.book(&hash).await?;
    if kept.version == 0 {
        return Err(Error::NotFound);
    }
    let book = &kept.book;
    let products: BTreeSet<_> = OrderLineView::products(book).collect();
    let found = app.store.products(products).await?.into_iter();
    let titles = found.map(|(id, product)| (id, product.title)).collect();
    let tellings = book.accounts().filter_map(|account| {
        Some(Telling {
            account: account.to_string(),
            line: OrderLineView::of(&hash, book, account, &titles)?,
        })
    });
    Ok(Json(LineView {
        tellings: tellings.collect(),
        events: events(book),
        entries: entries(book),
    }))
}

fn events(book: &Book) -> Vec<LineEvent> {
    let order = book.ordered.iter().map(|ordered| {
        let net = money(&ordered.net.currency, ordered.net.amount);
        (&ordered.happened, "order", net)
    });
    let later = book.later.iter().map(|heard| {
        let kind = match heard.later.became {
            Became::Shipped => "shipment",
            Became::Cancelled => "cancellation",
            Became::Refunded => "refund",
        };
        (
            &heard.later.happened,
            kind,
            money(&heard.currency, heard.later.net),
        )
    });
    let mut events: Vec<_> = order.chain(later).collect();
    events.sort_by_key(|(happened, _, _)| *happened);
    let events = events.into_iter().map(|(happened, kind, net)| LineEvent {
        event_id: happened.event.clone(),
        kind,
        occurred_at: happened.at.into(),
        net,
    });
    events.collect()
}

fn entries(book: &Book) -> Vec<LineEntry> {
    let currency = book
        .ordered
        .as_ref()
        .map(|ordered| ordered.net.currency.clone());
    let currency = currency.unwrap_or_default();
    let entries = book.posted.iter().map(|posted| LineEntry {
        id: posted.id.clone(),
        kind: posted.kind.name().to_owned(),
        account: posted.account.to_string(),
        amount: money(&currency, posted.amount),
        due_on: posted.due_on.to_string(),
    });
    entries.collect()
}
