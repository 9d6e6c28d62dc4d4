//! The messages of the queues.

use crate::{finding::Finding, house::House};

/// Where messages are defined.
const MESSAGES: &str = "shared/src/queue/messages";

/// Whether a name carries a version: `followed.v1`.
fn versioned(name: &str) -> bool {
    name.rsplit_once(".v")
        .is_some_and(|(_, version)| version.parse::<u32>().is_ok())
}

/// Every message has a frozen sample, which later versions must still be able to read.
pub fn samples(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut named = 0;
    for (file, source) in house.under(MESSAGES) {
        let texts = source.texts.iter().filter(|text| !text.place.test);
        for text in texts.filter(|text| versioned(&text.value)) {
            named += 1;
            let sample = format!("-{}.json", text.value);
            let frozen = house
                .files()
                .any(|file| file.path.starts_with("events/") && file.path.ends_with(&sample));
            if !frozen {
                let what = format!("`{}` has no sample in events/", text.value);
                found.push(Finding::at(&file.path, text.place.line, what));
            }
        }
    }
    if named < 3 {
        found.push(Finding::of(
            MESSAGES,
            format!("only {named} messages are named"),
        ));
    }
    found
}
