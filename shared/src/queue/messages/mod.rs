//! What happened, as the functions tell each other: small, versioned, safe to deliver twice.
//!
//! The version is part of the `type`. A sample of each lies in `events/` and is never edited: a
//! changed message is a new version beside the old one.

mod catalogue;
mod fanout;
mod photos;

pub use catalogue::{CatalogueMessage, FeedRead, PriceChange, PriceChanged, SliceImported};
pub use fanout::{FanoutMessage, Followed, PageDelivered, Published};
pub use photos::{PhotoRemoved, PhotosMessage};
