//! Whom a reader follows, as their feed goes by it (FEEDS 1): by a hash where posts are pushed to them, by name where
//! they are pulled.

use std::collections::{BTreeSet, HashSet};

use crate::ids::{PersonHash, UserId};

/// A person follows at most this many.
pub const MOST_FOLLOWED: u64 = 7_500;

/// So many of an author's latest posts are delivered to whoever begins to have them pushed (FEEDS 1).
pub const BACK_FILL: usize = 40;

/// Whom a reader follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Following {
    /// Those whose posts are delivered to the reader's timeline.
    pub pushed: BTreeSet<PersonHash>,
    /// Those whose latest posts are looked up when the reader asks.
    pub pulled: BTreeSet<UserId>,
}

impl Following {
    /// Whether the reader follows this author.
    pub fn has(&self, author: &UserId) -> bool {
        self.pulled.contains(author) || self.pushed.contains(&author.hash())
    }

    /// What stands for each of them: a timeline says no more of an author.
    pub fn hashes(&self) -> HashSet<PersonHash> {
        let pulled = self.pulled.iter().map(UserId::hash);
        self.pushed.iter().copied().chain(pulled).collect()
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.pushed.len() + self.pulled.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.pushed.is_empty() && self.pulled.is_empty()
    }
}

/// Those are pulled: nothing is known of how posts of a new followee come.
impl FromIterator<UserId> for Following {
    fn from_iter<T: IntoIterator<Item = UserId>>(authors: T) -> Self {
        Self {
            pushed: BTreeSet::new(),
            pulled: authors.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_pushed_or_pulled_is_followed_and_nobody_else() {
        let [ana, ben, cleo] = ["ana", "ben", "cleo"].map(|id| UserId::parse(id).unwrap());
        let following = Following {
            pushed: [ana.hash()].into(),
            pulled: [ben.clone()].into(),
        };
        assert_eq!(
            [&ana, &ben, &cleo].map(|author| following.has(author)),
            [true, true, false]
        );
        assert_eq!(following.hashes(), [ana.hash(), ben.hash()].into());
        assert_eq!((following.len(), following.is_empty()), (2, false));
        assert!(Following::default().is_empty());
    }
}
