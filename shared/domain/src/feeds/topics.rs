//! Topics by name (FEEDS 6): they are few, and known.

use super::search::Query;
use crate::{ids::TopicId, people::interests};

/// The topics whose names have all the words that are looked for: those that have the last one whole first, in the order of
/// the catalogue.
pub fn topics_named(query: &Query) -> Vec<TopicId> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    let named = all.filter_map(|interest| {
        let begun = query.reads(&[&interest.name, &interest.id])?;
        Some((begun, TopicId::parse(&interest.id)?))
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(begun, _)| *begun);
    named.into_iter().map(|(_, topic)| topic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let topics = topics_named(&Query::parse(text).unwrap()).into_iter();
        topics.map(|topic| topic.to_string()).collect()
    }

    #[test]
    fn a_topic_is_found_by_its_name_or_its_id_and_what_begins_so_comes_after() {
        for text in ["coffee", "COFFEE", "coff"] {
            assert!(named(text).contains(&"coffee".to_owned()), "{text}");
        }
        assert!(named("home decor").contains(&"home-decor".to_owned()));
        assert_eq!(named("no such topic"), [""; 0]);
        let all: Vec<_> = interests::groups()
            .iter()
            .flat_map(|group| &group.interests)
            .map(|interest| interest.id.clone())
            .collect();
        for id in &all {
            assert!(named(&id.replace('-', " ")).contains(id), "{id}");
        }
    }
}
