//! Hashtags: `#` and a word of any script with at least one letter.

use super::{
    Entity, Meaning,
    chars::{is_hash, is_letter, is_tag},
    scheme_end,
};

pub(super) fn all(text: &[char]) -> Vec<Entity> {
    let signs = text.iter().enumerate().filter(|(_, c)| is_hash(**c));
    signs.filter_map(|(at, _)| hashtag(text, at)).collect()
}

fn hashtag(text: &[char], start: usize) -> Option<Entity> {
    let (before, after) = (&text[..start], &text[start + 1..]);
    if before.last().is_some_and(|c| joins(*c)) {
        return None;
    }
    // A sign that is drawn as an emoji or a key.
    if matches!(after.first(), Some('\u{fe0f}' | '\u{20e3}')) {
        return None;
    }
    let length = after.iter().take_while(|c| is_tag(**c)).count();
    let (tag, rest) = after.split_at(length);
    let ends = !rest.first().is_some_and(|c| is_hash(*c)) && !scheme_end(rest);
    (ends && tag.iter().any(|c| is_letter(*c))).then(|| Entity {
        start,
        end: start + 1 + length,
        meaning: Meaning::Hashtag(tag.iter().collect()),
    })
}

/// Whether a sign after this character is within a word. A selector of emoji variants is a mark,
/// but no part of a word.
fn joins(c: char) -> bool {
    (is_tag(c) || c == '&') && !matches!(c, '\u{fe0e}' | '\u{fe0f}')
}
