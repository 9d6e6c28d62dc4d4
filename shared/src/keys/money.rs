//! Keys of what is owed to influencers: the store's events, orders, lines, accounts and their chains.

use domain::{
    ids::{PostId, UserId},
    money::Account,
};
use jiff::Timestamp;
use ulid::Ulid;

use super::Key;

/// The heads of the chains lie in this many partitions.
pub const HEAD_PAGES: u8 = 16;

/// The collection of the rows of the rate table.
pub const RATES: &str = "RATES";

/// The collection of events that contradict others.
pub const CONFLICTS: &str = "CONFLICTS";

/// That an event of the store's is known.
pub fn event(event: &str) -> Key {
    Key::new(format!("EVENT#{event}"), "EVENT")
}

/// An order of a customer's, by when it was and which event told of it.
pub fn order(user: &UserId, at: Timestamp, event: &str) -> Key {
    Key::new(orders_of(user), happened(at, event))
}

/// The collection of a customer's orders.
pub fn orders_of(user: &UserId) -> String {
    format!("ORDERS#{user}")
}

/// A time and an event as a sort key: fixed width before the event, so that text order is their order.
pub fn happened(at: Timestamp, event: &str) -> String {
    format!("{at:.3}#{event}")
}

/// Reads the sort key of a time and an event.
pub fn parse_happened(sk: &str) -> Option<(Timestamp, &str)> {
    let (time, event) = sk.split_once('#')?;
    Some((time.parse().ok()?, event))
}

/// That an order names a click.
pub fn clicked(click: Ulid, at: Timestamp, event: &str) -> Key {
    Key::new(clicked_by(click), happened(at, event))
}

/// The collection of the orders that name a click.
pub fn clicked_by(click: Ulid) -> String {
    format!("CLICKED#{click}")
}

/// The book of an order line, which is named by its hash.
pub fn line(line: &str) -> Key {
    Key::new(format!("LINE#{line}"), "LINE")
}

/// That an order line is told to an account.
pub fn told_line(account: &Account, ordered: Timestamp, line: &str) -> Key {
    Key::new(lines_of(account), happened(ordered, line))
}

/// The collection of the order lines that an account is told.
pub fn lines_of(account: &Account) -> String {
    format!("LINES#{account}")
}

/// An entry that is not sealed yet.
pub fn unsealed(account: &Account, entry: &str) -> Key {
    Key::new(unsealed_of(account), entry)
}

/// The collection of the entries of an account that are not sealed yet.
pub fn unsealed_of(account: &Account) -> String {
    format!("UNSEALED#{account}")
}

/// A block of an account's chain.
pub fn block(account: &Account, n: u64) -> Key {
    Key::new(chain_of(account), block_number(n))
}

/// The collection of the blocks of an account.
pub fn chain_of(account: &Account) -> String {
    format!("CHAIN#{account}")
}

/// The sort key of a block, of fixed width.
pub fn block_number(n: u64) -> String {
    format!("BLOCK#{n:012}")
}

/// Where an account's chain ends, and what it is owed.
pub fn chain_head(account: &Account) -> Key {
    Key::new(heads(account.sixteenth()), account.as_str())
}

/// One of the [`HEAD_PAGES`] collections of heads.
pub fn heads(page: u8) -> String {
    format!("HEADS#{page:x}")
}

/// A row of the rate table.
pub fn rate_row(id: &str) -> Key {
    Key::new(RATES.to_owned(), id)
}

/// What an account was paid by a run.
pub fn payout(run: &str, account: &Account, currency: &str) -> Key {
    Key::new(payouts_by(run), format!("{account}#{currency}"))
}

/// The collection of what was paid by a run.
pub fn payouts_by(run: &str) -> String {
    format!("PAYOUT#{run}")
}

/// Of which month payouts were run last.
pub fn last_run() -> Key {
    Key::new("RUNS".to_owned(), "0")
}

/// A payout in the list of its account's.
pub fn paid(account: &Account, at: Timestamp, run: &str, currency: &str) -> Key {
    let sk = format!("{at:.3}#{run}#{currency}");
    Key::new(payouts_of(account), sk)
}

/// The collection of what an account was paid.
pub fn payouts_of(account: &Account) -> String {
    format!("PAYOUTS#{account}")
}

/// An event that contradicts another.
pub fn conflict(received: Timestamp, event: &str) -> Key {
    Key::new(CONFLICTS.to_owned(), happened(received, event))
}

/// A view of a post by a person.
pub fn view(user: &UserId, at: Timestamp, post: PostId) -> Key {
    Key::new(views_by(user), happened(at, &post.to_string()))
}

/// The collection of a person's views.
pub fn views_by(user: &UserId) -> String {
    format!("VIEWS#{user}")
}
