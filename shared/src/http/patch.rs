//! RFC 7396 merge patches: a field that is absent is kept, one that is null is cleared.

use serde::{Deserialize, Deserializer};

/// One field of a merge patch; needs `#[serde(default)]`, and for the API's description
/// `#[schema(value_type = Option<…>)]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not named: stays as it is.
    #[default]
    Keep,
    /// Named as null: is removed.
    Clear,
    /// Replaced.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Set(value),
            None => Self::Clear,
        })
    }
}

impl<T> Patch<T> {
    /// The field after the patch, given what it was.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Whether the field was not named.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Profile {
        #[serde(default)]
        bio: Patch<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_told_apart() {
        let bio = |json: &str| serde_json::from_str::<Profile>(json).unwrap().bio;
        assert_eq!(bio("{}"), Patch::Keep);
        assert_eq!(bio(r#"{"bio": null}"#), Patch::Clear);
        assert_eq!(bio(r#"{"bio": "hi"}"#), Patch::Set("hi".to_owned()));
        assert_eq!(Patch::Keep.apply(Some(1)), Some(1));
        assert_eq!(Patch::Clear.apply(Some(1)), None);
        assert_eq!(Patch::Set(2).apply(Some(1)), Some(2));
    }
}
