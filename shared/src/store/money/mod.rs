//! What is owed to influencers: the store's events and orders, the books of their lines, the chains of accounts, rates and
//! payouts.

mod accounts;
mod chain;
mod clicks;
mod events;
mod lines;
mod orders;
mod packed;
mod payouts;
mod rates;

pub use accounts::{AccountState, Hold};
pub use chain::{Books, Sealed};
pub use clicks::KeptView;
pub use events::{Claimed, EventConflict};
pub use lines::KeptBook;
pub use orders::NotedOrder;
pub use payouts::{Payout, PayoutStatus};

use jiff::{SignedDuration, Timestamp};

/// What is not kept for ever is kept so long (MONEY 15, 37).
const KEPT: SignedDuration = SignedDuration::from_hours(140 * 24);

/// When what was noted at a time is swept, in seconds since 1970.
fn swept(noted: Timestamp) -> i64 {
    noted
        .saturating_add(KEPT)
        .unwrap_or(Timestamp::MAX)
        .as_second()
}
