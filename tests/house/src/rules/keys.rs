//! The prefixes of keys.

use std::collections::BTreeSet;

use crate::{finding::Finding, house::House};

/// Where keys are made.
const KEYS: &str = "shared/src/keys/";
/// The list of access patterns, which says what their keys look like.
const PATTERNS: &str = "shared/src/store/patterns.rs";

/// The prefixes that a text holds: upper-case words, with dashes, before a `#`.
fn prefixes_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('#').filter_map(|(end, _)| {
        let word = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'-';
        let before = &text.as_bytes()[..end];
        let start = end - before.iter().rev().take_while(|byte| word(byte)).count();
        let whole = !before[..start]
            .last()
            .is_some_and(u8::is_ascii_alphanumeric);
        let prefix = &text[start..end];
        (whole && prefix.len() > 1 && prefix.starts_with(|c: char| c.is_ascii_uppercase()))
            .then_some(prefix)
    })
}

/// A prefix is spelled in one place, so that no two items can come to share it.
pub fn prefixes(house: &House) -> Vec<Finding> {
    let texts = |keys: bool| {
        house
            .deployed()
            .filter(move |(file, _)| file.path.starts_with(KEYS) == keys)
            .filter(|(file, _)| file.path != PATTERNS)
            .flat_map(|(file, source)| source.texts.iter().map(move |text| (file, text)))
            .filter(|(_, text)| !text.place.test)
    };
    let known: BTreeSet<_> = texts(true)
        .flat_map(|(_, text)| prefixes_in(&text.value))
        .collect();
    if known.len() < 10 {
        return vec![Finding::of(KEYS, format!("it spells only {known:?}"))];
    }
    let mut found = Vec::new();
    for (file, text) in texts(false) {
        if let Some(prefix) = prefixes_in(&text.value).find(|prefix| known.contains(prefix)) {
            let what = format!("`{prefix}#` is spelled outside of {KEYS}");
            found.push(Finding::at(&file.path, text.place.line, what));
        }
    }
    found
}
