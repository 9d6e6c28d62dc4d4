//! Why something is in a feed.

use serde::{Deserialize, Serialize};

use crate::ids::{ProductId, TopicId};

/// So many of a reader's picks bring posts that show them.
pub const PICKS_WITH_POSTS: usize = 5;

/// Why something is in somebody's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// A sponsor has it shown.
    Sponsored,
    /// They follow its author.
    Followed,
    /// They looked at, liked or bought this product.
    Activity(ProductId),
    /// It is among the hottest: of this topic of it, or of the store where it has none.
    Trending(Option<TopicId>),
    /// They follow this topic of it.
    Topic(TopicId),
}

impl Reason {
    /// The reader's product that brought it, if one did.
    pub fn cause(&self) -> Option<&ProductId> {
        match self {
            Self::Activity(product) => Some(product),
            Self::Sponsored | Self::Followed | Self::Trending(_) | Self::Topic(_) => None,
        }
    }
}

/// A product that is picked for a reader, and the one of theirs that brought it, if any did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// What is shown.
    #[serde(rename = "p")]
    pub product: ProductId,
    /// Because of what.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ProductId>,
}
