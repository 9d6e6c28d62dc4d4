//! The catalogue of interests: data, read once from `shared/domain/data/interests.json`.

use std::{collections::HashMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::ids::TopicId;

/// Joining takes, and unfollowing leaves, at least this many interests (PRODUCT §2.2).
pub const MINIMUM: usize = 5;

/// The catalogue holds at most this many: whoever leaves is taken from under each in one transaction, which holds 100
/// writes, up to 27 of their profile and of what their feed went by among them.
pub const MOST: usize = 70;

/// A group of interests, as onboarding shows them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Kebab-case id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// In the order to show.
    pub interests: Vec<Interest>,
}

/// One interest, which is also a topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Interest {
    /// Kebab-case id, the topic's id too.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Google product category paths whose products belong to it.
    pub categories: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let read = serde_json::from_str::<File>(include_str!("../../data/interests.json"));
    read.map(|file| file.groups).unwrap_or_default()
});

static BY_ID: LazyLock<HashMap<&'static str, &'static Interest>> = LazyLock::new(|| {
    GROUPS
        .iter()
        .flat_map(|g| &g.interests)
        .map(|i| (i.id.as_str(), i))
        .collect()
});

/// All groups, in the order to show.
pub fn groups() -> &'static [Group] {
    &GROUPS
}

/// The interest of that id.
pub fn find(id: &str) -> Option<&'static Interest> {
    BY_ID.get(id).copied()
}

impl TopicId {
    /// A topic of the catalogue; `None` when there is no such.
    pub fn parse(id: &str) -> Option<Self> {
        find(id).map(|interest| Self(interest.id.clone()))
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        find(&self.0).map_or(self.0.as_str(), |interest| interest.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn joining_with_all_interests_of_the_catalogue_fits_one_transaction() {
        let all: usize = groups().iter().map(|group| group.interests.len()).sum();
        assert!((MINIMUM..=MOST).contains(&all), "{all} interests");
    }

    #[test]
    fn the_catalogue_has_at_least_forty_interests_each_with_categories_and_an_id_of_its_own() {
        let all: Vec<_> = groups().iter().flat_map(|g| &g.interests).collect();
        assert!(all.len() >= 40, "{}", all.len());
        assert!(groups().len() >= 5);
        let ids: HashSet<_> = all.iter().map(|i| &i.id).collect();
        assert_eq!(ids.len(), all.len());
        for interest in all {
            assert!(!interest.categories.is_empty(), "{}", interest.id);
            assert!(
                interest
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
    }

    #[test]
    fn only_what_is_in_the_catalogue_is_a_topic() {
        assert!(TopicId::parse(&groups()[0].interests[0].id).is_some());
        assert_eq!(TopicId::parse("no-such-topic"), None);
    }
}
