//! The words that texts are found by (FEEDS 6): by UAX 29, in whatever case and with whatever accents they are written.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a word that count: what is longer is cut, in texts and in what is looked for alike.
const LONGEST: usize = 32;
/// A word of fewer letters ends with an `s` of its own.
const PLURAL: usize = 4;

/// Scripts that are written without spaces, or whose words change at their ends: cut into pairs of letters. Lao, Thai,
/// Burmese, Hangul, Khmer, kana and Han.
const UNSPACED: [(char, char); 13] = [
    ('\u{e00}', '\u{eff}'),
    ('\u{1000}', '\u{109f}'),
    ('\u{1100}', '\u{11ff}'),
    ('\u{1780}', '\u{17ff}'),
    ('\u{3005}', '\u{3007}'),
    ('\u{3040}', '\u{30ff}'),
    ('\u{3130}', '\u{318f}'),
    ('\u{31f0}', '\u{31ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7af}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{20000}', '\u{3ffff}'),
];

/// Marks that words can do without: accents, the vowels that Hebrew and Arabic leave out, and what chooses how a sign is
/// drawn. Those of other scripts make other words.
const ACCENTS: [(char, char); 10] = [
    ('\u{300}', '\u{36f}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{5bf}', '\u{5c7}'),
    ('\u{610}', '\u{61a}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{fe20}', '\u{fe2f}'),
];

fn is_of(c: char, ranges: &[(char, char)]) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&c))
}

/// Whether words of this letter's script are told by pairs of letters.
fn is_unspaced(c: char) -> bool {
    c >= UNSPACED[0].0 && is_of(c, &UNSPACED)
}

/// The words of these texts, in order, each once, up to so many. None holds a `#` or a space.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut words = Vec::new();
    for text in texts {
        let text = folded(text);
        for word in all(&text) {
            if words.len() >= most {
                return words;
            }
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

/// A text as words are compared: NFKC, without case, accents and apostrophes.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('\'', "");
    }
    let lower = text.nfkc().flat_map(char::to_lowercase);
    let bare = lower.nfd().filter(|c| !is_of(*c, &ACCENTS));
    let mut folded = String::with_capacity(text.len());
    for c in bare.nfc() {
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' => {}
            '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            _ => folded.push(c),
        }
    }
    folded
}

/// Every word of a folded text, in order.
fn all(text: &str) -> impl Iterator<Item = String> {
    let mut runs: Vec<(usize, &str, bool)> = Vec::new();
    for (at, segment) in text.unicode_word_indices() {
        // A mark goes with what is before it, be that a space.
        let word = segment.trim_start_matches(|c: char| !c.is_alphanumeric());
        let (at, segment) = (at + segment.len() - word.len(), word);
        let unspaced = segment.chars().all(is_unspaced);
        match runs.last_mut() {
            Some((start, run, true)) if unspaced && *start + run.len() == at => {
                *run = &text[*start..at + segment.len()];
            }
            _ => runs.push((at, segment, unspaced)),
        }
    }
    runs.into_iter().flat_map(|(_, run, unspaced)| {
        if unspaced {
            pairs(run)
        } else {
            vec![singular(run)]
        }
    })
}

/// A run of letters by its pairs; a letter alone is itself.
fn pairs(run: &str) -> Vec<String> {
    let letters: Vec<char> = run.chars().collect();
    match letters.as_slice() {
        [_] => vec![run.to_owned()],
        letters => letters
            .windows(2)
            .map(|pair| pair.iter().collect())
            .collect(),
    }
}

/// A word without the `s` of a plural, cut to its length.
fn singular(word: &str) -> String {
    let end = word
        .char_indices()
        .nth(LONGEST)
        .map_or(word.len(), |(at, _)| at);
    let word = &word[..end];
    let bare = word.strip_suffix('s').filter(|bare| !bare.ends_with('s'));
    let bare = bare.filter(|_| word.chars().count() >= PLURAL);
    bare.unwrap_or(word).to_owned()
}

/// Whether a word, as it is looked for, may be the beginning of others: from three letters on, where words have ends.
pub(super) fn may_begin(word: &str) -> bool {
    word.chars().nth(2).is_some() && !word.chars().all(is_unspaced)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<String> {
        words([text], usize::MAX)
    }

    #[test]
    fn a_word_is_the_same_however_it_is_written() {
        for (texts, word) in [
            (&["Café", "CAFE\u{301}", "cafés", "ｃａｆｅ"][..], "cafe"),
            (&["Mug", "mugs", "MUG'S", "mug’s"], "mug"),
            (&["L’Oréal", "l'oreal", "LOREAL"], "loreal"),
            (&["STRASSE", "Straße"], "strasse"),
            (&["Ørsted", "ORSTED", "ørsted"], "orsted"),
            (&["Łódź", "lodz"], "lodz"),
            (&["İstanbul", "istanbul", "ISTANBUL"], "istanbul"),
            (&["ΟΔΟΣ", "οδός"], "οδοσ"),
            (&["ﬁlter", "Filters"], "filter"),
            (&["ЁЛКА", "ёлка", "елка"], "елка"),
            (&["סֵפֶר", "ספר"], "ספר"),
            (&["كِتَاب", "كتاب"], "كتاب"),
        ] {
            for text in texts {
                assert_eq!(of(text), [word], "{text}");
            }
        }
    }

    #[test]
    fn an_s_that_is_no_plurals_stays_and_marks_that_make_other_words_stay() {
        for word in ["glass", "gas", "bus", "s"] {
            assert_eq!(of(word), [word]);
        }
        assert_eq!(of("dress dresses"), ["dress", "dresse"]);
        assert_ne!(of("क"), of("कु"));
        assert_ne!(of("か"), of("が"));
    }

    #[test]
    fn a_text_is_cut_where_words_end() {
        for (text, words) in [
            (
                "Rosso Espresso Cup, Red (70 ml)",
                &["rosso", "espresso", "cup", "red", "70", "ml"][..],
            ),
            ("#HomeDecor @ana_b", &["homedecor", "ana_b"]),
            ("T-shirt 3.5", &["t", "shirt", "3.5"]),
            ("the cat, the CAT", &["the", "cat"]),
            ("", &[]),
            ("!? 😀 — ", &[]),
        ] {
            assert_eq!(of(text), words, "{text}");
        }
        assert_eq!(
            words(["one two", "two three four"], 3),
            ["one", "two", "three"]
        );
    }

    #[test]
    fn what_is_written_without_spaces_is_told_by_pairs() {
        for (text, words) in [
            ("珈琲豆", &["珈琲", "琲豆"][..]),
            ("茶 mug", &["茶", "mug"]),
            ("ｺｰﾋｰ", &["コー", "ーヒ", "ヒー"]),
            ("緑茶と茶碗", &["緑茶", "茶と", "と茶", "茶碗"]),
            ("커피잔", &["커피", "피잔"]),
        ] {
            assert_eq!(of(text), words, "{text}");
        }
        assert!(of("กาแฟสด").iter().all(|pair| pair.chars().count() == 2));
    }

    #[test]
    fn from_three_letters_on_a_word_may_begin_others() {
        for (word, may) in [("es", false), ("esp", true), ("éte", true), ("珈琲", false)] {
            assert_eq!(may_begin(word), may, "{word}");
        }
    }

    #[test]
    fn each_word_of_a_text_is_told_once_and_fits_a_key() {
        let words = of(include_str!("../../data/categories.tsv"));
        assert!(words.len() > 1_000, "{}", words.len());
        let different: BTreeSet<_> = words.iter().collect();
        assert_eq!(different.len(), words.len());
        assert!(words.iter().all(|word| fits(word)));
        assert_eq!(of(&"x".repeat(20_000)), ["x".repeat(LONGEST)]);
    }

    fn fits(word: &str) -> bool {
        let length = word.chars().count();
        (1..=LONGEST).contains(&length) && !word.contains([' ', '#', '\0', '\n'])
    }

    proptest! {
        #[test]
        fn whatever_is_written_its_words_fit_keys_and_are_their_own_words(text in "\\PC{0,60}") {
            for word in of(&text) {
                prop_assert!(fits(&word), "{:?}", word);
                prop_assert!(!word.contains(char::is_whitespace), "{:?}", word);
            }
        }

        #[test]
        fn case_and_composition_change_no_word(text in "[a-zà-ÿα-ωа-яÀ-Ý ]{0,40}") {
            let words = of(&text);
            prop_assert_eq!(&of(&text.nfd().collect::<String>()), &words);
            prop_assert_eq!(&of(&text.nfc().collect::<String>()), &words);
            prop_assert_eq!(&of(&text.to_uppercase()), &words);
        }

        #[test]
        fn a_word_of_a_text_is_found_in_it_by_itself(text in "[a-z0-9éß ]{0,40}") {
            let words = of(&text);
            for word in text.split_whitespace() {
                let alone = of(word);
                prop_assert!(alone.iter().all(|word| words.contains(word)), "{word}");
            }
        }
    }
}
