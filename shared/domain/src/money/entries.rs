//! Entries of the ledger: each with two legs that sum to nothing (MONEY 26).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Account, Programme, Source};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// More is owed, by a shipment or the line's own order.
    Earned,
    /// Less is owed, by a refund.
    Reversed,
    /// Something was known later, or told in another order.
    Corrected,
    /// What was owed is paid.
    Payout,
    /// What was paid came back.
    PayoutReturned,
}

/// What brought an entry about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The line's own order.
    OwnOrder,
    /// A shipment of the line.
    Shipment,
    /// A refund of it.
    Refund,
    /// A cancellation of it, or what was told of another line or order.
    Else,
}

impl Kind {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Reversed => "reversed",
            Self::Corrected => "corrected",
            Self::Payout => "payout",
            Self::PayoutReturned => "payout_returned",
        }
    }

    /// That of an amount that is posted to a line by what was told.
    pub fn of(amount: i64, cause: Cause) -> Self {
        match cause {
            Cause::OwnOrder | Cause::Shipment if amount > 0 => Self::Earned,
            Cause::Refund if amount < 0 => Self::Reversed,
            Cause::OwnOrder | Cause::Shipment | Cause::Refund | Cause::Else => Self::Corrected,
        }
    }
}

/// The other side of what an influencer is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// The store's commission.
    Commission,
    /// The bank, for payouts.
    Bank,
}

/// An account that a leg is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Side {
    /// The store's own.
    Store(Counter),
    /// An influencer's: positive is what they are owed.
    Influencer(Account),
}

/// A leg of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Of which account.
    pub account: Side,
    /// Minor units.
    pub amount: i64,
}

/// An entry, as its account's chain has it; what is not known of its kind is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// ISO 4217.
    pub currency: String,
    /// The influencer's leg and its counter.
    pub legs: [Leg; 2],
    /// When it falls due.
    pub due_on: Date,
    /// The order line, hashed.
    pub line: Option<String>,
    /// The click, by its ULID.
    pub click: Option<String>,
    /// Where the link stood.
    pub source: Option<Source>,
    /// The product that was bought, as the API spells it.
    pub product: Option<String>,
    /// As whom.
    pub programme: Option<Programme>,
    /// At which rate, in basis points.
    pub rate_bp: Option<u16>,
    /// What brought it about: an event of the store's, hashed.
    pub event: Option<String>,
}

impl Entry {
    /// The two legs of an amount that an account is owed, or no longer.
    pub fn legs(account: &Account, amount: i64, counter: Counter) -> [Leg; 2] {
        let theirs = Leg {
            account: Side::Influencer(account.clone()),
            amount,
        };
        let ours = Leg {
            account: Side::Store(counter),
            amount: -amount,
        };
        [theirs, ours]
    }

    /// Whose it is.
    pub fn account(&self) -> Option<&Account> {
        self.legs.iter().find_map(|leg| match &leg.account {
            Side::Influencer(account) => Some(account),
            Side::Store(_) => None,
        })
    }

    /// What it adds to what its account is owed.
    pub fn amount(&self) -> i64 {
        let theirs = self
            .legs
            .iter()
            .filter(|leg| matches!(leg.account, Side::Influencer(_)));
        theirs.map(|leg| leg.amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_earned_by_shipments_reversed_by_refunds_and_else_corrected() {
        for (amount, cause, kind) in [
            (5, Cause::Shipment, Kind::Earned),
            (5, Cause::OwnOrder, Kind::Earned),
            (-5, Cause::Shipment, Kind::Corrected),
            (-5, Cause::OwnOrder, Kind::Corrected),
            (-5, Cause::Refund, Kind::Reversed),
            (5, Cause::Refund, Kind::Corrected),
            (5, Cause::Else, Kind::Corrected),
            (-5, Cause::Else, Kind::Corrected),
        ] {
            assert_eq!(Kind::of(amount, cause), kind, "{amount} {cause:?}");
        }
    }

    #[test]
    fn the_legs_of_an_entry_sum_to_nothing_and_are_read_as_they_were_written() {
        let account = Account::of_random(7);
        for counter in [Counter::Commission, Counter::Bank] {
            let legs = Entry::legs(&account, 33, counter);
            assert_eq!(legs.iter().map(|leg| leg.amount).sum::<i64>(), 0);
            let text = serde_json::to_string(&legs).unwrap();
            assert_eq!(
                serde_json::from_str::<[Leg; 2]>(&text).unwrap(),
                legs,
                "{text}"
            );
        }
    }
}
