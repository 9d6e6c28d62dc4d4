//! What happened, as the functions tell each other: small, versioned, safe to deliver twice.
//!
//! A message is a line of its queue's file: its type, who tells it, and what it says. The version is
//! part of the type. A sample of each lies in `events/` and is never edited: a changed message is a
//! new version beside the old one.

/// A message, as the documents show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its type, with the version: `followed.v1`.
    pub name: &'static str,
    /// Who tells it.
    pub from: &'static [&'static str],
    /// The function that works it off.
    pub to: &'static str,
    /// What it says.
    pub says: &'static str,
}

/// The messages that one queue carries, as an enum, and as lines.
macro_rules! messages {
    (to $to:literal, $(#[$doc:meta])* $enum:ident {
        $($name:literal $variant:ident($what:ty), from $($from:literal)+, $says:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type")]
        pub enum $enum {
            $(
                #[doc = $says]
                #[serde(rename = $name)]
                $variant($what),
            )*
        }

        impl $enum {
            pub(super) const LINES: &[super::Line] = &[$(super::Line {
                name: $name,
                from: &[$($from),+],
                to: $to,
                says: $says,
            },)*];
        }
    };
}

mod catalogue;
mod fanout;
mod janitor;
mod ledger;
mod notifier;
mod photos;
mod rollup;

pub use catalogue::{CatalogueMessage, FeedRead, PriceChange, PriceChanged, SliceImported};
pub use fanout::{FanoutMessage, Followed, Published, RangeAsked, RangesAsked, TopicsChanged};
pub use janitor::{
    AccountLeaving, ExportAsked, JanitorMessage, ListDeleted, MovesPlanned, PostDeleted,
    ReaderRated, WallsLeft,
};
pub use ledger::{EntriesPosted, LedgerMessage, PayoutsAsked};
pub use notifier::{ActKind, Acted, NotifierMessage, ReportDecided, Stated};
pub use photos::{PhotoAwaited, PhotoRemoved, PhotosMessage};
pub use rollup::{
    Bought, Decided, FindableChanged, Gone, Heated, LOOK, ListChanged, MarksChanged, Responded,
    RollupMessage, Since, Voted,
};

/// Every message, a list a queue.
pub const ALL: [&[Line]; 7] = [
    FanoutMessage::LINES,
    PhotosMessage::LINES,
    CatalogueMessage::LINES,
    RollupMessage::LINES,
    NotifierMessage::LINES,
    JanitorMessage::LINES,
    LedgerMessage::LINES,
];

/// The list, as the documents show it.
pub fn as_markdown() -> String {
    let head = ["| message | from → to | says |", "|---|---|---|"].map(str::to_owned);
    let rows = ALL.into_iter().flatten().map(|line| {
        let from = line.from.join(", ");
        format!("| `{}` | {from} → {} | {} |", line.name, line.to, line.says)
    });
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}
