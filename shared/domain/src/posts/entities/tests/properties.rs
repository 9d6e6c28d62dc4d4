//! What holds of any text.

use proptest::prelude::*;

use crate::posts::entities::{Entity, Meaning, of};

/// Text made of what the rules look for, so that they meet; or of anything.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "#",
        "＃",
        "@",
        "＠",
        "http://",
        "HTTPS://",
        "t.co/",
        "example",
        ".com",
        ".",
        "みんな",
        "é",
        "e\u{301}",
        "日本",
        "/",
        "(",
        ")",
        "?",
        "=",
        "_",
        "-",
        " ",
        "\n",
        "RT",
        "👨‍👩‍👧",
        "\u{fe0f}",
        "\u{202a}",
        "ش",
        "٣",
        "7",
        "a",
        "xn--",
        ":8080",
        "&",
        "…",
    ];
    let woven = prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40);
    prop_oneof![woven.prop_map(|pieces| pieces.concat()), any::<String>()]
}

/// The part of a text that an entity marks.
fn part(text: &str, entity: &Entity) -> String {
    let length = entity.end - entity.start;
    text.chars().skip(entity.start).take(length).collect()
}

proptest! {
    #[test]
    fn entities_are_in_order_apart_and_within_the_text(text in text()) {
        let length = text.chars().count();
        let mut last = 0;
        for entity in of(&text) {
            prop_assert!(entity.start >= last && entity.end > entity.start && entity.end <= length);
            last = entity.end;
        }
    }

    #[test]
    fn an_entity_says_what_the_text_says(text in text()) {
        for entity in of(&text) {
            let part = part(&text, &entity);
            match &entity.meaning {
                Meaning::Hashtag(tag) => prop_assert_eq!(part.trim_start_matches(['#', '＃']), tag),
                Meaning::Mention(name) => prop_assert_eq!(part.trim_start_matches(['@', '＠']), name),
                Meaning::Url(url) => prop_assert!(
                    *url == part || *url == format!("https://{part}"), "{} {}", url, part
                ),
            }
        }
    }

    #[test]
    fn what_was_marked_is_marked_again_alone(text in text()) {
        for entity in of(&text) {
            let part = part(&text, &entity);
            let alone = of(&part);
            prop_assert_eq!(alone.len(), 1, "{} in {}", part, text);
            prop_assert_eq!(&alone[0].meaning, &entity.meaning);
        }
    }

    #[test]
    fn an_address_of_the_web_begins_with_its_scheme(text in text()) {
        for entity in of(&text) {
            if let Meaning::Url(url) = entity.meaning {
                let scheme = url.split("://").next().unwrap_or_default().to_ascii_lowercase();
                prop_assert!(scheme == "http" || scheme == "https", "{}", url);
            }
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what this is about"
)]
fn the_longest_text_is_read_in_no_time_whatever_it_is_made_of() {
    let pieces = [
        "http://あ.",
        "あ.",
        "a.",
        "a.co/(",
        "a.co/!",
        "http://",
        "#",
        "@",
        "(",
        "x",
        "http://a.co?a",
        "あ",
        "xn--",
    ];
    for piece in pieces {
        let text = piece.repeat(20_000 / piece.len());
        let started = std::time::Instant::now();
        of(&text);
        // Some milliseconds in a debug build: a hundred times that would be a loop in a loop.
        let took = started.elapsed();
        assert!(took.as_millis() < 1_000, "{piece}: {took:?}");
    }
}
