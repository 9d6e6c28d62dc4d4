//! Limits of what people write, counted in what they see: grapheme clusters, after NFC.

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
    Ok(text)
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
}
