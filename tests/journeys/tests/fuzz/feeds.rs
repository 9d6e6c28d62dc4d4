//! Product feeds.

use catalogue::{feed::Feed, reviews::Reviews};
use shared::seal::People;

use crate::{fuzz, mutated};

const DEMO: &str = include_str!("../../../../infra/local/demo/products.tsv");

fn samples() -> Vec<Vec<u8>> {
    let head: Vec<_> = DEMO.split_inclusive('\n').take(4).collect();
    let quoted = "\u{feff}id\ttitle\tlink\tavailability\tprice\r\n\"1\"\t\"a\t\"\"b\"\"\nc\"\thttps://s.example\tin stock\t1,299.00 EUR\r\n";
    let rss = "<?xml version=\"1.0\"?><rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\
        <title>S</title><item><g:id>1</g:id><title><![CDATA[a]]></title><link>https://s.example</link>\
        <g:availability>in stock</g:availability><g:price>$2,030</g:price></item>\
        <entry><id>2</id><link href='https://s.example/?a&amp;b'/></entry></channel></rss>";
    vec![head.concat().into_bytes(), quoted.into(), rss.into()]
}

/// What is said of a file that comes in steps of so many bytes.
fn read(bytes: &[u8], step: usize) -> Vec<String> {
    let mut feed = Feed::default();
    let mut said = Vec::new();
    for part in bytes.chunks(step) {
        feed.push(part);
        said.extend(feed.by_ref().map(|line| format!("{line:?}")));
    }
    feed.end();
    said.extend(feed.map(|line| format!("{line:?}")));
    said
}

#[test]
fn any_bytes_are_read_as_a_feed_the_same_however_they_are_cut() {
    let words: Vec<&[u8]> = vec![
        b"<",
        b">",
        b"</item>",
        b"<item>",
        b"<!--",
        b"]]>",
        b"&#x",
        b"\t",
        b"\n",
        b"\r\n",
        b"\"",
        b"\"\"",
        b"\xFF",
        b"\xE2\x80",
    ];
    fuzz(
        &(mutated(samples(), words), 1..50_usize),
        |(bytes, step)| {
            assert_eq!(read(&bytes, step), read(&bytes, 1 << 20));
        },
    );
}

#[test]
fn any_bytes_are_read_as_reviews() {
    let good = br#"{"review_id":"r1","customer":"ana","product_id":"mug","rating":5,"written_at":"2026-01-02T03:04:05Z"}"#;
    let words: Vec<&[u8]> = vec![b"\n", b"\"", b"\\u", b"{", b"9", b"\xFF"];
    let samples = vec![[&good[..], b"\n", &good[..]].concat()];
    fuzz(&mutated(samples, words), |bytes| {
        let mut reviews = Reviews::by(People::new("https://issuer.test", "key"));
        reviews.push(&bytes);
        reviews.end();
        for entry in reviews {
            assert_eq!(
                entry.found.is_ok(),
                entry.found.is_ok_and(|r| (1..=5).contains(&r.rating))
            );
        }
    });
}
