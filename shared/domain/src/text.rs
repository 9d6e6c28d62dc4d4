//! Limits of what people write, counted in what they see: grapheme clusters, after NFC.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, WhiteSpace},
};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// How long a text may be.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Least number of grapheme clusters.
    pub min: usize,
    /// Most grapheme clusters.
    pub graphemes: usize,
    /// Most bytes of UTF-8.
    pub bytes: usize,
}

/// A post's text (PRODUCT §3.6).
pub const POST: Limit = Limit {
    min: 0,
    graphemes: 5_000,
    bytes: 20_000,
};
/// A comment's text (ENGAGEMENT 11).
pub const COMMENT: Limit = Limit {
    min: 1,
    graphemes: 1_000,
    bytes: 4_000,
};
/// A display name (PRODUCT §2.2).
pub const DISPLAY_NAME: Limit = Limit {
    min: 1,
    graphemes: 50,
    bytes: 400,
};
/// A bio.
pub const BIO: Limit = Limit {
    min: 0,
    graphemes: 500,
    bytes: 2_000,
};
/// The alternative text of a photo.
pub const ALT: Limit = Limit {
    min: 0,
    graphemes: 500,
    bytes: 2_000,
};

/// What is searched for (FEEDS 4).
pub const QUERY: Limit = Limit {
    min: 1,
    graphemes: 200,
    bytes: 800,
};
/// The question of a poll.
pub const QUESTION: Limit = Limit {
    min: 1,
    graphemes: 300,
    bytes: 1_200,
};
/// An option of a poll.
pub const OPTION: Limit = Limit {
    min: 1,
    graphemes: 100,
    bytes: 400,
};

/// The text in NFC, if it keeps the limit.
///
/// # Errors
/// Says which limit it breaks, for the person who wrote it.
pub fn within(text: &str, limit: Limit) -> Result<String, String> {
    let text: String = text.nfc().collect();
    if text.contains('\0') {
        return Err("must not contain the NUL character".to_owned());
    }
    if text.len() > limit.bytes {
        return Err(format!(
            "is {} bytes long; at most {} are allowed",
            text.len(),
            limit.bytes
        ));
    }
    let graphemes = text.graphemes(true).count();
    if graphemes > limit.graphemes {
        return Err(format!(
            "is {graphemes} characters long; at most {} are allowed",
            limit.graphemes
        ));
    }
    if graphemes < limit.min {
        return Err(format!("needs at least {} character(s)", limit.min));
    }
    if limit.min > 0 && !shows(&text) {
        return Err("shows nothing".to_owned());
    }
    Ok(text)
}

/// Whether a text shows something: a character that is neither space, control nor format, nor one that is drawn as
/// nothing (`Default_Ignorable_Code_Point`, and the blank of Braille).
pub fn shows(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let space = CodePointSetData::new::<WhiteSpace>();
    let category = CodePointMapData::<GeneralCategory>::new();
    text.chars().any(|c| {
        let formats = matches!(
            category.get(c),
            GeneralCategory::Control | GeneralCategory::Format
        );
        !(formats || ignorable.contains(c) || space.contains(c) || c == '\u{2800}')
    })
}

/// The beginning of a text: so many characters at most.
pub fn beginning(text: &str, graphemes: usize) -> String {
    match text.grapheme_indices(true).nth(graphemes) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// As [`within`], for a single line such as a name: no line breaks or other controls, trimmed.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn line(text: &str, limit: Limit) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("must be a single line".to_owned());
    }
    within(text, limit)
}

/// As [`line`], for a name, which is shown amid others' texts: it turns no direction of writing (U+202A-202E,
/// U+2066-2069). Joiners stay, as emoji, Persian and Hindi want them.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn name(text: &str, limit: Limit) -> Result<String, String> {
    if text.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        return Err("must not turn the direction of writing (U+202A-202E, U+2066-2069)".to_owned());
    }
    line(text, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_emoji_is_one_character() {
        let family = "👨‍👩‍👧‍👦";
        assert!(
            within(
                &family.repeat(10),
                Limit {
                    min: 1,
                    graphemes: 10,
                    bytes: 1_000
                }
            )
            .is_ok()
        );
        assert!(
            within(
                &family.repeat(11),
                Limit {
                    min: 1,
                    graphemes: 10,
                    bytes: 1_000
                }
            )
            .is_err()
        );
    }

    #[test]
    fn text_is_kept_in_nfc() {
        assert_eq!(within("e\u{301}", POST).as_deref(), Ok("é"));
    }

    #[test]
    fn a_name_of_spaces_alone_is_empty() {
        assert!(line("  \u{a0} ", DISPLAY_NAME).is_err());
        assert_eq!(line(" Ana ", DISPLAY_NAME).as_deref(), Ok("Ana"));
        assert!(line("A\nB", DISPLAY_NAME).is_err());
    }

    #[test]
    fn what_shows_nothing_is_no_name_and_no_text_that_is_needed() {
        let nothing = [
            "\u{200b}\u{200c}\u{200d}\u{2060}",
            "\u{115f}\u{1160}\u{3164}\u{ffa0}",
            "\u{2800}",
            "\u{ad}\u{ad}",
            "\u{feff}",
            "\u{e0067}\u{e0062}\u{e007f}",
            "\u{3000} \u{2028}",
            "\u{200e}\u{61c}\u{fe0f}",
            "\u{fff9}\u{fffb}",
            "\u{180e}\u{17b4}\u{1d173}",
        ];
        for text in nothing {
            for limit in [DISPLAY_NAME, QUESTION, OPTION] {
                assert!(name(text, limit).is_err(), "{}", text.escape_unicode());
            }
            assert!(!shows(text));
            assert!(within(text, POST).is_ok(), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn joiners_stay_in_names_and_what_turns_them_round_is_refused() {
        for kept in [
            "👩\u{200d}🚀 Ada",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        ] {
            assert_eq!(name(kept, DISPLAY_NAME).as_deref(), Ok(kept));
        }
        for turned in [
            "ana\u{202e}gpj",
            "\u{202a}ana",
            "ana\u{2066}",
            "a\u{2069}na",
        ] {
            assert!(
                name(turned, DISPLAY_NAME).is_err(),
                "{}",
                turned.escape_unicode()
            );
        }
    }
}
