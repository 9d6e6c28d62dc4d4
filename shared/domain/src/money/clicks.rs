//! What led to purchases: clicks on tracked links, and views of posts (MONEY 12-15, 21).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{Account, Category};
use crate::ids::{ListId, PostId, ProductId};

/// A click's window (MONEY 19).
pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// What was put into a basket within it counts if bought so much later at most (MONEY 20).
pub const BASKET: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Where a link stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Source {
    /// In a post.
    Post(PostId),
    /// In an idea list.
    List(ListId),
}

/// A click on a tracked link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Which; of two at a time the greater is the later.
    pub id: Ulid,
    /// When.
    pub at: Timestamp,
    /// Whose link.
    pub account: Account,
    /// Whether whose link it was is who orders: it counts for nothing then.
    pub is_own: bool,
    /// Where the link stood.
    pub source: Source,
    /// The product that it led to.
    pub product: ProductId,
    /// When the product came onto the post or list.
    pub tagged_at: Timestamp,
}

/// A view of a post, by whoever orders, of another's (MONEY 21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// When.
    pub at: Timestamp,
    /// Which post; of two views at a time that of the greater is the later.
    pub post: PostId,
    /// Whose.
    pub account: Account,
    /// What the post shows.
    pub shows: Vec<Tagged>,
}

/// A product on a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// Which.
    pub product: ProductId,
    /// What it is filed under.
    pub category: Category,
    /// Since when it is there.
    pub tagged_at: Timestamp,
}
