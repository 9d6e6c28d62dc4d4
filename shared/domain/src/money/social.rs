//! Accounts with other networks (MONEY 1-5): which networks, what an account is, and how it is known to be somebody's.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long whoever goes to a network has to come back, and then to hand in the code (MONEY 1, 2).
pub const WAIT: SignedDuration = SignedDuration::from_mins(10);
/// How long a code in a profile proves an account (MONEY 5).
pub const PROOF: SignedDuration = SignedDuration::from_hours(72);
/// The longest handle that is taken, in characters.
const LONGEST: usize = 100;

/// A network on which people have accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// YouTube: a channel.
    Youtube,
    /// X, which the API calls by its old name.
    Twitter,
    /// Facebook: a Page.
    Facebook,
    /// Instagram: a professional account.
    Instagram,
}

impl Network {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Youtube,
        Self::Twitter,
        Self::Facebook,
        Self::Instagram,
    ];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Youtube => "youtube",
            Self::Twitter => "twitter",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
        }
    }

    /// That which is called so.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An account as its network tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The network's id of it.
    pub id: String,
    /// As it is called.
    pub name: String,
    /// What its address is made of, without `@`.
    pub handle: SocialHandle,
    /// How many follow it; `None` where that is hidden.
    pub audience: Option<u64>,
}

/// A handle on a network, without `@`: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocialHandle(String);

impl SocialHandle {
    /// Reads a handle, with `@` or without.
    ///
    /// # Errors
    /// Says what is wrong, for the person who sent it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text);
        let length = text.chars().count();
        if !(1..=LONGEST).contains(&length) || text.chars().any(char::is_control) {
            return Err(format!("must be 1 to {LONGEST} characters"));
        }
        // In an address these lead elsewhere, however they are written.
        if text.chars().all(|c| c == '.') {
            return Err("is no handle".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is unique by on its network.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// How an account is known to be somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifiedBy {
    /// They signed in to it.
    Oauth,
    /// They put a code into its profile.
    Bio,
}

impl VerifiedBy {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::Bio => "bio",
        }
    }
}

/// An account that is linked: one a person and network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Where.
    pub provider: Network,
    /// The network's id of it; `None` where a profile proved it, which tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// As it is called.
    pub name: String,
    /// What its address is made of.
    pub handle: SocialHandle,
    /// How many follow it; `None` where nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// How it is known to be theirs.
    pub verified_by: VerifiedBy,
    /// When it was linked, or read anew.
    pub linked_at: Timestamp,
}

impl Linked {
    /// An account to which its owner signed in.
    pub fn signed_in(provider: Network, told: Told, now: Timestamp) -> Self {
        Self {
            provider,
            account: Some(told.id),
            name: told.name,
            handle: told.handle,
            audience: told.audience,
            verified_by: VerifiedBy::Oauth,
            linked_at: now,
        }
    }

    /// An account whose profile shows the code.
    pub fn shown(provider: Network, handle: SocialHandle, now: Timestamp) -> Self {
        Self {
            provider,
            account: None,
            name: handle.as_str().to_owned(),
            handle,
            audience: None,
            verified_by: VerifiedBy::Bio,
            linked_at: now,
        }
    }

    /// Whether this is the same account as another of its network: by the id where both have one, else by the handle.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.account, &other.account) {
            (Some(mine), Some(other)) => mine == other,
            _ => self.handle.folded() == other.handle.folded(),
        }
    }

    /// By what the account is claimed: by its handle, and by its id where it is known (MONEY 3).
    pub fn claims(&self) -> Vec<String> {
        let handle = Some(format!("@{}", self.handle.folded()));
        let id = self.account.as_ref().map(|id| format!("id:{id}"));
        handle.into_iter().chain(id).collect()
    }
}

/// What is to be put into a profile, so that it proves whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Of this account.
    pub handle: SocialHandle,
    /// This.
    pub code: String,
    /// Until then.
    pub ends_at: Timestamp,
}

impl Proof {
    /// A proof asked for now, by these random bits, of which 80 count: `spark-` and 16 digits of Crockford's base 32.
    pub fn of_random(handle: SocialHandle, random: u128, now: Timestamp) -> Self {
        let digits = super::Account::of_random(random);
        Self {
            handle,
            code: format!("spark-{digits}"),
            ends_at: now.saturating_add(PROOF).unwrap_or(Timestamp::MAX),
        }
    }

    /// Whether a page shows the code.
    pub fn is_on(&self, page: &[u8]) -> bool {
        let code = self.code.as_bytes();
        page.windows(code.len()).any(|shown| shown == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_the_same_with_an_at_sign_or_without_and_whatever_its_case() {
        let folded = |text: &str| SocialHandle::parse(text).map(|handle| handle.folded());
        assert_eq!(folded(" @Ana.Makes "), folded("ana.makes"));
        assert_eq!(folded("ÄNA"), Ok("äna".to_owned()));
        for none in ["", "@", "a\nb", ".", "..", &"x".repeat(101)] {
            assert!(folded(none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn an_account_that_was_signed_in_to_is_claimed_by_its_id_too() {
        let handle = SocialHandle::parse("Ana").unwrap();
        let told = Told {
            id: "7".to_owned(),
            name: "Ana".to_owned(),
            handle: handle.clone(),
            audience: Some(1),
        };
        let now = Timestamp::UNIX_EPOCH;
        let signed_in = Linked::signed_in(Network::Twitter, told.clone(), now);
        let shown = Linked::shown(Network::Twitter, handle, now);
        assert_eq!(signed_in.claims(), ["@ana", "id:7"]);
        assert_eq!(shown.claims(), ["@ana"]);
        assert!(shown.is_same(&signed_in));
        let other = Told {
            id: "8".to_owned(),
            ..told
        };
        assert!(!signed_in.is_same(&Linked::signed_in(Network::Twitter, other, now)));
    }

    #[test]
    fn a_code_is_found_wherever_it_stands_on_a_page() {
        let handle = SocialHandle::parse("ana").unwrap();
        let proof = Proof::of_random(handle, 7, Timestamp::UNIX_EPOCH);
        assert_eq!(proof.code, "spark-0000000000000007");
        assert!(proof.is_on(b"<p>Hi! spark-0000000000000007</p>"));
        assert!(!proof.is_on(b"<p>spark-000000000000000</p>"));
    }
}
