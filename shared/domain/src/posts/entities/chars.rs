//! The classes of characters that the rules are made of.

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// A letter or a mark of any script.
pub(super) fn is_letter(c: char) -> bool {
    let group = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Mark);
    group.contains(category(c))
}

/// What a hashtag may consist of: letters, marks, decimal digits, and what words of some scripts
/// are joined or abbreviated with.
pub(super) fn is_tag(c: char) -> bool {
    is_letter(c)
        || category(c) == GeneralCategory::DecimalNumber
        || matches!(
            c,
            '_' | '\u{200c}'
                | '\u{200d}'
                | '\u{a67e}'
                | '\u{5be}'
                | '\u{5f3}'
                | '\u{5f4}'
                | '\u{ff5e}'
                | '\u{301c}'
                | '\u{309b}'
                | '\u{309c}'
                | '\u{30a0}'
                | '\u{30fb}'
                | '\u{3003}'
                | '\u{f0b}'
                | '\u{f0c}'
                | '\u{b7}'
        )
}

/// `#`, as wide as it comes.
pub(super) fn is_hash(c: char) -> bool {
    matches!(c, '#' | '＃')
}

/// `@`, as wide as it comes.
pub(super) fn is_at(c: char) -> bool {
    matches!(c, '@' | '＠')
}

/// Latin letters with accents, and accents that combine with them.
pub(super) fn is_accented_latin(c: char) -> bool {
    matches!(c,
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}'
        | '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}'
        | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}' | '\u{28b}' | '\u{2bb}'
        | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// Marks that turn the direction of writing.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What no text should hold: a byte order mark and its mirror, and U+FFFF.
pub(super) fn is_invalid(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

/// What the name of a host may consist of, `-` and `_` apart: anything but ASCII's punctuation,
/// spaces, and marks of direction.
pub(super) fn is_host(c: char) -> bool {
    !c.is_ascii_punctuation()
        && !c.is_whitespace()
        && !c.is_control()
        && c != '\u{180e}'
        && !is_directional(c)
        && !is_invalid(c)
}

/// What the name of a host that is spelled without a scheme may consist of, `-` apart.
pub(super) fn is_plain_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_accented_latin(c)
}

/// What a path may consist of, balanced parentheses apart.
pub(super) fn is_path(c: char) -> bool {
    is_path_end(c)
        || matches!(
            c,
            '!' | '*'
                | '\''
                | ';'
                | ':'
                | ','
                | '.'
                | '$'
                | '%'
                | '['
                | ']'
                | '\u{2013}'
                | '~'
                | '@'
                | '|'
                | '&'
        )
}

/// What a path may end with: a full stop after it belongs to the sentence.
pub(super) fn is_path_end(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '+' | '-' | '=' | '_' | '#' | '/' | '\u{400}'..='\u{4ff}')
        || is_accented_latin(c)
}

/// What a query may consist of.
pub(super) fn is_query(c: char) -> bool {
    is_query_end(c)
        || matches!(
            c,
            '!' | '?'
                | '*'
                | '\''
                | '@'
                | '('
                | ')'
                | ';'
                | ':'
                | '+'
                | '$'
                | '%'
                | '['
                | ']'
                | '.'
                | ','
                | '~'
                | '|'
        )
}

/// What a query may end with.
pub(super) fn is_query_end(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '&' | '=' | '#' | '/')
}
