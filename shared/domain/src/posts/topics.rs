//! Which walls a post lands on when its author chose none (PRODUCT §3.5).

use std::{collections::HashMap, sync::LazyLock};

use super::{MAX_TOPICS, entities};
use crate::{
    ids::TopicId,
    people::interests::{self, Interest},
};

/// Interests by their id without hyphens, as a hashtag can spell it.
static BY_TAG: LazyLock<HashMap<String, &'static Interest>> = LazyLock::new(|| {
    all()
        .map(|interest| (tag(&interest.id), interest))
        .collect()
});

/// Interests by each of their category paths; of two with the same, the first in the catalogue.
static BY_CATEGORY: LazyLock<HashMap<Vec<String>, &'static Interest>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for interest in all() {
        for path in &interest.categories {
            known.entry(segments(path)).or_insert(interest);
        }
    }
    known
});

fn all() -> impl Iterator<Item = &'static Interest> {
    interests::groups()
        .iter()
        .flat_map(|group| &group.interests)
}

/// The topics that the texts' hashtags name, then those of products' categories, each in the
/// order given and once; at most [`MAX_TOPICS`].
pub fn work_out<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    categories: impl IntoIterator<Item = &'a str>,
) -> Vec<TopicId> {
    let named = texts.into_iter().flat_map(entities::hashtags);
    let named = named.filter_map(|name| BY_TAG.get(&tag(&name)).copied());
    let mut topics = Vec::new();
    for interest in named.chain(categories.into_iter().filter_map(of_category)) {
        if let Some(topic) = TopicId::parse(&interest.id)
            && !topics.contains(&topic)
        {
            topics.push(topic);
        }
        if topics.len() == MAX_TOPICS {
            break;
        }
    }
    topics
}

/// The interest whose category path is the longest beginning of this one; none for a category
/// given as a number.
fn of_category(path: &str) -> Option<&'static Interest> {
    let path = segments(path);
    (1..=path.len())
        .rev()
        .find_map(|length| BY_CATEGORY.get(&path[..length]).copied())
}

fn segments(path: &str) -> Vec<String> {
    path.split('>')
        .map(|segment| segment.trim().to_lowercase())
        .collect()
}

/// What hashtags and ids are compared by.
fn tag(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(text: &str, categories: &[&str]) -> Vec<String> {
        let topics = work_out([text], categories.iter().copied());
        topics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_hashtag_names_a_topic_whatever_its_case_and_hyphens() {
        for text in [
            "#HomeDecor",
            "so nice (#home_decor)!",
            "＃homedecor",
            "a,#HOMEDECOR",
        ] {
            assert_eq!(topics(text, &[]), ["home-decor"], "{text}");
        }
        for text in [
            "homedecor",
            "x#homedecor",
            "&#homedecor",
            "#homedecors",
            "#tea\u{301}m",
            "#tea#",
            "#tea://",
        ] {
            assert_eq!(topics(text, &[]), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_longest_category_decides() {
        let shoes = "Apparel & Accessories > Shoes > Sandals";
        let watches = "apparel & accessories>jewelry>watches";
        assert_eq!(topics("", &[shoes, watches]), ["shoes", "watches"]);
        assert_eq!(
            topics("", &["Apparel & Accessories > Jewelry > Rings"]),
            ["jewelry"]
        );
        assert_eq!(topics("", &["Apparel & Accessories", "1604", ""]), [""; 0]);
    }

    #[test]
    fn hashtags_come_before_categories_each_topic_once_and_five_at_most() {
        let named = "#tea #Coffee #tea";
        assert_eq!(
            topics(named, &["Furniture > Chairs"]),
            ["tea", "coffee", "furniture"]
        );
        let many = "#tea #coffee #bbq #baking #shoes #bags";
        assert_eq!(topics(many, &["Furniture"]).len(), MAX_TOPICS);
    }
}
