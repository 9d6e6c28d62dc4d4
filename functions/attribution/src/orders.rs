//! Orders: what is known of a customer, and settling whom the lines of an order are credited to, until nothing new is known
//! (MONEY 19, 25, 38).

use std::collections::BTreeSet;

use domain::{
    ids::UserId,
    money::{
        Click, Happened, Order, View, clicks::WINDOW, entries::Cause, links::Visitor, told::Told,
        windows::REMEMBERED,
    },
};
use jiff::Timestamp;
use shared::{error::Error, store::NotedOrder, table::Anew};

use crate::{
    App,
    known::Known,
    lines,
    work::{Work, side_by_side},
};

/// The order that an event tells of, as it is noted.
pub(crate) async fn noted(app: &App, told: &Told) -> Result<NotedOrder, Error> {
    let user = app.people.id(&told.customer);
    let user = user.ok_or_else(|| Error::internal("a customer who is nobody"))?;
    let names: BTreeSet<_> = told
        .lines
        .iter()
        .filter_map(|line| app.clicks.click(line.click.as_deref()?))
        .collect();
    let lines = told.lines.iter();
    let lines = lines.map(|line| app.salt.hash(&told.line_id(line).to_string()));
    let mut order = NotedOrder {
        user,
        happened: told.happened.clone(),
        order: told.order.clone(),
        lines: lines.collect(),
        names: names.into_iter().collect(),
        since: None,
    };
    let visitors = order.names.iter().map(|named| named.visitor);
    let visitors: BTreeSet<_> = visitors.collect();
    let clicks = clicks(app, &order, visitors).await?;
    let views = views(app, &order).await?;
    let times = clicks.iter().map(|click| click.at);
    order.since = times.chain(views.iter().map(|view| view.at)).min();
    Ok(order)
}

/// Settles who is credited with the lines of an order, of all that is known; again, until nothing new has come.
pub(crate) async fn settle(
    app: &App,
    order: &NotedOrder,
    cause: Cause,
    work: &Work<'_>,
) -> Result<(), Error> {
    let mut anew = Anew::standing_on("what is known of an order");
    let mut known = known(app, order).await?;
    loop {
        let its = order_of(order);
        let lines = order.lines.iter();
        let lines = lines.map(|line| lines::settle(app, work, line, &its, &known, cause));
        side_by_side(lines.collect()).await?;
        let now = self::known(app, order).await?;
        if now == known {
            return Ok(());
        }
        known = now;
        anew.begin().await?;
    }
}

/// The later orders that another order may change: those of the same customer with a window that it lies in, and those of a
/// customer who ordered with a click of its before anybody else did, as it seemed.
pub(crate) async fn affected(app: &App, order: &NotedOrder) -> Result<Vec<NotedOrder>, Error> {
    let at = order.happened.at;
    let until = at.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
    let theirs = app.store.orders_of(&order.user, at, until).await?;
    let theirs = theirs
        .into_iter()
        .filter(|later| later.happened.at > at && later.since.is_some_and(|since| since <= at));
    let mut affected: Vec<_> = theirs.collect();
    for named in &order.names {
        let of_click = app.store.clicked_by(named.click, 1).await?;
        let is_first = of_click
            .first()
            .is_some_and(|(first, _)| *first == order.happened);
        if !is_first {
            continue;
        }
        let of_click = app.store.clicked_by(named.click, MOST).await?;
        let other = |(_, user): &&(Happened, UserId)| *user != order.user;
        let before = of_click.iter().find(other).map(|(_, user)| user);
        for (happened, user) in &of_click {
            if Some(user) == before
                && let Some(later) = app.store.order_of(user, happened).await?
            {
                affected.push(later);
            }
        }
    }
    Ok(affected)
}

/// So many orders that name a click are looked through.
const MOST: usize = 1_000;

/// All that is known of whoever ordered, as of an order of theirs.
async fn known(app: &App, order: &NotedOrder) -> Result<Known, Error> {
    let at = order.happened.at;
    let orders = app.store.orders_of(&order.user, ago(at), at).await?;
    let names = order.names.iter();
    let first = names.map(|named| app.store.clicked_by(named.click, 1));
    let first = side_by_side(first.collect()).await?;
    let counts = |first: &Vec<(Happened, UserId)>| {
        let first = first.first();
        first.is_none_or(|(_, user)| *user == order.user)
    };
    let counting = order.names.iter().zip(&first);
    let counting = counting.filter(|(_, first)| counts(first));
    let visitors = counting.map(|(named, _)| named.visitor).collect();
    Ok(Known {
        orders: orders.iter().map(order_of).collect(),
        clicks: clicks(app, order, visitors).await?,
        views: views(app, order).await?,
        rates: app.store.rates().await?,
    })
}

async fn clicks(
    app: &App,
    order: &NotedOrder,
    visitors: BTreeSet<Visitor>,
) -> Result<Vec<Click>, Error> {
    let at = order.happened.at;
    let hash = app.salt.hash(order.user.as_str());
    let visitors = visitors.into_iter();
    let clicks = visitors.map(|visitor| app.store.clicks_of(visitor, (ago(at), at), &hash));
    let clicks = side_by_side(clicks.collect()).await?;
    Ok(clicks.into_iter().flatten().collect())
}

async fn views(app: &App, order: &NotedOrder) -> Result<Vec<View>, Error> {
    let at = order.happened.at;
    let from = at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
    app.store.views_by(&order.user, from, at).await
}

/// Since when what led to an order may count, or be told of.
fn ago(at: Timestamp) -> Timestamp {
    at.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN)
}

/// An order, of which something is to be settled.
fn order_of(order: &NotedOrder) -> Order {
    Order {
        happened: order.happened.clone(),
        id: order.order.clone(),
        customer: order.user.clone(),
    }
}
