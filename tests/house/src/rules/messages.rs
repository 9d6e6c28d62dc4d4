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
        for attribute in source.attributes.iter().filter(|one| one.path == "serde") {
            for (_, name) in attribute.values.iter().filter(|(_, name)| versioned(name)) {
                named += 1;
                let sample = format!("-{name}.json");
                let frozen = house
                    .files()
                    .any(|file| file.path.starts_with("events/") && file.path.ends_with(&sample));
                if !frozen {
                    let what = format!("`{name}` has no sample in events/");
                    found.push(Finding::at(&file.path, attribute.place.line, what));
                }
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
