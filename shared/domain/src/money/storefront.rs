//! An influencer's page: what stands at its head (MONEY 9).

use serde::{Deserialize, Serialize};

use crate::{
    ids::ListId,
    text::{self, Limit},
};

/// So many lists are featured at most.
pub const FEATURED: usize = 10;

/// What stands at the head.
const HEADER: Limit = Limit {
    min: 0,
    graphemes: 500,
    bytes: 2_000,
};

/// What its owner put there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storefront {
    /// Up to 500 grapheme clusters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// Public lists of theirs, as many as [`FEATURED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub featured: Vec<ListId>,
    /// How often it was written.
    #[serde(default)]
    pub edition: u64,
}

/// Reads what is to stand at the head, NFC.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn header(text: &str) -> Result<String, String> {
    text::within(text, HEADER)
}
