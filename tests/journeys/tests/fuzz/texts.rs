//! What people write: hashtags, mentions and links in it, and the addresses that links lead to.

use domain::{
    posts::{
        Link,
        entities::{self, Meaning},
    },
    text,
};
use proptest::prelude::*;

use crate::{fuzz, mutated};

const TEXTS: [&str; 4] = [
    "Which #Tea for this, @ben? See www.example.com/a_(b)?c=d#e, or http://日本.jp.",
    "＃日本語ハッシュタグ。 #سیاست #வணக்கம் ✌️#tag #il·lusió RT@ana f@@kn",
    "http://t.co/abc-def https://foo.com:80/p/(a(b)) x.みんなです xn--ls8h.la 👨‍👩‍👧#ok",
    "Cafe\u{301} \u{202a}foobar.پاکستان/\u{202c} e\u{301}.com a.b.c.d.co.uk/?q=",
];

const WORDS: [&[u8]; 14] = [
    b"#",
    b"@",
    b".",
    b"/",
    b"://",
    b"http://",
    b".com",
    b"(",
    b")",
    b"?",
    b"\xcc\x81",
    b"\xef\xb8\x8f",
    b"\xe2\x80\x8d",
    b"xn--",
];

fn texts() -> impl Strategy<Value = String> {
    let samples = TEXTS.map(|text| text.as_bytes().to_vec());
    mutated(samples.to_vec(), WORDS.to_vec())
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn entities_of_any_text_are_in_order_within_it_and_say_what_it_says() {
    fuzz(&texts(), |text| {
        let Ok(text) = text::within(&text, text::POST) else {
            return;
        };
        assert_eq!(
            text::within(&text, text::POST).as_ref(),
            Ok(&text),
            "kept as it is"
        );
        let (code_points, mut last) = (text.chars().collect::<Vec<_>>(), 0);
        for entity in entities::of(&text) {
            assert!(entity.start >= last && entity.end > entity.start, "{text}");
            last = entity.end;
            let part: String = code_points[entity.start..entity.end].iter().collect();
            match entity.meaning {
                Meaning::Hashtag(said) | Meaning::Mention(said) => {
                    assert_eq!(part.chars().skip(1).collect::<String>(), said);
                }
                Meaning::Url(url) => assert!(url.ends_with(&part), "{url} {part}"),
            }
        }
    });
}

#[test]
fn any_address_is_refused_or_kept_and_then_kept_again_as_it_is() {
    fuzz(&texts(), |text| {
        if let Ok(link) = Link::parse(&text) {
            assert!(link.url.starts_with("http://") || link.url.starts_with("https://"));
            assert_eq!(Link::parse(&link.url), Ok(link));
        }
    });
}
