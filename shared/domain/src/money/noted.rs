//! What is kept of a click (MONEY 15).

use serde::{Deserialize, Serialize};

use super::{Account, Source};
use crate::ids::ProductId;
use jiff::Timestamp;

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
