//! twitter-text's own conformance suite, `extract.yml`, case by case.

use std::{fs, path::PathBuf};

use serde_yaml_ng::Value;

use crate::posts::entities::{Entity, Meaning, of};

/// Sections that are about something else than what is marked here.
const APART: [(&str, &str); 3] = [
    (
        "replies",
        "whom a message is addressed to: a reply names what it answers by its id",
    ),
    ("cashtags", "stock symbols mean nothing in a shop"),
    (
        "cashtags_with_indices",
        "stock symbols mean nothing in a shop",
    ),
];

/// Cases of the section `mentions_or_lists_with_indices` that are about lists: `@user/list` names
/// none here, a list has an id of its own. The mention in it is marked, up to the slash.
const LISTS: [&str; 3] = [
    "Extract a list",
    "Extract a mention and list",
    "Extract a list in the middle of a Japanese tweet",
];

/// The suite: of `SPARK_DATA`, or of the data folder beside the project, if there is one.
fn suite() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where a test's data lies is no configuration"
    )]
    let named = std::env::var("SPARK_DATA").ok();
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    if named.is_none() && !fs::exists(beside).unwrap() {
        return None;
    }
    let root = PathBuf::from(named.unwrap_or_else(|| beside.to_owned()));
    let suite = root.join("strings/twitter-text-conformance/extract.yml");
    Some(fs::read_to_string(suite).unwrap())
}

/// The entities of one kind, with their text as it is spelled, without a sign.
fn spelled(text: &str, kind: fn(&Meaning) -> bool) -> Vec<(String, Entity)> {
    let found = of(text).into_iter().filter(|entity| kind(&entity.meaning));
    let part = |entity: &Entity| {
        let length = entity.end - entity.start;
        let part = text.chars().skip(entity.start).take(length);
        part.collect::<String>()
            .trim_start_matches(['#', '＃', '@', '＠'])
            .to_owned()
    };
    found.map(|entity| (part(&entity), entity)).collect()
}

#[test]
fn every_case_that_is_about_hashtags_mentions_or_links_passes() {
    let Some(suite) = suite() else { return };
    let suite: Value = serde_yaml_ng::from_str(&suite).unwrap();
    let (mut passed, mut failed) = (0, Vec::new());
    for (section, cases) in suite["tests"].as_mapping().unwrap() {
        let section = section.as_str().unwrap();
        if APART.iter().any(|(apart, _)| *apart == section) {
            continue;
        }
        let (kind, name): (fn(&Meaning) -> bool, _) = match section.split('_').next() {
            Some("mentions") => (|what| matches!(what, Meaning::Mention(_)), "screen_name"),
            Some("hashtags") => (|what| matches!(what, Meaning::Hashtag(_)), "hashtag"),
            Some("urls" | "tco") => (|what| matches!(what, Meaning::Url(_)), "url"),
            _ => panic!("a section of another kind: {section}"),
        };
        for case in cases.as_sequence().unwrap() {
            let description = case["description"].as_str().unwrap();
            if LISTS.contains(&description) {
                continue;
            }
            let text = case["text"].as_str().unwrap();
            let found = spelled(text, kind);
            let expected = case["expected"].as_sequence().unwrap();
            let agrees = expected.len() == found.len()
                && expected
                    .iter()
                    .zip(&found)
                    .all(|(expected, (part, entity))| {
                        let Some(indices) = expected["indices"].as_sequence() else {
                            return expected.as_str() == Some(part);
                        };
                        let indices: Vec<_> = indices.iter().filter_map(Value::as_u64).collect();
                        expected[name].as_str() == Some(part)
                            && indices == [entity.start as u64, entity.end as u64]
                    });
            if agrees {
                passed += 1;
            } else {
                failed.push(format!("{section}: {description}: {text:?}\n  {found:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed > 190, "only {passed} cases");
}

#[test]
fn a_mention_is_marked_also_where_a_list_was_meant() {
    let found = spelled("@username/list-name is great", |_| true);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].1.start, found[0].1.end), (0, 9));
}
