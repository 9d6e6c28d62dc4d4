//! Hashtags, mentions and links in what people write, by the twitter-text rules: all scripts,
//! offsets in Unicode code points.
//!
//! Read from left to right by hand: no expression is compiled at a cold start, and none can run
//! away. (The crate `twitter-text` 0.3 knows the rules too, but links the C++ library, which
//! Lambda's runtime has not.) They are found where a text is shown and nothing of them is stored,
//! so that a post stays small and a better rule holds for old posts too.

mod chars;
mod hashtags;
mod links;
mod mentions;

use std::collections::BTreeSet;

/// What part of a text stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A hashtag, without its sign.
    Hashtag(String),
    /// A handle, without its sign: 2 to 20 letters, digits and underscores. Nobody may have it.
    Mention(String),
    /// An address of the web, beginning with `http://` or `https://` whether spelled or not.
    Url(String),
}

/// A marked part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The code point that it begins at, its sign included.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// What it stands for.
    pub meaning: Meaning,
}

/// Every entity of a text, in order; none overlaps another. Links come first: what looks like a
/// hashtag within an address is part of the address.
pub fn of(text: &str) -> Vec<Entity> {
    // Each kind needs one of these signs.
    if !text.contains(['#', '＃', '@', '＠', '.']) {
        return Vec::new();
    }
    let text: Vec<char> = text.chars().collect();
    let links = links::all(&text);
    let apart = |entity: &Entity| {
        let before = links.partition_point(|link| link.end <= entity.start);
        links
            .get(before)
            .is_none_or(|link| link.start >= entity.end)
    };
    let others = hashtags::all(&text).into_iter().chain(mentions::all(&text));
    let mut found: Vec<_> = others.filter(apart).collect();
    found.extend(links.iter().cloned());
    found.sort_by_key(|entity| entity.start);
    found
}

/// The hashtags of a text, without their signs, in order.
pub fn hashtags(text: &str) -> impl Iterator<Item = String> {
    of(text)
        .into_iter()
        .filter_map(|entity| match entity.meaning {
            Meaning::Hashtag(tag) => Some(tag),
            Meaning::Mention(_) | Meaning::Url(_) => None,
        })
}

/// The handles that a text mentions, each once, in lower case.
pub fn mentions(text: &str) -> BTreeSet<String> {
    let mentions = of(text)
        .into_iter()
        .filter_map(|entity| match entity.meaning {
            Meaning::Mention(handle) => Some(handle.to_ascii_lowercase()),
            Meaning::Hashtag(_) | Meaning::Url(_) => None,
        });
    mentions.collect()
}

/// Whether an address follows that is only spelled with its scheme's end.
fn scheme_end(after: &[char]) -> bool {
    after.starts_with(&[':', '/', '/'])
}

#[cfg(test)]
mod tests;
