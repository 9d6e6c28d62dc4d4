//! Keys of what things are found by.

use domain::{
    feeds::{
        Findable, FindableKind,
        search::{Lookup, RowPlace},
    },
    ids::{PostId, ProductId, UserId},
};
use jiff::Timestamp;

use super::Key;

/// Words lie together by so many of their first letters.
const TOGETHER: usize = 3;
/// What ages are counted down from, in seconds since 1970: the year 2286.
const FAR_OFF: i64 = 9_999_999_999;
/// What ranks are counted down from.
const HIGHEST: u8 = 99;

/// A thing at a word that it is found by: those liked most first, of these the newest.
pub fn found_by(thing: &Findable, word: &str, bucket: u8, since: Timestamp) -> Key {
    let rank = HIGHEST.saturating_sub(bucket);
    let age = FAR_OFF.saturating_sub(since.as_second()).clamp(0, FAR_OFF);
    Key::new(
        findable_by(thing.kind(), word),
        format!("{word}#{rank:02}#{age:010}#{}", thing.id()),
    )
}

/// The collection of what is found by words that begin as this one does.
pub fn findable_by(kind: FindableKind, word: &str) -> String {
    let first: String = word.chars().take(TOGETHER).collect();
    match kind {
        FindableKind::Product => format!("FIND#product#{first}"),
        FindableKind::Person => format!("FIND#person#{first}"),
        FindableKind::Post => format!("FIND#post#{first}"),
    }
}

/// Between which sort keys lies what is found by a word.
pub fn looked_up(lookup: &Lookup) -> (String, String) {
    let word = &lookup.word;
    if lookup.open {
        (word.clone(), format!("{word}{}", char::MAX))
    } else {
        // What comes after `#`.
        (format!("{word}#"), format!("{word}$"))
    }
}

/// Reads where a thing stands at a word.
pub fn parse_found_by(sk: &str) -> Option<RowPlace> {
    let mut parts = sk.splitn(4, '#').skip(1);
    Some(RowPlace {
        rank: parts.next()?.parse().ok()?,
        age: parts.next()?.parse().ok()?,
        id: parts.next()?.to_owned(),
    })
}

/// By what a thing is found.
pub fn wording(thing: &Findable) -> Key {
    match thing {
        Findable::Product(product) => wording_of_product(product),
        Findable::Person(person) => wording_of_person(person),
        Findable::Post(post) => wording_of_post(*post),
    }
}

/// By what a product is found.
pub fn wording_of_product(product: &ProductId) -> Key {
    Key::new(format!("FOUND#product#{product}"), FOUND)
}

/// By what a person is found.
pub fn wording_of_person(person: &UserId) -> Key {
    Key::new(format!("FOUND#person#{person}"), FOUND)
}

/// By what a post is found.
pub fn wording_of_post(post: PostId) -> Key {
    Key::new(format!("FOUND#post#{post}"), FOUND)
}

/// The sort key of that.
const FOUND: &str = "WORDS";

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(word: &str, open: bool) -> (String, String) {
        let word = word.to_owned();
        looked_up(&Lookup { word, open })
    }

    #[test]
    fn a_word_is_found_whole_or_with_all_that_it_begins_whole_words_first() {
        let at = |word: &str| {
            let thing = Findable::parse("product:SPK#1").unwrap();
            found_by(&thing, word, 3, Timestamp::UNIX_EPOCH).sk
        };
        let words = ["mug", "mug_a", "mugful", "muggy", "muh"];
        let keys = words.map(at);
        let mut sorted = keys.clone();
        sorted.sort();
        assert_eq!(sorted[0], keys[0]);
        let within = |(from, to): (String, String)| {
            let keys = keys.iter().filter(|key| (&from..=&to).contains(key));
            keys.count()
        };
        assert_eq!(within(lookup("mug", false)), 1);
        assert_eq!(within(lookup("mug", true)), 4);
    }

    #[test]
    fn the_liked_and_the_new_come_first_and_the_place_can_be_read() {
        let thing = Findable::parse("product:SPK#1").unwrap();
        let at = |bucket, second| {
            let since = Timestamp::from_second(second).unwrap();
            found_by(&thing, "mug", bucket, since).sk
        };
        let keys = [at(64, 5), at(3, 9), at(3, 8), at(0, 100), at(0, -5)];
        assert!(keys.is_sorted(), "{keys:?}");
        let place = parse_found_by(&keys[1]).unwrap();
        assert_eq!((place.rank, place.id.as_str()), (96, "SPK#1"));
    }
}
