//! Whom to suggest: people who chose the same interests.

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Profile;
use crate::{
    feeds::Following,
    ids::{TopicId, UserId},
    shown::{Onlooker, Shown},
};

/// Somebody who shares interests, and which.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Who.
    pub profile: Shown<Profile>,
    /// What is shared; never empty.
    pub shared: BTreeSet<TopicId>,
}

/// A suggestion's place: most shared first, then the latest to join, then by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank(Reverse<usize>, Reverse<Timestamp>, UserId);

impl Suggestion {
    /// Where it stands among all.
    pub fn rank(&self) -> Rank {
        let joined_at = self.profile.joined_at;
        Rank(
            Reverse(self.shared.len()),
            Reverse(joined_at),
            self.profile.id.clone(),
        )
    }
}

/// Those who share an interest with `me` and are not followed yet, in the order of their places.
pub fn suggest(
    me: &Profile,
    onlooker: &Onlooker,
    following: &Following,
    candidates: impl IntoIterator<Item = Profile>,
) -> Vec<Suggestion> {
    let mut suggestions: Vec<_> = candidates
        .into_iter()
        .filter(|profile| profile.id != me.id && !following.has(&profile.id))
        .filter(|profile| onlooker.wants(&profile.id))
        .map(|profile| Suggestion {
            shared: &profile.interests & &me.interests,
            profile: Shown::by_rule(profile),
        })
        .filter(|suggestion| !suggestion.shared.is_empty())
        .collect();
    suggestions.sort_by_cached_key(Suggestion::rank);
    suggestions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Handle, Rules, interests};

    fn profile(id: &str, interests: std::ops::Range<usize>, joined: i64) -> Profile {
        let all = interests::groups()
            .iter()
            .flat_map(|group| &group.interests);
        let chosen = all.skip(interests.start).take(interests.len());
        Profile::new(
            UserId::parse(id).unwrap(),
            Handle::parse(id).unwrap(),
            id.to_owned(),
            chosen.filter_map(|i| TopicId::parse(&i.id)).collect(),
            Timestamp::from_second(joined).unwrap(),
        )
    }

    #[test]
    fn most_shared_comes_first_and_neither_oneself_nor_whom_one_follows_nor_strangers() {
        let me = profile("ana", 0..6, 1);
        let followed = UserId::parse("followed").unwrap();
        let rules = Rules {
            mutes: [UserId::parse("muted").unwrap().hash()].into(),
            ..Rules::default()
        };
        let onlooker = Onlooker::new(me.id.clone(), rules);
        let candidates = [
            profile("ana", 0..6, 1),
            profile("two", 4..9, 1),
            profile("late", 4..9, 2),
            profile("six", 0..6, 1),
            profile("followed", 0..6, 1),
            profile("muted", 0..6, 1),
            profile("stranger", 6..11, 1),
        ];
        let suggested = suggest(
            &me,
            &onlooker,
            &Following::from_iter([followed]),
            candidates,
        );
        let names: Vec<_> = suggested.iter().map(|s| s.profile.id.as_str()).collect();
        assert_eq!(names, ["six", "late", "two"]);
        assert_eq!(suggested[1].shared.len(), 2);
    }
}
