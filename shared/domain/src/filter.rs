//! The store's filter (ENGAGEMENT 38): what is looked for in every text that others are to read, before it is written.
//!
//! Words and phrases are compared as Unicode compares identifiers (`NFKC_Casefold`), blanks as one blank, and are found
//! between bounds of words: where UAX #29 has one, and wherever either side is neither letter, digit nor mark, so that
//! `word.other` and `word_other` hold two. A last `*` stands for any rest.

use std::collections::BTreeMap;

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// A list has at most this many entries.
pub const MOST: usize = 5_000;
/// An entry has at most this many bytes, as it is sent.
pub const MOST_BYTES: usize = 100;

/// What the store lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    /// With any of these a text is refused.
    #[serde(default)]
    pub refuse: Vec<String>,
    /// With any of these it is held back until a moderator has looked at it.
    #[serde(default)]
    pub hold: Vec<String>,
}

/// Whether something can be an entry of a list.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(entry: &str) -> Result<(), String> {
    if entry.len() > MOST_BYTES {
        return Err(format!(
            "is {} bytes long; at most {MOST_BYTES} are allowed",
            entry.len()
        ));
    }
    let (text, _) = entry_of(entry);
    if text.is_empty() {
        return Err("has nothing to look for".to_owned());
    }
    Ok(())
}

/// What comes of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screened<F> {
    /// Nothing that is listed is in them.
    Pass,
    /// These fields hold what the store refuses.
    Refuse(Vec<F>),
    /// These hold what a moderator has to look at first, and none what is refused.
    Hold(Vec<F>),
}

impl<F> Screened<F> {
    /// Whether it is to be held back.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Hold(_))
    }

    /// The fields that are refused, of something that can be held back.
    pub fn refused(self) -> Vec<F> {
        match self {
            Self::Refuse(fields) => fields,
            Self::Pass | Self::Hold(_) => Vec::new(),
        }
    }

    /// The fields that are refused, where nothing can be held back: those with what is held too.
    pub fn unheld(self) -> Vec<F> {
        match self {
            Self::Pass => Vec::new(),
            Self::Refuse(fields) | Self::Hold(fields) => fields,
        }
    }
}

/// The lists, made ready to be looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    refuse: Phrases,
    hold: Phrases,
}

impl From<&Lists> for Filter {
    fn from(lists: &Lists) -> Self {
        Self {
            refuse: Phrases::new(&lists.refuse),
            hold: Phrases::new(&lists.hold),
        }
    }
}

impl Filter {
    /// Looks through texts, each with the field that it is of.
    pub fn screen<'t, F>(&self, texts: impl IntoIterator<Item = (F, &'t str)>) -> Screened<F> {
        let (mut refused, mut held) = (Vec::new(), Vec::new());
        for (field, text) in texts {
            if self.refuse.is_empty() && self.hold.is_empty() {
                continue;
            }
            let text = Text::new(text);
            if self.refuse.are_in(&text) {
                refused.push(field);
            } else if self.hold.are_in(&text) {
                held.push(field);
            }
        }
        match (refused.is_empty(), held.is_empty()) {
            (false, _) => Screened::Refuse(refused),
            (true, false) => Screened::Hold(held),
            (true, true) => Screened::Pass,
        }
    }
}

/// What is looked for, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Phrases(Vec<Phrase>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    text: String,
    /// Whether any rest of a word may follow.
    open: bool,
    /// The place of the longest other one that it begins with.
    within: Option<usize>,
}

impl Phrases {
    fn new(entries: &[String]) -> Self {
        let mut texts: BTreeMap<String, bool> = BTreeMap::new();
        for entry in entries {
            let (text, open) = entry_of(entry);
            if !text.is_empty() {
                *texts.entry(text).or_default() |= open;
            }
        }
        let mut phrases: Vec<Phrase> = Vec::with_capacity(texts.len());
        for (text, open) in texts {
            let mut within = phrases.len().checked_sub(1);
            while let Some(before) = within.and_then(|place| phrases.get(place)) {
                if text.starts_with(&before.text) {
                    break;
                }
                within = before.within;
            }
            phrases.push(Phrase { text, open, within });
        }
        Self(phrases)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn are_in(&self, text: &Text) -> bool {
        text.bounds.iter().any(|&start| self.begins(text, start))
    }

    /// Whether one stands in a text from there on. Whichever the rest of the text begins with, the last that is not
    /// behind that rest in order begins with it too.
    fn begins(&self, text: &Text, start: usize) -> bool {
        let Some(rest) = text.folded.get(start..) else {
            return false;
        };
        let behind = self.0.partition_point(|phrase| *phrase.text <= *rest);
        let mut place = behind.checked_sub(1);
        while let Some(phrase) = place.and_then(|place| self.0.get(place)) {
            let end = start + phrase.text.len();
            if rest.starts_with(&phrase.text)
                && (phrase.open || text.bounds.binary_search(&end).is_ok())
            {
                return true;
            }
            place = phrase.within;
        }
        false
    }
}

/// An entry, folded, without its last `*`, and whether it has one.
fn entry_of(entry: &str) -> (String, bool) {
    let folded = folded(entry);
    match folded.strip_suffix('*') {
        Some(text) => (text.to_owned(), true),
        None => (folded, false),
    }
}

/// A text that is looked through.
struct Text {
    folded: String,
    /// Where words may begin and end, in order.
    bounds: Vec<usize>,
}

impl Text {
    fn new(text: &str) -> Self {
        let folded = folded(text);
        let mut bounds = vec![0];
        for (at, segment) in folded.split_word_bound_indices() {
            bounds.push(at);
            let after = segment.char_indices().zip(segment.char_indices().skip(1));
            let apart = after.filter(|((_, c), (_, next))| !(is_of_word(*c) && is_of_word(*next)));
            bounds.extend(apart.map(|(_, (within, _))| at + within));
        }
        bounds.push(folded.len());
        bounds.dedup();
        Self { folded, bounds }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// A text as it is compared: `NFKC_Casefold` (Unicode, section 3.13), save for the few letters whose folding is not
/// that of their capital; every run of blanks is one, and none is at either end.
fn folded(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let plain = text.nfkc().filter(|c| !ignorable.contains(*c));
    // A capital may have another capital than its small letter has: that of ẞ is ẞ, that of ß is SS.
    let cased = plain.flat_map(char::to_lowercase);
    let cased = cased.flat_map(char::to_uppercase);
    let cased = cased.flat_map(char::to_lowercase);
    let folded: String = cased.nfkc().collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(refuse: &[&str], hold: &[&str]) -> Filter {
        let owned = |list: &[&str]| list.iter().map(|entry| (*entry).to_owned()).collect();
        Filter::from(&Lists {
            refuse: owned(refuse),
            hold: owned(hold),
        })
    }

    fn refuses(entry: &str, text: &str) -> bool {
        filter(&[entry], &[]).screen([((), text)]) != Screened::Pass
    }

    #[test]
    fn a_word_is_found_between_its_bounds_alone() {
        for text in [
            "scam",
            "A scam!",
            "(scam)",
            "scam.now",
            "no_scam_here",
            "SCAM",
            "\tscam\n",
            "non-scam",
            "scam🙂",
            "ｓｃａｍ",
            "sc\u{ad}am",
            "𝐬𝐜𝐚𝐦",
        ] {
            assert!(refuses("scam", text), "{text:?}");
        }
        for text in [
            "scams",
            "ascam",
            "sca m",
            "scam2",
            "scámx",
            "scam\u{308}",
            "",
            " ",
            "s.c.a.m",
        ] {
            assert!(!refuses("scam", text), "{text:?}");
        }
    }

    #[test]
    fn a_phrase_is_found_whatever_its_case_and_blanks() {
        for text in [
            "Get RICH   quick",
            "get\nrich\u{a0}QUICK.",
            "to get rich quick-ly",
        ] {
            assert!(refuses(" get  rich\tquick ", text), "{text:?}");
        }
        for text in ["get rich quickly", "forget rich quick", "get richquick"] {
            assert!(!refuses("get rich quick", text), "{text:?}");
        }
    }

    #[test]
    fn a_last_star_stands_for_any_rest_and_no_other_does() {
        for text in ["scam", "Scammers", "a scam's", "scam42"] {
            assert!(refuses("scam*", text), "{text:?}");
        }
        assert!(!refuses("scam*", "ascam"));
        assert!(!refuses("s*m", "scam") && refuses("s*m", "an s*m"));
        assert!(refuses("buy now*", "Buy nowhere") && !refuses("buy now", "Buy nowhere"));
        // The same word with and without: the wider counts, in whichever order.
        for entries in [["scam", "scam*"], ["scam*", "scam"]] {
            let found = filter(&entries, &[]).screen([("/text", "scams")]);
            assert_eq!(found, Screened::Refuse(vec!["/text"]));
        }
    }

    #[test]
    fn what_is_folded_alike_is_the_same_in_every_script() {
        for (entry, text) in [
            ("STRASSE", "Große Straße"),
            ("strasse", "STRA\u{1e9e}E"),
            ("ΟΔΟΣ", "η οδος μου"),
            ("赌博", "网上赌博网站"),
            ("ﬁsh", "FISH"),
            ("Ⅳ", "iv"),
            ("$$$", "Earn $$$!"),
            ("caf\u{e9}", "CAFE\u{301}"),
        ] {
            assert!(refuses(entry, text), "{entry:?} in {text:?}");
        }
    }

    #[test]
    fn what_is_refused_is_told_by_its_field_and_goes_before_what_is_held() {
        let filter = filter(&["bad"], &["odd"]);
        let screen = |texts: &[(&'static str, &str)]| filter.screen(texts.iter().copied());
        assert_eq!(screen(&[("/a", "good"), ("/b", "fine")]), Screened::Pass);
        let held = screen(&[("/a", "odd"), ("/b", "fine"), ("/c", "odd")]);
        assert_eq!(held, Screened::Hold(vec!["/a", "/c"]));
        assert!(held.holds() && held.clone().refused().is_empty());
        assert_eq!(held.unheld(), ["/a", "/c"]);
        let refused = screen(&[("/a", "odd"), ("/b", "bad odd"), ("/c", "bad")]);
        assert_eq!(refused, Screened::Refuse(vec!["/b", "/c"]));
        assert!(!refused.holds());
        assert_eq!(refused.clone().refused(), ["/b", "/c"]);
        assert_eq!(refused.unheld(), ["/b", "/c"]);
        assert!(screen(&[]).unheld().is_empty());
    }

    #[test]
    fn an_entry_looks_for_something_and_is_no_longer_than_it_may_be() {
        for good in ["a", "*a", "**", " x ", &"é".repeat(50)] {
            assert_eq!(check(good), Ok(()), "{good:?}");
        }
        for bad in ["", " ", "*", " * ", "\u{ad}", &"é".repeat(51)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    /// Looked for one by one, as the rules say it.
    fn naive(entries: &[String], text: &str) -> bool {
        let text = Text::new(text);
        entries.iter().any(|entry| {
            let (entry, open) = entry_of(entry);
            let starts = text.folded.match_indices(&entry).map(|(at, _)| at);
            // Those that overlap too.
            let starts = starts.chain(text.bounds.iter().copied());
            let mut starts = starts.filter(|at| text.folded[*at..].starts_with(&entry));
            !entry.is_empty()
                && starts.any(|at| {
                    let ends = open || text.bounds.contains(&(at + entry.len()));
                    text.bounds.contains(&at) && ends
                })
        })
    }

    proptest! {
        #[test]
        fn all_entries_together_find_what_each_finds(
            entries in proptest::collection::vec("[ab. ]{0,4}\\*?", 0..8),
            text in "[ab._ ]{0,12}",
        ) {
            let lists = Lists { refuse: entries.clone(), hold: Vec::new() };
            let found = Filter::from(&lists).screen([((), text.as_str())]);
            prop_assert_eq!(found != Screened::Pass, naive(&entries, &text));
        }

        #[test]
        fn any_text_is_screened_and_found_in_itself(text in "\\PC{0,40}", other in "\\PC{0,40}") {
            prop_assume!(check(&text).is_ok() && !folded(&text).ends_with('*'));
            prop_assert!(refuses(&text, &text));
            let beside = format!("{other}, {text}; {other}");
            prop_assert!(refuses(&text, &beside), "{:?}", beside);
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(&folded(&once), &once);
        }
    }
}
