//! Links: addresses of the web, spelled with `http://`, `https://`, or without where the domain is
//! one of plain letters. Each part is read once, or up to the longest that it can be: linear.

use super::{
    Entity, Meaning,
    chars::{
        is_accented_latin, is_at, is_hash, is_host, is_invalid, is_path, is_path_end,
        is_plain_host, is_query, is_query_end,
    },
};

/// The longest label of a domain (RFC 1035 §2.3.4).
const LABEL: usize = 63;
/// A domain of 253 characters has at most this many labels.
const LABELS: usize = 127;
/// The longest top-level domain in a script of its own has 18 characters.
const TOP: usize = 24;
/// The longest address.
const LENGTH: usize = 4_096;
/// The longest path of the shortener `t.co`.
const SHORT: usize = 40;

pub(super) fn all(text: &[char]) -> Vec<Entity> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        at = match link(text, at) {
            Some(Link { end, entity }) => {
                found.extend(entity);
                end.max(at + 1)
            }
            None => at + 1,
        };
    }
    found
}

/// What looks like an address, and the entity if it is one.
struct Link {
    end: usize,
    entity: Option<Entity>,
}

fn link(text: &[char], start: usize) -> Option<Link> {
    let before = start.checked_sub(1).map(|at| text[at]);
    if before.is_some_and(joins) {
        return None;
    }
    let rest = &text[start..];
    let scheme = scheme(rest);
    let domain = match scheme {
        0 if before.is_some_and(joins_plain) => return None,
        0 => domain(rest, is_plain_host, |_| false)?,
        _ => domain(&rest[scheme..], is_host, |c| c == '_')?,
    };
    let host = scheme + domain;
    let mut length = host + port(&rest[host..]);
    length += path(&rest[length..]);
    length += query(&rest[length..]);
    let end = start + length;
    let ascii = is_domain(&rest[scheme..host]);
    if !ascii || length > LENGTH {
        return Some(Link { end, entity: None });
    }
    let Some(length) = shortened(&rest[..length], scheme, host) else {
        return Some(Link { end, entity: None });
    };
    let spelled: String = rest[..length].iter().collect();
    let url = match scheme {
        0 => format!("https://{spelled}"),
        _ => spelled,
    };
    Some(Link {
        end,
        entity: Some(Entity {
            start,
            end: start + length,
            meaning: Meaning::Url(url),
        }),
    })
}

/// Whether an address after this character is within a word, a hashtag, a mention or a price.
fn joins(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_at(c) || is_hash(c) || c == '$' || is_invalid(c)
}

/// As [`joins`], for an address without a scheme.
fn joins_plain(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '/') || is_accented_latin(c)
}

/// The length of `http://` or `https://`; 0 where there is none.
fn scheme(text: &[char]) -> usize {
    let begins = |word: &str| {
        let mut read = text.iter();
        word.chars().all(|c| {
            read.next()
                .is_some_and(|read| read.eq_ignore_ascii_case(&c))
        })
    };
    let known = ["https://", "http://"];
    known
        .into_iter()
        .find(|word| begins(word))
        .map_or(0, str::len)
}

/// The length of a domain: labels that end with a full stop, then a top-level domain; as many
/// labels as can be. Only the last before the top-level domain must do without `sub`.
fn domain(text: &[char], part: impl Fn(char) -> bool, sub: impl Fn(char) -> bool) -> Option<usize> {
    let (mut at, mut ends) = (0, Vec::new());
    while ends.len() < LABELS {
        let is_part = |c: &&char| part(**c) || **c == '-' || sub(**c);
        let length = text[at..]
            .iter()
            .take(LABEL + 1)
            .take_while(is_part)
            .count();
        let label = &text[at..at + length];
        let edges = |c: Option<&char>| c.is_some_and(|c| part(*c));
        let good = length <= LABEL && edges(label.first()) && edges(label.last());
        if !good || text.get(at + length) != Some(&'.') {
            break;
        }
        at += length + 1;
        ends.push((at, label.iter().any(|c| sub(*c))));
    }
    let names = ends.into_iter().rev().filter(|(_, is_sub)| !is_sub);
    let mut domains = names.filter_map(|(end, _)| top(&text[end..]).map(|length| end + length));
    domains.next()
}

/// The length of the top-level domain that a text begins with.
fn top(text: &[char]) -> Option<usize> {
    let stops = |end: usize| {
        let next = text.get(end).copied();
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-'))
    };
    let plain = |c: &&char| c.is_ascii_alphanumeric() || **c == '-';
    let length = text.iter().take(LABEL + 1).take_while(plain).count();
    let spelled: String = text[..length].iter().collect();
    if stops(length) && tld::exist_case_insensitive(&spelled) {
        return Some(length);
    }
    let own = text.iter().take(TOP).take_while(|c| is_host(**c)).count();
    (1..=own).rev().find(|length| {
        let name: String = text[..*length]
            .iter()
            .flat_map(|c| c.to_lowercase())
            .collect();
        !name.is_ascii()
            && stops(*length)
            && idna::punycode::encode_str(&name)
                .is_some_and(|encoded| tld::exist(&format!("xn--{encoded}")))
    })
}

/// Whether a domain can be looked up (UTS 46, and RFC 1035's lengths).
fn is_domain(domain: &[char]) -> bool {
    let domain: String = domain.iter().collect();
    idna::domain_to_ascii(&domain)
        .is_ok_and(|ascii| ascii.len() <= 253 && ascii.split('.').all(|label| label.len() <= LABEL))
}

/// The length of `:8080`.
fn port(text: &[char]) -> usize {
    let digits = |text: &[char]| text.iter().take_while(|c| c.is_ascii_digit()).count();
    match text.split_first() {
        Some((':', rest)) if digits(rest) > 0 => 1 + digits(rest),
        _ => 0,
    }
}

/// The length of `/and/what/follows`, up to a character that a path may end with.
fn path(text: &[char]) -> usize {
    if text.first() != Some(&'/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(c) = text.get(at) {
        if *c == '(' {
            match parentheses(&text[at..], 1) {
                Some(length) => at += length,
                None => break,
            }
            end = at;
        } else if is_path(*c) {
            at += 1;
            if is_path_end(*c) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// The length of `(something)`, with one more pair within if `deeper`.
fn parentheses(text: &[char], deeper: usize) -> Option<usize> {
    let run = |from: usize| text[from..].iter().take_while(|c| is_path(**c)).count();
    let mut at = 1 + run(1);
    let mut empty = at == 1;
    if deeper > 0 && text.get(at) == Some(&'(') {
        at += parentheses(&text[at..], deeper - 1)?;
        at += run(at);
        empty = false;
    }
    (!empty && text.get(at) == Some(&')')).then_some(at + 1)
}

/// The length of `?what=asked`, up to a character that a query may end with.
fn query(text: &[char]) -> usize {
    if text.first() != Some(&'?') {
        return 0;
    }
    let asked = text[1..].iter().take_while(|c| is_query(**c)).count();
    let end = text[1..=asked].iter().rposition(|c| is_query_end(*c));
    end.map_or(0, |end| end + 2)
}

/// The length of an address of `t.co`, whose paths are plain and short; of any other as it is.
/// None for a path that is too long to be one.
fn shortened(url: &[char], scheme: usize, host: usize) -> Option<usize> {
    let is_short = scheme > 0
        && url[scheme..host]
            .iter()
            .map(char::to_ascii_lowercase)
            .eq("t.co".chars());
    if !is_short || url.get(host) != Some(&'/') {
        return Some(url.len());
    }
    let slug = url[host + 1..]
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric())
        .count();
    match slug {
        0 => Some(url.len()),
        1..=SHORT => Some(host + 1 + slug + query(&url[host + 1 + slug..])),
        _ => None,
    }
}
