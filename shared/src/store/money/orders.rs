//! Orders of customers, with the clicks that their lines name: by them the windows of others close (MONEY 37, 38).

use domain::{
    ids::UserId,
    money::{Happened, links::ClickId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::swept;
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Item, Range, decode, encode},
};

/// An order of a customer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedOrder {
    /// Whose.
    pub user: UserId,
    /// When, and told by which event.
    pub happened: Happened,
    /// What the store calls it.
    pub order: String,
    /// Its lines, by their hashes.
    pub lines: Vec<String>,
    /// The clicks that they name, each once.
    pub names: Vec<ClickId>,
    /// The first moment from which on another order may change who is credited with a line of it; `None` where none does.
    pub since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    order: String,
    lines: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<ClickId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Clicked {
    customer: UserId,
    expires_at: i64,
}

impl Store {
    /// Notes an order, at its customer and at the clicks that it names; one that is noted stays as it is.
    pub async fn note_order(&self, order: &NotedOrder, now: Timestamp) -> Result<(), Error> {
        let (user, happened) = (&order.user, &order.happened);
        let key = keys::order(user, happened.at, &happened.event);
        if self.table.get(&key, true).await?.is_some() {
            return Ok(());
        }
        let expires_at = swept(now);
        let clicked = order.names.iter().map(|named| {
            let key = keys::clicked(named.click, happened.at, &happened.event);
            let customer = user.clone();
            encode(
                &key,
                &Clicked {
                    customer,
                    expires_at,
                },
            )
        });
        let clicked: Vec<Item> = clicked.collect::<Result<_, _>>()?;
        if !clicked.is_empty() {
            self.table.put_all(clicked).await?;
        }
        let kept = Kept {
            order: order.order.clone(),
            lines: order.lines.clone(),
            names: order.names.clone(),
            since: order.since,
            expires_at,
        };
        // Last, so that where it is, they are.
        self.table.put_all(vec![encode(&key, &kept)?]).await
    }

    /// A customer's orders from one moment to another, both inclusive, in the order of their events.
    pub async fn orders_of(
        &self,
        user: &UserId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<NotedOrder>, Error> {
        let range = Range {
            from: Some(format!("{from:.3}")),
            to: Some(format!("{to:.3}#~")),
            consistent: true,
            ..Range::all(keys::orders_of(user))
        };
        let found = self.table.query_all(range).await?.into_iter();
        found.map(|item| noted(user, item)).collect()
    }

    /// One order, of a customer and an event.
    pub async fn order_of(
        &self,
        user: &UserId,
        happened: &Happened,
    ) -> Result<Option<NotedOrder>, Error> {
        let key = keys::order(user, happened.at, &happened.event);
        let item = self.table.get(&key, true).await?;
        item.map(|item| noted(user, item)).transpose()
    }

    /// Up to `limit` orders that name a click, with who ordered: the first of them is whom the click counts for (MONEY 19).
    pub async fn clicked_by(
        &self,
        click: Ulid,
        limit: usize,
    ) -> Result<Vec<(Happened, UserId)>, Error> {
        let range = Range {
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::clicked_by(click))
        };
        let found = self.table.query_all(range).await?.into_iter();
        let read = found.map(|item| {
            let happened = happened_of(&item)?;
            Ok((happened, decode::<Clicked>(item)?.customer))
        });
        read.collect()
    }
}

fn happened_of(item: &Item) -> Result<Happened, Error> {
    let key = Key::of(item).unwrap_or_else(keys::nothing);
    let read = keys::parse_happened(&key.sk);
    let (at, event) = read.ok_or_else(|| Error::internal("no time and event in a key"))?;
    Ok(Happened {
        at,
        event: event.to_owned(),
    })
}

fn noted(user: &UserId, item: Item) -> Result<NotedOrder, Error> {
    let happened = happened_of(&item)?;
    let kept: Kept = decode(item)?;
    Ok(NotedOrder {
        user: user.clone(),
        happened,
        order: kept.order,
        lines: kept.lines,
        names: kept.names,
        since: kept.since,
    })
}
