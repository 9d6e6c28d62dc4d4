//! What the store tells of its orders, read and checked as a whole (MONEY 17).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Happened, LineId, events::Became};
use crate::{catalogue::product::Money, ids::ProductId, time::sent};

/// An event is told at most so long before it is.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// And at most so long after.
pub const LATE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An event has so many lines at most.
pub const LINES: usize = 100;
/// The longest id of an event, an order or a line, in characters.
const LONGEST_ID: usize = 64;
/// The longest name of a customer, in characters.
const LONGEST_CUSTOMER: usize = 128;
/// So many of a product at most are of one line.
const MOST_OF_ONE: i64 = 100_000;
/// The highest net of a line, in minor units.
const HIGHEST_NET: i64 = 1_000_000_000_000;

/// What an event tells of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// They were ordered.
    Order,
    /// Some of each was shipped.
    Shipment,
    /// Some of each was cancelled.
    Cancellation,
    /// Some of each was paid back.
    Refund,
}

impl What {
    const NAMES: [(&'static str, Self); 4] = [
        ("order", Self::Order),
        ("shipment", Self::Shipment),
        ("cancellation", Self::Cancellation),
        ("refund", Self::Refund),
    ];

    /// What became of lines that were ordered; `None` of the order itself.
    pub fn became(self) -> Option<Became> {
        match self {
            Self::Order => None,
            Self::Shipment => Some(Became::Shipped),
            Self::Cancellation => Some(Became::Cancelled),
            Self::Refund => Some(Became::Refunded),
        }
    }
}

/// An event of the store's. As JSON it is its content: what makes two events of one id the same (MONEY 18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// When, and which.
    pub happened: Happened,
    /// What it tells.
    pub what: What,
    /// Of which order.
    pub order: String,
    /// Who ordered, as the store calls them.
    pub customer: String,
    /// Of which of its lines.
    pub lines: Vec<ToldLine>,
}

/// A line that an event tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldLine {
    /// Which of its order's.
    pub line: String,
    /// What was ordered.
    pub product: ProductId,
    /// How many of it.
    pub quantity: i64,
    /// The net of all of them, of all lines in one currency.
    pub net: Money,
    /// What the product is filed under, if the store says so.
    pub category: Option<String>,
    /// The click that led the shopper to the store.
    pub click: Option<String>,
    /// When it was put into the basket.
    pub basket_added_at: Option<Timestamp>,
}

impl Told {
    /// A line of it.
    pub fn line_id(&self, line: &ToldLine) -> LineId {
        LineId {
            order: self.order.clone(),
            line: line.line.clone(),
        }
    }

    /// The event that a JSON value is, received at a time.
    ///
    /// # Errors
    /// Every field that is bad: a JSON pointer, and what is wrong with it.
    pub fn read(value: &Value, received: Timestamp) -> Result<Self, Vec<(String, String)>> {
        let mut reading = Reading::default();
        let told = reading.event(value, received);
        match told.filter(|_| reading.wrong.is_empty()) {
            Some(told) => Ok(told),
            None => Err(reading.wrong),
        }
    }
}

/// Collects what is wrong.
#[derive(Default)]
struct Reading {
    wrong: Vec<(String, String)>,
}

impl Reading {
    fn refuse<T>(&mut self, at: &str, why: impl Into<String>) -> Option<T> {
        self.wrong.push((at.to_owned(), why.into()));
        None
    }

    fn text<'v>(&mut self, of: &'v Map<String, Value>, at: &str, name: &str) -> Option<&'v str> {
        let at = format!("{at}/{name}");
        match of.get(name) {
            None | Some(Value::Null) => self.refuse(&at, "is required"),
            Some(Value::String(text)) => Some(text),
            Some(_) => self.refuse(&at, "must be a string"),
        }
    }

    fn optional<'v>(
        &mut self,
        of: &'v Map<String, Value>,
        at: &str,
        name: &str,
    ) -> Option<&'v str> {
        match of.get(name) {
            None | Some(Value::Null) => None,
            Some(_) => self.text(of, at, name),
        }
    }

    fn id(&mut self, of: &Map<String, Value>, at: &str, name: &str) -> Option<String> {
        let text = self.text(of, at, name)?;
        let known = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
        if (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(known) {
            Some(text.to_owned())
        } else {
            self.refuse(
                &format!("{at}/{name}"),
                "must be 1 to 64 of A-Z a-z 0-9 . _ : -",
            )
        }
    }

    fn time(&mut self, at: &str, text: &str) -> Option<Timestamp> {
        sent(text).or_else(|| self.refuse(at, "is no time (RFC 3339)"))
    }

    fn whole(&mut self, value: Option<&Value>, at: &str, (least, most): (i64, i64)) -> Option<i64> {
        let number = match value {
            None | Some(Value::Null) => return self.refuse(at, "is required"),
            Some(value) => value.as_i64().or_else(|| exact(value.as_f64()?)),
        };
        let fits = number.filter(|number| (least..=most).contains(number));
        let why = || format!("must be a whole number from {least} to {most}");
        fits.or_else(|| self.refuse(at, why()))
    }

    fn event(&mut self, value: &Value, received: Timestamp) -> Option<Told> {
        let Some(of) = value.as_object() else {
            return self.refuse("", "must be a JSON object");
        };
        let event = self.id(of, "", "event_id");
        let what = self.text(of, "", "type").and_then(|text| {
            let known = What::NAMES.iter().find(|(name, _)| *name == text);
            let one_of = "must be one of: order, shipment, cancellation, refund";
            known
                .map(|(_, what)| *what)
                .or_else(|| self.refuse("/type", one_of))
        });
        let at = self.text(of, "", "occurred_at");
        let at = at.and_then(|text| self.time("/occurred_at", text));
        let at = at.and_then(|at| match at.duration_since(received) {
            ahead if ahead > AHEAD => self.refuse("/occurred_at", "is more than 5 minutes ahead"),
            late if late < -LATE => self.refuse("/occurred_at", "is more than 30 days ago"),
            _in_time => Some(at),
        });
        let order = self.id(of, "", "order_id");
        let customer = self.text(of, "", "customer").and_then(|text| {
            let fits = (1..=LONGEST_CUSTOMER).contains(&text.chars().count());
            let why = "must have 1 to 128 characters";
            fits.then(|| text.to_owned())
                .or_else(|| self.refuse("/customer", why))
        });
        let lines = self.lines(of.get("lines"), at);
        Some(Told {
            happened: Happened {
                at: at?,
                event: event?,
            },
            what: what?,
            order: order?,
            customer: customer?,
            lines: lines?,
        })
    }

    fn lines(&mut self, value: Option<&Value>, at: Option<Timestamp>) -> Option<Vec<ToldLine>> {
        let lines = match value {
            None | Some(Value::Null) => return self.refuse("/lines", "is required"),
            Some(Value::Array(lines)) if (1..=LINES).contains(&lines.len()) => lines,
            Some(_) => return self.refuse("/lines", "must be an array of 1 to 100"),
        };
        let read = lines.iter().enumerate();
        let read: Vec<_> = read
            .map(|(index, line)| self.line(line, &format!("/lines/{index}"), at))
            .collect();
        let mut ids = BTreeSet::new();
        let mut currency = None;
        for (index, line) in read.iter().enumerate() {
            let Some(line) = line else { continue };
            if !ids.insert(&line.line) {
                let at = format!("/lines/{index}/line_id");
                self.wrong.push((at, "is that of another line".to_owned()));
            }
            if currency.get_or_insert(&line.net.currency) != &&line.net.currency {
                let at = format!("/lines/{index}/net/currency");
                let why = "is not that of the lines before".to_owned();
                self.wrong.push((at, why));
            }
        }
        read.into_iter().collect()
    }

    fn line(&mut self, value: &Value, at: &str, ordered: Option<Timestamp>) -> Option<ToldLine> {
        let Some(of) = value.as_object() else {
            return self.refuse(at, "must be a JSON object");
        };
        let line = self.id(of, at, "line_id");
        let product = self.text(of, at, "product_id").and_then(|text| {
            let why = "must have 1 to 50 characters, none of them a space";
            ProductId::parse(text).or_else(|| self.refuse(&format!("{at}/product_id"), why))
        });
        let quantity = of.get("quantity");
        let quantity = self.whole(quantity, &format!("{at}/quantity"), (1, MOST_OF_ONE));
        let net = self.net(of.get("net"), &format!("{at}/net"));
        let category = self.optional(of, at, "category").map(str::to_owned);
        let click = self.optional(of, at, "click_id").map(str::to_owned);
        let added = self.optional(of, at, "basket_added_at");
        let pointer = format!("{at}/basket_added_at");
        let added = added.and_then(|text| self.time(&pointer, text));
        if let (Some(added), Some(ordered)) = (added, ordered)
            && added > ordered
        {
            return self.refuse(&pointer, "is later than occurred_at");
        }
        Some(ToldLine {
            line: line?,
            product: product?,
            quantity: quantity?,
            net: net?,
            category,
            click,
            basket_added_at: added,
        })
    }

    fn net(&mut self, value: Option<&Value>, at: &str) -> Option<Money> {
        let of = match value {
            None | Some(Value::Null) => return self.refuse(at, "is required"),
            Some(Value::Object(of)) => of,
            Some(_) => return self.refuse(at, "must be a JSON object"),
        };
        let amount = self.whole(of.get("amount"), &format!("{at}/amount"), (0, HIGHEST_NET));
        let currency = self.text(of, at, "currency").and_then(|text| {
            let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
            let why = "must be three capital letters (ISO 4217)";
            fits.then(|| text.to_owned())
                .or_else(|| self.refuse(&format!("{at}/currency"), why))
        });
        Some(Money {
            amount: amount?,
            currency: currency?,
        })
    }
}

/// A number without a fraction, however it is written, as far as all such numbers are told apart.
fn exact(number: f64) -> Option<i64> {
    const TOLD_APART: f64 = 9_007_199_254_740_992.0;
    let whole = number.fract() == 0.0 && number.abs() <= TOLD_APART;
    whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn order() -> Value {
        json!({
            "event_id": "ev:1", "type": "order", "occurred_at": "2026-11-21T11:00:00.1239Z",
            "order_id": "o-1", "customer": "cleo",
            "lines": [{"line_id": "1", "product_id": "SPK#1", "quantity": 2.0,
                "net": {"amount": 1e3, "currency": "USD"}, "category": null,
                "basket_added_at": "2026-11-21T11:00:00.123Z"}],
        })
    }

    fn wrong(mend: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut event = order();
        mend(&mut event);
        let wrong = Told::read(&event, now()).unwrap_err().into_iter();
        wrong.map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn an_event_is_read_as_it_was_meant_and_names_it_does_not_know_change_nothing() {
        let told = Told::read(&order(), now()).unwrap();
        assert_eq!(told.happened.at.as_millisecond() % 1_000, 123);
        assert_eq!(
            (told.lines[0].quantity, told.lines[0].net.amount),
            (2, 1_000)
        );
        let mut other = order();
        other["note"] = json!("hello");
        other["lines"][0]["quantity"] = json!(2);
        assert_eq!(Told::read(&other, now()).unwrap(), told);
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let all = wrong(|event| {
            *event = json!({"type": "gift", "occurred_at": "soon", "lines": [
                {"line_id": "a b", "quantity": 0, "net": {"amount": -1, "currency": "usd"}}, 7]});
        });
        let expected = [
            "/event_id",
            "/type",
            "/occurred_at",
            "/order_id",
            "/customer",
            "/lines/0/line_id",
            "/lines/0/product_id",
            "/lines/0/quantity",
            "/lines/0/net/amount",
            "/lines/0/net/currency",
            "/lines/1",
        ];
        assert_eq!(all, expected);
        assert_eq!(wrong(|event| *event = json!([])), [""]);
        let long = "x".repeat(65);
        assert_eq!(
            wrong(|event| event["order_id"] = json!(long)),
            ["/order_id"]
        );
        let long = "x".repeat(129);
        assert_eq!(
            wrong(|event| event["customer"] = json!(long)),
            ["/customer"]
        );
        assert_eq!(wrong(|event| event["lines"] = json!([])), ["/lines"]);
        let half = wrong(|event| event["lines"][0]["quantity"] = json!(1.5));
        assert_eq!(half, ["/lines/0/quantity"]);
        let much = wrong(|event| event["lines"][0]["net"]["amount"] = json!(1_000_000_000_001_i64));
        assert_eq!(much, ["/lines/0/net/amount"]);
    }

    #[test]
    fn an_event_is_at_most_five_minutes_ahead_and_thirty_days_old() {
        for (time, fits) in [
            ("2026-11-21T12:05:00Z", true),
            ("2026-11-21T12:05:00.001Z", false),
            ("2026-10-22T12:00:00Z", true),
            ("2026-10-22T11:59:59.999Z", false),
        ] {
            let mut event = order();
            event["occurred_at"] = json!(time);
            event["lines"][0]["basket_added_at"] = Value::Null;
            assert_eq!(Told::read(&event, now()).is_ok(), fits, "{time}");
        }
        let basket = |event: &mut Value| {
            event["lines"][0]["basket_added_at"] = json!("2026-11-21T11:00:00.124Z");
        };
        assert_eq!(wrong(basket), ["/lines/0/basket_added_at"]);
    }

    #[test]
    fn lines_have_names_of_their_own_and_one_currency() {
        let twice = wrong(|event| {
            let mut line = event["lines"][0].clone();
            line["net"]["currency"] = json!("EUR");
            event["lines"].as_array_mut().unwrap().push(line);
        });
        assert_eq!(twice, ["/lines/1/line_id", "/lines/1/net/currency"]);
    }
}
