//! What shoppers' purchases earn those whose posts led to them, to the cent (MONEY 17-32): pure, to be read beside it
//! rule by rule.
//!
//! What the store [`told`] of an [`Order`] and its [`Line`]s is kept in a [`book`] a line. Of each, [`windows`] says who is credited and by which rule, [`rates`] at which rate,
//! [`commission`] what is owed when; what of that is not posted yet becomes [`entries`], which are sealed into the
//! [`chain`] of their account. Whoever looks into it loads what is known, asks here, and writes the difference.

pub mod book;
pub mod briefs;
pub mod chain;
pub mod clicks;
pub mod commission;
pub mod credited;
pub mod entries;
pub mod events;
pub mod fraction;
pub mod insights;
pub mod invitations;
pub mod links;
pub mod noted;
pub mod payable;
pub mod programmes;
pub mod rates;
pub mod social;
pub mod storefront;
pub mod told;
pub mod windows;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use clicks::{Click, Source, View};
pub use entries::{Entry, Kind, Leg};
pub use events::{Happened, Line, LineId, Order};

/// Whom money is owed: 16 digits of Crockford's base 32, which name nobody (MONEY 8).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(String);

/// So many digits an account has.
const DIGITS: usize = 16;
/// Crockford's digits.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Account {
    /// The account of these random bits, of which the lowest 80 count.
    pub fn of_random(random: u128) -> Self {
        let spelled = ulid::Ulid(random & ((1 << 80) - 1)).to_string();
        Self(
            spelled
                .chars()
                .rev()
                .take(DIGITS)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect(),
        )
    }

    /// The account that is spelled so; `None` for what spells none.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |b: u8| CROCKFORD.contains(&b);
        (text.len() == DIGITS && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// That of these 80 bits.
    pub fn of_bytes(bytes: [u8; 10]) -> Self {
        let random = bytes
            .into_iter()
            .fold(0, |bits, byte| bits << 8 | u128::from(byte));
        Self::of_random(random)
    }

    /// Its 80 bits.
    pub fn to_bytes(&self) -> [u8; 10] {
        let all = ulid::Ulid::from_string(&format!("0000000000{}", self.0));
        let all = all.unwrap_or_default().to_bytes();
        let (_, bits) = all.split_last_chunk::<10>().unwrap_or((&[], &[0; 10]));
        *bits
    }

    /// As it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In which sixteenth of all accounts it is, from 0.
    pub fn sixteenth(&self) -> u8 {
        let last = self.0.bytes().last();
        let digit = CROCKFORD.iter().position(|digit| Some(*digit) == last);
        digit.map_or(0, |digit| u8::try_from(digit % 16).unwrap_or_default())
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As whom somebody is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Programme {
    /// For a click on a link of theirs.
    Influencer,
    /// For a view of a post of theirs.
    OnsiteAssociate,
}

impl Programme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Influencer, Self::OnsiteAssociate];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Influencer => "influencer",
            Self::OnsiteAssociate => "onsite_associate",
        }
    }
}

/// The parts of a category's path, folded: those of `Furniture > Chairs` and `furniture>chairs` are the same (MONEY 21).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(Vec<String>);

impl Category {
    /// Of a path; an empty one has no parts.
    pub fn of(path: &str) -> Self {
        let parts = path.split('>').map(|part| part.trim().to_lowercase());
        Self(parts.filter(|part| !part.is_empty()).collect())
    }

    /// Whether it is known at all.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// How many of its parts this path is of, which `*` is of none; `None` where it lies elsewhere.
    pub fn depth_below(&self, path: &str) -> Option<usize> {
        if path.trim() == "*" {
            return Some(0);
        }
        let above = Self::of(path);
        (above.is_known() && self.0.starts_with(&above.0)).then_some(above.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_sixteen_digits_that_say_nothing_and_one_spelling() {
        for random in [0, 7, u128::MAX] {
            let account = Account::of_random(random);
            assert_eq!(Account::parse(account.as_str()), Some(account.clone()));
            assert_eq!(account.as_str().len(), DIGITS);
        }
        assert_ne!(Account::of_random(1), Account::of_random(2));
        for none in ["", "0000", "000000000000000O", "00000000000000000"] {
            assert_eq!(Account::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_category_lies_below_its_own_path_those_above_it_and_any() {
        let chairs = Category::of("Furniture > Chairs");
        assert_eq!(chairs, Category::of("furniture>CHAIRS"));
        assert_eq!(chairs.depth_below("*"), Some(0));
        assert_eq!(chairs.depth_below("furniture"), Some(1));
        assert_eq!(chairs.depth_below("Furniture>Chairs"), Some(2));
        for elsewhere in ["Furniture > Chairs > Arm Chairs", "Chairs", "Furnit", ""] {
            assert_eq!(chairs.depth_below(elsewhere), None, "{elsewhere}");
        }
        assert!(!Category::of("").is_known());
        assert_eq!(Category::of("").depth_below("*"), Some(0));
    }
}
