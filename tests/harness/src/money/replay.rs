//! A clean replay: what a history comes to, worked out anew rule by rule as MONEY 19 to 24 say, of all events at once, by
//! nothing that the system itself works with.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::{Account, Programme, rates::Rate};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::history::{Bought, Clicked, History, Kind, OrderedLine, Viewed};

/// By account, currency and due date, where it is not 0.
pub type Owed = BTreeMap<(Account, String, Date), i64>;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// What every account is owed.
pub fn replay(history: &History, rates: &[Rate], return_days: i64) -> Owed {
    let mut events = history.events.clone();
    events.sort_by(|a, b| (a.at, &a.event).cmp(&(b.at, &b.event)));
    events.dedup_by(|a, b| a.event == b.event);
    let mut owed = Owed::new();
    for order in events.iter().filter(|event| event.kind == Kind::Order) {
        for line in &order.lines {
            let Some((account, bp)) = credited(history, &events, rates, order, line) else {
                continue;
            };
            for (due, amount) in earned(&events, order, line, bp, return_days) {
                let at = (account.clone(), order.currency.to_owned(), due);
                *owed.entry(at).or_default() += amount;
            }
        }
    }
    owed.retain(|_, amount| *amount != 0);
    owed
}

/// MONEY 19 and 20, with the rate of 23.
fn credited(
    history: &History,
    events: &[Bought],
    rates: &[Rate],
    order: &Bought,
    line: &OrderedLine,
) -> Option<(Account, i128)> {
    let t = ms(order.at);
    let orders: Vec<_> = events
        .iter()
        .filter(|event| event.kind == Kind::Order)
        .collect();
    // The events are in their order, so the first that names a click decides whose it is.
    let whose = |click: usize| {
        let id = history.clicks[click].id;
        let names = |event: &&&Bought| {
            let mut lines = event.lines.iter().filter_map(|line| line.click);
            lines.any(|named| history.clicks[named].id == id)
        };
        orders.iter().find(names).map(|event| event.customer)
    };
    let named = order.lines.iter().filter_map(|line| line.click);
    let visitors: BTreeSet<_> = named
        .filter(|click| whose(*click) == Some(order.customer))
        .map(|click| history.clicks[click].visitor.clone())
        .collect();
    let theirs: Vec<&Clicked> = history
        .clicks
        .iter()
        .filter(|click| visitors.contains(&click.visitor))
        .filter(|click| history.accounts[click.account].1 != Some(order.customer))
        .collect();
    let closed = |from: i64, to: i64| {
        orders.iter().any(|other| {
            let theirs = other.customer == order.customer && other.order != order.order;
            theirs && from <= ms(other.at) && ms(other.at) < to
        })
    };
    let open = |m: i64| {
        let before = theirs.iter().filter(|click| ms(click.at) <= m);
        let e = before.max_by_key(|click| (ms(click.at), click.id))?;
        (m - ms(e.at) <= DAY_MS && !closed(ms(e.at), m)).then_some(*e)
    };
    let basket = line.basket.map(ms).filter(|b| t - b <= 90 * DAY_MS);
    let by_basket = basket.and_then(|b| Some((open(b)?, b)));
    let by_click = by_basket.or_else(|| Some((open(t)?, t)));
    let path = history.categories[line.product];
    if let Some((click, m)) = by_click {
        let tags = theirs.iter().filter(|other| {
            other.account == click.account
                && other.product == line.product
                && (m - DAY_MS..=m).contains(&ms(other.at))
        });
        let tag = tags.max_by_key(|other| (ms(other.at), other.id));
        let tag = tag.map(|click| ms(click.tagged_at));
        let bp = rate(rates, Programme::Influencer, path, t, tag);
        return Some((history.accounts[click.account].0.clone(), bp));
    }
    let parts = parts(path);
    let tagging = |view: &&Viewed| {
        let mut shown = view
            .shows
            .iter()
            .map(|(product, _)| history.categories[*product]);
        !parts.is_empty() && shown.any(|shown| self::parts(shown) == parts)
    };
    let views = history.views.iter();
    let views = views.filter(|view| view.customer == order.customer && ms(view.at) <= t);
    let view = views
        .filter(tagging)
        .max_by_key(|view| (ms(view.at), view.post))?;
    if t - ms(view.at) > DAY_MS || closed(ms(view.at), t) {
        return None;
    }
    let tag = view
        .shows
        .iter()
        .find(|(product, _)| *product == line.product);
    let tag = tag.map(|(_, since)| ms(*since));
    let bp = rate(rates, Programme::OnsiteAssociate, path, t, tag);
    Some((history.accounts[view.account].0.clone(), bp))
}

fn parts(path: &str) -> Vec<String> {
    let parts = path.to_lowercase();
    let parts = parts.split('>').map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// The row in force at a moment: its rate, and when it was announced.
fn row(rates: &[Rate], programme: Programme, path: &str, at: i64) -> Option<(i128, i64)> {
    let path = parts(path);
    let mut best: Option<((usize, i64, i64), i128)> = None;
    for rate in rates {
        let prefix = match rate.category.as_str() {
            "*" => Vec::new(),
            category => parts(category),
        };
        if rate.programme != programme || ms(rate.effective_from) > at || !path.starts_with(&prefix)
        {
            continue;
        }
        let rank = (prefix.len(), ms(rate.effective_from), ms(rate.announced_at));
        if best.is_none_or(|(other, _)| rank >= other) {
            best = Some((rank, i128::from(rate.rate_bp)));
        }
    }
    best.map(|((_, _, announced), bp)| (bp, announced))
}

/// MONEY 23.
fn rate(rates: &[Rate], programme: Programme, path: &str, t: i64, tag: Option<i64>) -> i128 {
    let table = |at| row(rates, programme, path, at).map_or(0, |(bp, _)| bp);
    let mut highest = table(t);
    let Some(g) = tag.filter(|g| *g < t) else {
        return highest;
    };
    let month = 30 * DAY_MS;
    let moments: BTreeSet<_> = rates.iter().map(|rate| ms(rate.effective_from)).collect();
    for c in moments.into_iter().filter(|c| g < *c && *c <= t) {
        let (before, now) = (table(c - 1), table(c));
        let announced = row(rates, programme, path, c).map(|(_, announced)| announced);
        if now < before && announced.is_some_and(|a| t < a + month) {
            highest = highest.max(table(g).min(before));
        }
    }
    highest
}

/// MONEY 24.
fn earned(
    events: &[Bought],
    order: &Bought,
    line: &OrderedLine,
    bp: i128,
    return_days: i64,
) -> BTreeMap<Date, i64> {
    let n = i128::from(line.net);
    let c = rounded(n * bp, 10_000);
    let f = |x: i128| if n == 0 { 0 } else { rounded(c * x, n) };
    let of = |kind: Kind| {
        let events = events.iter().filter(move |event| event.kind == kind);
        let events = events.filter(|event| event.order == order.order);
        events.flat_map(|event| {
            let lines = event.lines.iter().filter(|other| other.line == line.line);
            lines.map(|line| (event.at, i128::from(line.net)))
        })
    };
    let (mut s, mut due) = (0, Vec::new());
    for (at, net) in of(Kind::Shipment) {
        let next = (s + net).min(n);
        due.push((midnight(at, return_days), f(next) - f(s)));
        s = next;
    }
    let mut by_date = BTreeMap::<Date, i128>::new();
    for (date, amount) in due {
        *by_date.entry(date).or_default() += amount;
    }
    let r = of(Kind::Refund).map(|(_, net)| net).sum::<i128>().min(s);
    let mut back = f(r);
    let dates: Vec<_> = by_date.keys().rev().copied().collect();
    for date in dates {
        let amount = by_date.entry(date).or_default();
        let taken = back.min(*amount);
        *amount -= taken;
        back -= taken;
    }
    let whole = by_date.into_iter();
    whole
        .map(|(date, amount)| (date, i64::try_from(amount).expect("an amount")))
        .collect()
}

fn rounded(a: i128, b: i128) -> i128 {
    let (whole, twice) = (a / b, 2 * (a % b));
    if twice > b || (twice == b && whole % 2 == 1) {
        whole + 1
    } else {
        whole
    }
}

fn midnight(at: Timestamp, days: i64) -> Date {
    let over = ms(at) + days * DAY_MS;
    let day = over.div_euclid(DAY_MS) + i64::from(over.rem_euclid(DAY_MS) > 0);
    let epoch = TimeZone::UTC.to_datetime(Timestamp::UNIX_EPOCH).date();
    let after = SignedDuration::from_hours(24 * day);
    epoch.checked_add(after).expect("a date")
}
