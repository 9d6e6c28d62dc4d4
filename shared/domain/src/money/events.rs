//! What the store tells: that somebody ordered, that some of it was shipped, cancelled, paid back (MONEY 17).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Category;
use crate::ids::{ProductId, UserId};

/// A line of an order, as the store names both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineId {
    /// The order.
    pub order: String,
    /// Its line.
    pub line: String,
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither has a blank.
        write!(f, "{} {}", self.order, self.line)
    }
}

/// When an event was, and which: the order of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Happened {
    /// When, by the store.
    pub at: Timestamp,
    /// The store's name for it.
    pub event: String,
}

/// That somebody ordered, as far as other orders' windows go by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// When, and told by which event.
    pub happened: Happened,
    /// Which.
    pub id: String,
    /// Who.
    pub customer: UserId,
}

/// A line as it was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub id: LineId,
    /// What.
    pub product: ProductId,
    /// What the product was filed under, as the line or else the catalogue said.
    pub category: Category,
    /// Its whole net in minor units, 0 or more.
    pub net: i64,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// When it was put into the basket, if the store said so.
    pub basket_added_at: Option<Timestamp>,
}

/// What became of a line that was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// Some of it was shipped.
    Shipped,
    /// Some of it was cancelled.
    Cancelled,
    /// Some of it was paid back.
    Refunded,
}

/// What became of a line, once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Later {
    /// When, and told by which event.
    pub happened: Happened,
    /// What.
    pub became: Became,
    /// Of how much of its net, in minor units, 0 or more.
    pub net: i64,
}

/// Of how much of the net all that became of a line so was.
pub fn sum(events: &[Later], became: Became) -> i64 {
    let these = events.iter().filter(|event| event.became == became);
    these.fold(0, |sum, event| sum.saturating_add(event.net))
}
