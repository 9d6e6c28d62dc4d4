//! The rules, a file a subject.

mod attributes;
mod calls;
mod circles;
mod files;
mod imports;
mod keys;
mod manifests;
mod messages;
mod modules;
mod patterns;
mod tests;

use crate::{finding::Finding, house::House};

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What it is called.
    pub name: &'static str,
    find: fn(&House) -> Vec<Finding>,
}

impl Rule {
    /// What breaks it, in order.
    pub fn broken(&self, house: &House) -> Vec<Finding> {
        let mut found = (self.find)(house);
        found.sort();
        found.dedup();
        found
    }
}

macro_rules! rules {
    ($($file:ident::$rule:ident,)*) => {
        /// All of them.
        pub const ALL: &[Rule] = &[$(Rule { name: stringify!($rule), find: $file::$rule },)*];
    };
}

rules! {
    attributes::no_allow,
    attributes::no_ignored_test,
    attributes::reasons,
    calls::clock_and_chance,
    calls::environment,
    calls::no_sleep,
    circles::no_circles,
    files::first_line,
    files::length,
    files::no_machine,
    files::no_notes,
    files::readable,
    imports::arrows,
    imports::functions_apart,
    imports::pure_domain,
    imports::speakers,
    imports::workers,
    keys::prefixes,
    manifests::clippy,
    manifests::functions,
    manifests::lints,
    manifests::registry,
    manifests::taken,
    manifests::versions,
    messages::samples,
    modules::no_orphans,
    patterns::access_patterns,
    tests::assert_something,
}
