//! What things are called: one type an id, so that none is taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ulid::DecodeError;

            /// Only the canonical spelling is an id: 26 upper-case Crockford digits.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = Ulid::from_string(text)?;
                if id.to_string() == text { Ok(Self(id)) } else { Err(ulid::DecodeError::InvalidChar) }
            }
        }
    };
}

ulid_id!(
    /// A post.
    PostId
);
ulid_id!(
    /// A photo, from its upload ticket on.
    PhotoId
);

/// A person: the `sub` of their tokens, 1 to 128 characters without `#` or controls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// A subject as an id, if it is one that a key can hold.
    pub fn parse(sub: &str) -> Option<Self> {
        let fits = !sub.is_empty()
            && sub.chars().count() <= 128
            && !sub.chars().any(|c| c == '#' || c.is_control());
        fits.then(|| Self(sub.to_owned()))
    }

    /// The subject.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A product: the `id` of its line in the store's feed, 1 to 50 characters
/// (Google Merchant's limit), printable, without spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(String);

impl ProductId {
    /// A product id as the feed or an app spells it.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = !id.is_empty()
            && id.chars().count() <= 50
            && !id.chars().any(|c| c.is_control() || c.is_whitespace());
        fits.then(|| Self(id.to_owned()))
    }

    /// The id as the store spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A review: the store's own id of it, 1 to 128 characters without `#` or controls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(String);

impl ReviewId {
    /// A review's id, if it is one that a key can hold.
    pub fn parse(id: &str) -> Option<Self> {
        UserId::parse(id).map(|UserId(id)| Self(id))
    }

    /// The id as the store spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A topic, which is an interest: the id of an entry of the interests catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicId(pub(crate) String);

impl TopicId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = PostId(Ulid::from_parts(1_700_000_000_000, 7));
        assert_eq!(id.to_string().parse::<PostId>().ok(), Some(id));
        assert!(id.to_string().to_lowercase().parse::<PostId>().is_err());
        assert!("not-an-id".parse::<PostId>().is_err());
    }

    #[test]
    fn a_subject_cannot_forge_a_key() {
        assert!(UserId::parse("ana").is_some());
        for forged in ["", "ana#PROFILE", "a\u{0}", &"x".repeat(129)] {
            assert_eq!(UserId::parse(forged), None, "{forged:?}");
        }
    }
}
