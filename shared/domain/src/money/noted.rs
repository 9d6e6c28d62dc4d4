//! What is kept of a click (MONEY 15).

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Account, Source};
use crate::ids::ProductId;

/// A click, as it is kept for whoever orders later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedClick {
    /// Whose link.
    pub account: Account,
    /// The hash of whose it is: it counts for nothing when they order themselves.
    pub owner: String,
    /// Where the link stood.
    pub source: Source,
    /// The product that it led to.
    pub product: ProductId,
    /// When the product came onto the post or list.
    pub tagged_at: Timestamp,
}

/// The same, as it is counted for its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedClick {
    /// Where the link stood.
    pub source: Source,
    /// The product that it led to.
    pub product: ProductId,
}

/// The clicks of an account on a day (MONEY 15): for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotal {
    /// By where the link stood, and what it led to.
    pub counts: Vec<DayCount>,
}

/// How often links of a source led to a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Where the links stood.
    pub source: Source,
    /// What they led to.
    pub product: ProductId,
    /// How often.
    pub clicks: u64,
}

impl DayTotal {
    /// Of all clicks of a day, in any order.
    pub fn of(clicks: impl IntoIterator<Item = CountedClick>) -> Self {
        let mut counts = BTreeMap::new();
        for click in clicks {
            *counts.entry((click.source, click.product)).or_default() += 1;
        }
        let counts = counts
            .into_iter()
            .map(|((source, product), clicks)| DayCount {
                source,
                product,
                clicks,
            });
        Self {
            counts: counts.collect(),
        }
    }
}

/// How far the days are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    /// The first that is not, such as `2026-11-28`.
    pub day: Date,
    /// The last account that is counted of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Account>,
    /// How often it was written.
    pub edition: u64,
}
