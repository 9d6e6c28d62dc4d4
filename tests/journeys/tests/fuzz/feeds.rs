//! Product feeds.

use catalogue::feed::Feed;

use crate::{fuzz, mutated};

const DEMO: &str = include_str!("../../../../infra/local/demo/products.tsv");

fn samples() -> Vec<Vec<u8>> {
    let head: Vec<_> = DEMO.split_inclusive('\n').take(4).collect();
    let quoted = "\u{feff}id\ttitle\tlink\tavailability\tprice\r\n\"1\"\t\"a\t\"\"b\"\"\nc\"\thttps://s.example\tin stock\t1,299.00 EUR\r\n";
    vec![head.concat().into_bytes(), quoted.into()]
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
    let words: Vec<&[u8]> = vec![b"\t", b"\n", b"\r\n", b"\"", b"\"\"", b"\xFF", b"\xE2\x80"];
    fuzz(
        &(mutated(samples(), words), 1..50_usize),
        |(bytes, step)| {
            assert_eq!(read(&bytes, step), read(&bytes, 1 << 20));
        },
    );
}
