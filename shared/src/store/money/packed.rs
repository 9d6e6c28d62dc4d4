//! The book of a line as it lies in the table: lists in the place of names, so that one that is told to five stays below a
//! kilobyte, which is a write unit (MONEY 39).

use domain::{
    catalogue::product::Money,
    ids::{ListId, PostId, ProductId},
    money::{
        Account, Happened, Kind, Source,
        book::{Book, Heard, Ordered, Posted},
        credited::{Credited, Led, Other},
        events::{Became, Later},
        rates::Applied,
        windows::{ClosedBy, Rule, Uncredited, Window},
    },
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::error::Error;

/// In milliseconds since 1970.
type Time = i64;

/// Event, time, product, category, net, currency, since when in the basket, days of return.
type PackedOrder = (
    String,
    Time,
    ProductId,
    String,
    i64,
    String,
    Option<Time>,
    u16,
);
/// Event, time, what became by its place, of which net, in which currency if not the order's.
type PackedLater = (String, Time, usize, i64, String);
/// By what, where from, to which product if another than was bought, when the window was closed: by a click after 1970, by an
/// order before.
type PackedLed = (By, String, Option<ProductId>, Option<Time>);
/// Account, rule by its place, by what, rate, the table's rate, until when it is locked.
type PackedCredit = (Account, usize, PackedLed, u16, u16, Option<Time>);
/// Account, rule by its place, by what.
type PackedOther = (Account, usize, PackedLed);
/// Entry, kind by its place, account if not that which is credited, due date, amount.
type PackedPosted = (String, usize, Option<Account>, Date, i64);

/// Each at its place for ever.
const BECAME: [Became; 3] = [Became::Shipped, Became::Cancelled, Became::Refunded];
const RULES: [Rule; 3] = [Rule::Basket, Rule::Click, Rule::View];
const UNCREDITED: [Uncredited; 5] = [
    Uncredited::OwnPurchase,
    Uncredited::Expired,
    Uncredited::ClosedByClick,
    Uncredited::ClosedByOrder,
    Uncredited::BasketOfAnother,
];
const KINDS: [Kind; 3] = [Kind::Earned, Kind::Reversed, Kind::Corrected];

/// The place of one of these; beyond all of them for none.
fn place<T: PartialEq>(of: &[T], what: &T) -> usize {
    of.iter().position(|one| one == what).unwrap_or(of.len())
}

/// What is at a place.
fn at<T: Copy>(of: &[T], place: usize) -> Result<T, Error> {
    let one = of.get(place).copied();
    one.ok_or_else(|| Error::internal("a book that cannot be read"))
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum By {
    Click(Ulid),
    View(Time),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Packed {
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    ordered: Option<PackedOrder>,
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    later: Vec<PackedLater>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    credit: Option<PackedCredit>,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<PackedOther>,
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    posted: Vec<PackedPosted>,
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    before: Vec<PackedCredit>,
}

impl Packed {
    pub(super) fn of(book: &Book) -> Self {
        let bought = book.ordered.as_ref().map(|ordered| &ordered.product);
        let ordered_in = book.ordered.as_ref().map(|ordered| &ordered.net.currency);
        let credited = book.credit.as_ref().map(|credit| &credit.account);
        let credit = |credit: &Credited| {
            let Applied {
                bp,
                table_bp,
                locked_until,
            } = credit.rate;
            let led = packed_led(&credit.led, &credit.window, bought);
            let locked = locked_until.map(Timestamp::as_millisecond);
            (
                credit.account.clone(),
                place(&RULES, &credit.rule),
                led,
                bp,
                table_bp,
                locked,
            )
        };
        let other = |other: &Other| {
            let led = packed_led(&other.led, &other.window, bought);
            (other.account.clone(), place(&UNCREDITED, &other.rule), led)
        };
        let posted = |posted: &Posted| {
            let Posted { due_on, amount, .. } = *posted;
            (
                posted.id.clone(),
                place(&KINDS, &posted.kind),
                Some(posted.account.clone()).filter(|account| Some(account) != credited),
                due_on,
                amount,
            )
        };
        let heard = |heard: &Heard| {
            let Later {
                happened,
                became,
                net,
            } = &heard.later;
            let at = happened.at.as_millisecond();
            (
                happened.event.clone(),
                at,
                place(&BECAME, became),
                *net,
                Some(heard.currency.clone())
                    .filter(|currency| Some(currency) != ordered_in)
                    .unwrap_or_default(),
            )
        };
        Self {
            ordered: book.ordered.as_ref().map(|ordered| {
                let Happened { at, event } = &ordered.happened;
                let Money { amount, currency } = &ordered.net;
                let basket = ordered.basket_added_at.map(Timestamp::as_millisecond);
                let (product, category) = (ordered.product.clone(), ordered.category.clone());
                let (event, at) = (event.clone(), at.as_millisecond());
                let days = ordered.return_days;
                (
                    event,
                    at,
                    product,
                    category,
                    *amount,
                    currency.clone(),
                    basket,
                    days,
                )
            }),
            later: book.later.iter().map(heard).collect(),
            credit: book.credit.as_ref().map(credit),
            others: book.others.iter().map(other).collect(),
            posted: book.posted.iter().map(posted).collect(),
            before: book.before.iter().map(credit).collect(),
        }
    }

    pub(super) fn book(self) -> Result<Book, Error> {
        let ordered = self.ordered.map(unpacked_order).transpose()?;
        let bought = ordered.as_ref().map(|ordered| &ordered.product);
        let credit = |credit| unpacked_credit(credit, bought);
        let other = |(account, rule, led)| {
            let (led, window) = unpacked_led(led, bought)?;
            Ok(Other {
                account,
                rule: at(&UNCREDITED, rule)?,
                led,
                window,
            })
        };
        let ordered_in = ordered.as_ref().map(|ordered| ordered.net.currency.clone());
        let heard = |(event, when, became, net, currency): PackedLater| {
            let in_orders = Some(currency).filter(|currency| !currency.is_empty());
            let happened = Happened {
                at: time(when)?,
                event,
            };
            let later = Later {
                happened,
                became: at(&BECAME, became)?,
                net,
            };
            let currency = in_orders.or_else(|| ordered_in.clone());
            Ok(Heard {
                later,
                currency: currency.unwrap_or_default(),
            })
        };
        let credited = self.credit.map(credit).transpose()?;
        let theirs = credited.as_ref().map(|credit| credit.account.clone());
        let posted = |(id, kind, account, due_on, amount): PackedPosted| {
            let account = account.or_else(|| theirs.clone());
            Ok(Posted {
                id,
                kind: at(&KINDS, kind)?,
                account: account.ok_or_else(|| Error::internal("an entry of nobody's"))?,
                due_on,
                amount,
            })
        };
        Ok(Book {
            later: each(self.later, heard)?,
            others: each(self.others, other)?,
            posted: each(self.posted, posted)?,
            before: each(self.before, credit)?,
            credit: credited,
            ordered,
        })
    }
}

fn each<T, U>(all: Vec<T>, read: impl Fn(T) -> Result<U, Error>) -> Result<Vec<U>, Error> {
    all.into_iter().map(read).collect()
}

fn time(at: Time) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(at).map_err(Error::internal)
}

fn unpacked_order(order: PackedOrder) -> Result<Ordered, Error> {
    let (event, at, product, category, amount, currency, basket, return_days) = order;
    Ok(Ordered {
        happened: Happened {
            at: time(at)?,
            event,
        },
        product,
        category,
        net: Money { amount, currency },
        basket_added_at: basket.map(time).transpose()?,
        return_days,
    })
}

fn unpacked_credit(credit: PackedCredit, bought: Option<&ProductId>) -> Result<Credited, Error> {
    let (account, rule, led, bp, table_bp, locked) = credit;
    let (led, window) = unpacked_led(led, bought)?;
    Ok(Credited {
        account,
        rule: at(&RULES, rule)?,
        led,
        window,
        rate: Applied {
            bp,
            table_bp,
            locked_until: locked.map(time).transpose()?,
        },
    })
}

fn packed_led(led: &Led, window: &Window, bought: Option<&ProductId>) -> PackedLed {
    let by = match led.click {
        Some(click) => By::Click(click),
        None => By::View(led.at.as_millisecond()),
    };
    let source = match led.source {
        Source::Post(post) => format!("post/{post}"),
        Source::List(list) => format!("list/{list}"),
    };
    let product = led
        .product
        .clone()
        .filter(|product| Some(product) != bought);
    let closed = window.closed.map(|(by, at)| match by {
        ClosedBy::Click => at.as_millisecond(),
        ClosedBy::Order => -at.as_millisecond(),
    });
    (by, source, product, closed)
}

fn unpacked_led(led: PackedLed, bought: Option<&ProductId>) -> Result<(Led, Window), Error> {
    let (by, source, product, closed) = led;
    let source = match source.split_once('/') {
        Some(("post", id)) => id.parse().ok().map(|id: PostId| Source::Post(id)),
        Some(("list", id)) => id.parse().ok().map(|id: ListId| Source::List(id)),
        Some(_) | None => None,
    };
    let source = source.ok_or_else(|| Error::internal("no source of a click"))?;
    let (at, click) = match by {
        By::Click(click) => {
            let at = i64::try_from(click.timestamp_ms()).map_err(Error::internal)?;
            (time(at)?, Some(click))
        }
        By::View(at) => (time(at)?, None),
    };
    let closed = closed.map(|at| {
        let by = match at < 0 {
            true => ClosedBy::Order,
            false => ClosedBy::Click,
        };
        Ok::<_, Error>((by, time(at.saturating_abs())?))
    });
    let window = Window {
        closed: closed.transpose()?,
        ..Window::of(at)
    };
    let led = Led {
        at,
        click,
        source,
        product: product.or_else(|| click.and(bought.cloned())),
    };
    Ok((led, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_read_as_it_was_written() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let product = |id: &str| ProductId::parse(id).unwrap();
        let led = |click: Option<u64>, other: Option<&str>| Led {
            at: at(click.map_or(7, |ms| i64::try_from(ms).unwrap())),
            click: click.map(|ms| Ulid::from_parts(ms, 3)),
            source: match click {
                Some(_) => Source::List(ListId(Ulid(4))),
                None => Source::Post(PostId(Ulid(5))),
            },
            product: other.map(product),
        };
        let credit = |n, led: Led| Credited {
            account: Account::of_random(n),
            rule: Rule::View,
            window: Window::of(led.at),
            led,
            rate: Applied {
                bp: 300,
                table_bp: 200,
                locked_until: Some(at(9)),
            },
        };
        let happened = |event: &str| Happened {
            at: at(11),
            event: event.to_owned(),
        };
        let clicked = led(Some(8), Some("lamp"));
        let book = Book {
            ordered: Some(Ordered {
                happened: happened("e1"),
                product: product("lamp"),
                category: "Toys".to_owned(),
                net: Money {
                    amount: 5,
                    currency: "USD".to_owned(),
                },
                basket_added_at: Some(at(10)),
                return_days: 30,
            }),
            later: vec![Heard {
                later: Later {
                    happened: happened("e2"),
                    became: Became::Shipped,
                    net: 5,
                },
                currency: "EUR".to_owned(),
            }],
            credit: Some(credit(1, led(None, None))),
            others: vec![Other {
                account: Account::of_random(2),
                rule: Uncredited::ClosedByOrder,
                window: Window {
                    closed: Some((ClosedBy::Order, at(9))),
                    ..Window::of(clicked.at)
                },
                led: clicked,
            }],
            posted: vec![Posted {
                id: "p1".to_owned(),
                kind: Kind::Earned,
                account: Account::of_random(1),
                due_on: jiff::civil::date(2026, 12, 1),
                amount: 3,
            }],
            before: vec![credit(3, led(Some(6), Some("desk")))],
        };
        for book in [book, Book::default()] {
            let text = serde_json::to_string(&Packed::of(&book)).unwrap();
            let read: Packed = serde_json::from_str(&text).unwrap();
            assert_eq!(read.book().unwrap(), book, "{text}");
        }
    }
}
