//! Reviews that people wrote in the store, before any of them is shared.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{PostId, ProductId, ReviewId, UserId};

/// A review, as the store last told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The store's id of it, unique among its writer's.
    pub id: ReviewId,
    /// Who wrote it: the `sub` of their tokens, whether they have joined or not.
    pub customer: UserId,
    /// What it is about.
    pub product: ProductId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// Up to 300 characters; may be empty.
    pub title: String,
    /// Up to 20,000 characters; may be empty.
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Whether its writer bought the product, where the store says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_purchase: Option<bool>,
    /// The category of its product when the store last told of the review: so a post of it is put
    /// on its walls without a look at the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The post that shares it, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_as: Option<PostId>,
}
