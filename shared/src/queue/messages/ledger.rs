//! What `attribution` is told beside the store's own events, which have no type of ours.

use domain::money::Account;
use serde::{Deserialize, Serialize};

messages! {
    to "attribution",
    /// What `attribution` works on beside the store's events.
    LedgerMessage {
        "entries-posted.v1" Posted(EntriesPosted), from "relay", "an entry of an account waits to be sealed";
        "payouts-asked.v1" Payouts(PayoutsAsked), from "admin" "attribution", "the accounts of a page are to be paid what is due to them, after the last that was looked at";
    }
}

/// An entry of an account waits to be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntriesPosted {
    /// Whose.
    pub account: Account,
}

/// A run pays what is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutsAsked {
    /// Which run.
    pub run: String,
    /// Which of the 16 pages of all accounts.
    pub page: u8,
    /// The last account that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Account>,
}

impl PayoutsAsked {
    /// All pages of a run.
    pub fn of_run(run: &str) -> Vec<LedgerMessage> {
        let asked = |page| Self {
            run: run.to_owned(),
            page,
            after: None,
        };
        (0..16)
            .map(|page| LedgerMessage::Payouts(asked(page)))
            .collect()
    }
}
