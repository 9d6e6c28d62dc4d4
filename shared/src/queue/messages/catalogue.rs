//! What `catalogue` is told, beside S3's word that a file has arrived.

use domain::catalogue::{
    file::StoreFile,
    product::{Availability, Money},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "catalogue",
    /// What `catalogue` works on, besides S3's word that a file has arrived.
    CatalogueMessage {
        "price-changed.v1" PriceChanged(PriceChanged), from "the store", "prices or availability changed";
        "feed-slice-imported.v1" SliceImported(SliceImported), from "catalogue", "a slice of a file was taken over; go on from there";
        "feed-read.v1" FeedRead(FeedRead), from "catalogue", "all of it was; go on retiring what it does not name";
    }
}

/// A slice of a file was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceImported {
    /// Which file.
    pub file: StoreFile,
    /// How many slices were.
    pub parts: u32,
    /// Where the next one begins, in bytes.
    pub offset: u64,
    /// On which line that is, from 1.
    pub line: u64,
}

/// All of a file was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRead {
    /// Which file.
    pub file: StoreFile,
    /// In how many slices.
    pub parts: u32,
    /// The last slice of its earlier versions that was compared with it, by its key.
    pub after: Option<String>,
    /// How many products were retired so far.
    pub retired: u64,
}

/// Prices or availability changed: the store's own systems say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChanged {
    /// Any number of products; of one that is named twice the later `at` holds.
    pub changes: Vec<PriceChange>,
}

/// What a product costs, and whether it can be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// As in the store's feed.
    pub product_id: String,
    /// The regular price.
    pub price: Money,
    /// A lower one that holds until the next change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Money>,
    /// `in_stock`, `sold_out` or `gone`.
    pub availability: Availability,
    /// Since when.
    pub at: Timestamp,
}
