//! What influencers are told of what they are owed: rates, order lines, entries and blocks (MONEY 22, 26-31).

use std::collections::HashMap;

use domain::{
    ids::ProductId,
    money::{
        Account, Source,
        book::{Book, Status},
        credited::Led,
        events::Became,
        rates::{Applied, Rate},
        windows::{ClosedBy, Window},
    },
};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MoneyView, Time, words};

/// A row of the rate table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RateView {
    /// Which.
    pub id: String,
    /// For whom.
    #[schema(value_type = words::Programme)]
    pub programme: &'static str,
    /// For what: the path of a category and all below it, or `*` for anything.
    pub category: String,
    /// Basis points of the net.
    #[schema(maximum = 10_000)]
    pub rate_bp: u16,
    /// When it was made known.
    pub announced_at: Time,
    /// From when on it holds.
    pub effective_from: Time,
}

impl From<&Rate> for RateView {
    fn from(rate: &Rate) -> Self {
        Self {
            id: rate.id.clone(),
            programme: rate.programme.name(),
            category: rate.category.clone(),
            rate_bp: rate.rate_bp,
            announced_at: rate.announced_at.into(),
            effective_from: rate.effective_from.into(),
        }
    }
}

/// A product by its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductName {
    /// As its card says.
    pub id: String,
    /// Empty for what left the catalogue.
    pub title: String,
}

/// Where a link stood.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LedSource {
    /// In what.
    #[schema(value_type = words::SourceKind)]
    pub kind: String,
    /// In which.
    pub id: String,
}

impl From<Source> for LedSource {
    fn from(source: Source) -> Self {
        let (kind, id) = match source {
            Source::Post(post) => ("post", post.to_string()),
            Source::List(list) => ("list", list.to_string()),
        };
        Self {
            kind: kind.to_owned(),
            id,
        }
    }
}

/// A click that led to the store.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LedView {
    /// When.
    pub at: Time,
    /// Where the link stood.
    pub source: LedSource,
    /// What it led to.
    pub product: ProductName,
}

/// The time in which a click, or a view, counts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WindowView {
    /// When it opened.
    pub from: Time,
    /// When it runs out.
    pub to: Time,
    /// What closed it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ClosedBy>)]
    pub closed_by: Option<&'static str>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
}

/// The rate of an order line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RateLine {
    /// Basis points that it earns.
    pub bp: u16,
    /// Basis points that the table says.
    pub table_bp: u16,
    /// Until when orders have the rate that the product was tagged at, where that is held above the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Time>,
}

impl From<Applied> for RateLine {
    fn from(rate: Applied) -> Self {
        Self {
            bp: rate.bp,
            table_bp: rate.table_bp,
            locked_until: rate.locked_until.map(Time),
        }
    }
}

/// What was posted of an order line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostedView {
    /// The entry of the ledger.
    pub id: String,
    /// What it is.
    #[schema(value_type = words::EntryKind)]
    pub kind: String,
    /// How much.
    pub amount: MoneyView,
    /// When it falls due.
    #[schema(format = Date)]
    pub due_on: String,
}

/// An order line, as an account is told of it. To whom it does not credit no more than why, and times are cut to the hour.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderLineView {
    /// Which.
    pub id: String,
    /// When it was ordered.
    pub ordered_at: Time,
    /// Why it is credited, or is not.
    #[schema(value_type = words::CreditRule)]
    pub rule: String,
    /// The window that it was ordered in, or put into the basket in; to others, that of their click.
    pub window: WindowView,
    /// What led to it, if a click did; to others, their latest click before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<LedView>,
    /// What was ordered. From here on it is told to whom it credits alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductName>,
    /// Its whole net.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<MoneyView>,
    /// How it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::LineStatus>)]
    pub status: Option<&'static str>,
    /// At which rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateLine>,
    /// What it earns, all of it shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission: Option<MoneyView>,
    /// Of how much of its net it was shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped: Option<MoneyView>,
    /// Of how much of that it was paid back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<MoneyView>,
    /// What was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<PostedView>>,
}

impl OrderLineView {
    /// A line as an account is told of it, by its book; `None` where it is not told.
    pub fn of(
        line: &str,
        book: &Book,
        account: &Account,
        titles: &HashMap<ProductId, String>,
    ) -> Option<Self> {
        let ordered = book.ordered.as_ref()?;
        let named = |product: &ProductId| ProductName {
            id: product.public(),
            title: titles.get(product).cloned().unwrap_or_default(),
        };
        let led = |led: &Led, exact: bool| LedView {
            at: shown(led.at, exact),
            source: led.source.into(),
            product: named(led.product.as_ref().unwrap_or(&ordered.product)),
        };
        let credit = book.credit.as_ref();
        let Some(credit) = credit.filter(|credit| &credit.account == account) else {
            let other = book.others.iter();
            let other = other.clone().find(|other| &other.account == account)?;
            return Some(Self {
                id: line.to_owned(),
                ordered_at: shown(ordered.happened.at, false),
                rule: word(&other.rule),
                window: window(&other.window, false),
                click: Some(led(&other.led, false)),
                product: None,
                net: None,
                status: None,
                rate: None,
                commission: None,
                shipped: None,
                refunded: None,
                entries: None,
            });
        };
        let money = |amount| MoneyView {
            amount,
            currency: ordered.net.currency.clone(),
        };
        let entries = book.posted.iter();
        let entries = entries.filter(|posted| &posted.account == account);
        let entries = entries.map(|posted| PostedView {
            id: posted.id.clone(),
            kind: posted.kind.name().to_owned(),
            amount: money(posted.amount),
            due_on: posted.due_on.to_string(),
        });
        let commission = book.terms().map_or(0, |terms| terms.on(terms.net));
        Some(Self {
            id: line.to_owned(),
            ordered_at: ordered.happened.at.into(),
            rule: word(&credit.rule),
            window: window(&credit.window, true),
            click: credit.led.click.map(|_click| led(&credit.led, true)),
            product: Some(named(&ordered.product)),
            net: Some(money(ordered.net.amount)),
            status: Some(match book.status(account) {
                Status::Ordered => "ordered",
                Status::Earned => "earned",
                Status::Reversed => "reversed",
                Status::Cancelled => "cancelled",
                Status::NotCredited => "not_credited",
            }),
            rate: Some(credit.rate.into()),
            commission: Some(money(commission)),
            shipped: Some(money(book.sum(Became::Shipped))),
            refunded: Some(money(book.sum(Became::Refunded))),
            entries: Some(entries.collect()),
        })
    }

    /// The products that a line names.
    pub fn products(book: &Book) -> impl Iterator<Item = &ProductId> {
        let ordered = book.ordered.iter().map(|ordered| &ordered.product);
        let credited = book
            .credit
            .iter()
            .filter_map(|credit| credit.led.product.as_ref());
        let others = book
            .others
            .iter()
            .filter_map(|other| other.led.product.as_ref());
        ordered.chain(credited).chain(others)
    }
}

fn window(of: &Window, exact: bool) -> WindowView {
    WindowView {
        from: shown(of.from, exact),
        to: shown(of.to, exact),
        closed_by: of.closed.map(|(by, _)| match by {
            ClosedBy::Click => "click",
            ClosedBy::Order => "order",
        }),
        closed_at: of.closed.map(|(_, at)| shown(at, exact)),
    }
}

/// A time, to others cut to the hour.
fn shown(at: Timestamp, exact: bool) -> Time {
    if exact {
        return at.into();
    }
    let hour = TimestampRound::new()
        .smallest(Unit::Hour)
        .mode(RoundMode::Floor);
    at.round(hour).unwrap_or(at).into()
}

/// A value that is one word in JSON.
fn word<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A text as a cell of a CSV file (RFC 4180): what a program would take for a formula begins with an apostrophe (MONEY 34).
pub fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_no_two_cells() {
        for (text, cell) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("-5", "'-5"),
            ("@x", "'@x"),
            ("a,b", "\"a,b\""),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
