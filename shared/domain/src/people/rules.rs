//! What a person may not do, whom they do not see and who does not see them: read with every call.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::ids::{PersonHash, UserId};

/// A person blocks at most this many, and mutes at most this many.
pub const MOST: u64 = 5_000;

/// A person's rules, as they stood when a call began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whom they block.
    pub blocks: HashSet<PersonHash>,
    /// Who blocks them: told nowhere.
    pub blocked_by: HashSet<PersonHash>,
    /// Whom they mute.
    pub mutes: HashSet<PersonHash>,
    /// How often a block was put or taken away on either side: a follow stands on it.
    pub version: u64,
    /// Until when they are suspended; kept when that is over.
    pub suspended_until: Option<Timestamp>,
    /// Which version of the store's terms they accepted last.
    pub terms_version: Option<String>,
}

impl Rules {
    /// Whether neither of the two sees the other.
    pub fn part_from(&self, other: &UserId) -> bool {
        if self.blocks.is_empty() && self.blocked_by.is_empty() {
            return false;
        }
        let hash = other.hash();
        self.blocks.contains(&hash) || self.blocked_by.contains(&hash)
    }

    /// Whether they block the other, whatever the other does.
    pub fn blocks(&self, other: &UserId) -> bool {
        self.blocks.contains(&other.hash())
    }

    /// Whether they do not want to come across the other.
    pub fn mute(&self, other: &UserId) -> bool {
        !self.mutes.is_empty() && self.mutes.contains(&other.hash())
    }

    /// Whether the one of this hash is somebody whom they do not come across.
    pub fn keep_out(&self, other: PersonHash) -> bool {
        [&self.blocks, &self.blocked_by, &self.mutes]
            .iter()
            .any(|people| people.contains(&other))
    }

    /// How many people stand in them.
    pub fn len(&self) -> usize {
        self.blocks.len() + self.blocked_by.len() + self.mutes.len()
    }

    /// Whether nobody does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_parts_both_and_a_mute_is_ones_own() {
        let (ben, cleo, dora) = ["ben", "cleo", "dora"]
            .map(|id| UserId::parse(id).unwrap())
            .into();
        let rules = Rules {
            blocks: [ben.hash()].into(),
            blocked_by: [cleo.hash()].into(),
            mutes: [dora.hash()].into(),
            version: 2,
            ..Rules::default()
        };
        assert_eq!(
            [&ben, &cleo, &dora].map(|who| (
                rules.part_from(who),
                rules.blocks(who),
                rules.mute(who)
            )),
            [
                (true, true, false),
                (true, false, false),
                (false, false, true)
            ]
        );
        assert_eq!((rules.len(), rules.is_empty()), (3, false));
        assert!(!Rules::default().part_from(&ben) && Rules::default().is_empty());
    }
}
