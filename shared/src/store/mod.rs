//! What the system asks of its table and does to it: one method an access pattern, every rule that
//! needs the table a write condition. A folder a subject.

mod catalogue;
mod engagement;
mod feeds;
mod idempotency;
mod money;
pub mod patterns;
mod people;
mod posts;
mod quota;
mod social;

pub use catalogue::{Details, Imported};
pub use engagement::{
    AtComment, Best, Deciding, Deed, Did, Filed, Ground, ListCreation, ListPlace, Look, Piece,
    Putting, Remark, Reporting, Said, Saves, Saying, Slice, Spot, Suspension, Vote,
};
pub use feeds::{Buying, Hits, Progress, Reach, SearchPlace, Shopper, Stance, Thorough, Word};
pub use money::{
    AccountState, Books, Claimed, EventConflict, Hold, KeptBook, KeptView, NotedOrder, Payout,
    PayoutStatus, Sealed,
};
pub use people::{Mark, NotifyChange, Own, ProfileChange};
pub use posts::{Creation, Uploads};
pub use social::{Begun, Decision, Led, Returned};

use crate::table::Table;

/// Every question that the functions ask of the table, and every deed they do to it.
///
/// All methods fail with [`Error::Unavailable`](crate::error::Error::Unavailable) when the table cannot
/// be reached or is too busy after every retry, and with
/// [`Error::Internal`](crate::error::Error::Internal) when it holds what cannot be read; only what is
/// refused besides is said at the method.
#[derive(Debug, Clone)]
pub struct Store {
    table: Table,
}

impl Store {
    /// A store on the table of that name.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
        }
    }
}
