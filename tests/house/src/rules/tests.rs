//! What a test is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{finding::Finding, house::House, source::Function};

/// Functions of a crate's tests, by name: what a test may leave its assertions to.
type Helpers<'a> = BTreeMap<&'a str, Vec<&'a Function>>;
/// The tests of a crate, each with its file, and what they may call.
type Tests<'a> = (Helpers<'a>, Vec<(&'a str, &'a Function)>);

/// A test asserts something, by itself or through what it calls of its own crate's tests; else it
/// passes whatever happens.
pub fn assert_something(house: &House) -> Vec<Finding> {
    let mut crates: BTreeMap<&str, Tests<'_>> = BTreeMap::new();
    for (file, source) in house.rust() {
        let folder = house.crate_of(&file.path).map_or("", |krate| &krate.folder);
        let (helpers, tests) = crates.entry(folder).or_default();
        for function in &source.functions {
            if function.is_test {
                tests.push((&file.path, function));
            } else if function.place.test || house.is_test(&file.path) {
                helpers.entry(&function.name).or_default().push(function);
            }
        }
    }
    let mut found = Vec::new();
    for (helpers, tests) in crates.values() {
        for (path, test) in tests {
            let asserts = test.body.hands_on || asserts(test, helpers, &mut BTreeSet::new());
            if !asserts {
                let what = format!("`{}` asserts nothing", test.name);
                found.push(Finding::at(path, test.place.line, what));
            }
        }
    }
    found
}

fn asserts<'a>(
    function: &'a Function,
    helpers: &Helpers<'a>,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    function.body.asserts
        || function.body.calls.iter().any(|name| {
            let helpers_of = helpers.get(name.as_str()).into_iter().flatten();
            seen.insert(name) && { helpers_of }.any(|helper| asserts(helper, helpers, seen))
        })
}
