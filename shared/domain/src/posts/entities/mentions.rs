//! Mentions: `@` and what can be a handle.

use super::{
    Entity, Meaning,
    chars::{is_accented_latin, is_at},
    scheme_end,
};

/// As long as a handle may be.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=20;

pub(super) fn all(text: &[char]) -> Vec<Entity> {
    let signs = text.iter().enumerate().filter(|(_, c)| is_at(**c));
    signs.filter_map(|(at, _)| mention(text, at)).collect()
}

fn mention(text: &[char], start: usize) -> Option<Entity> {
    let (before, after) = (&text[..start], &text[start + 1..]);
    let in_word = before.last().is_some_and(|c| joins(*c));
    if in_word && !is_retweet(before) {
        return None;
    }
    let length = after.iter().take_while(|c| is_name(**c)).count();
    let (name, rest) = after.split_at(length);
    let next = rest.first().copied();
    let ends = !next.is_some_and(|c| is_at(c) || is_accented_latin(c)) && !scheme_end(rest);
    (ends && LENGTH.contains(&length)).then(|| Entity {
        start,
        end: start + 1 + length,
        meaning: Meaning::Mention(name.iter().collect()),
    })
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn joins(c: char) -> bool {
    is_name(c) || is_at(c) || matches!(c, '!' | '#' | '$' | '%' | '&' | '*')
}

/// `RT@somebody`, as old habits have it.
fn is_retweet(before: &[char]) -> bool {
    let [rest @ .., r, t] = before else {
        return false;
    };
    let apart = rest
        .last()
        .is_none_or(|c| !is_name(*c) && !matches!(c, '+' | '~' | '.' | '-'));
    r.eq_ignore_ascii_case(&'r') && t.eq_ignore_ascii_case(&'t') && apart
}
