//! What is said of items: no ignored tests, no allowed lints, a reason for each expected one.

use crate::{finding::Finding, house::House, source::Attribute};

fn attributes(house: &House, wrong: impl Fn(&Attribute) -> bool, what: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in house.rust() {
        for attribute in source.attributes.iter().filter(|one| wrong(one)) {
            found.push(Finding::at(&file.path, attribute.place.line, what));
        }
    }
    found
}

/// Ignored tests rot.
pub fn no_ignored_test(house: &House) -> Vec<Finding> {
    let ignored = |attribute: &Attribute| attribute.path == "ignore";
    attributes(house, ignored, "a test is ignored")
}

/// A lint that is expected, and is not there any more, says so; one that is allowed does not.
pub fn no_allow(house: &House) -> Vec<Finding> {
    let allowed = |attribute: &Attribute| attribute.path == "allow";
    attributes(house, allowed, "a lint is allowed, not expected")
}

/// Whoever expects a lint says why.
pub fn reasons(house: &House) -> Vec<Finding> {
    let silent =
        |attribute: &Attribute| attribute.path == "expect" && !attribute.words.contains("reason");
    attributes(house, silent, "a lint is expected without a reason")
}
