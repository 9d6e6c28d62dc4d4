//! Each rule notices what breaks it: the tree is changed in memory, and exactly that rule must object.

mod code;
mod functions;
mod rooms;

use std::{collections::BTreeSet, sync::LazyLock};

use house::{Finding, House, RULES, tree};

/// What is done to the tree, the rule that objects, and how it is done.
type Change = (&'static str, &'static str, fn(&House) -> House);

/// What is done to the tree that no rule minds, and how.
type Harmless = (&'static str, fn(&House) -> House);

static HOUSE: LazyLock<House> = LazyLock::new(|| House::new(tree::files().iter().cloned()));

const STORE: &str = "shared/src/store/mod.rs";
const BUCKET: &str = "shared/src/bucket/mod.rs";
const DOMAIN: &str = "shared/domain/src/ids.rs";
const FUNCTION: &str = "functions/feed/src/lib.rs";
const WORKER: &str = "functions/relay/src/lib.rs";
const TESTS: &str = "functions/relay/tests/relay.rs";
const MANIFEST: &str = "functions/feed/Cargo.toml";
const MESSAGES: &str = "shared/src/queue/messages/fanout.rs";
const PATTERNS: &str = "shared/src/store/patterns.rs";

/// A file with more at its end.
fn append(house: &House, path: &str, more: &str) -> House {
    let text = house.text(path);
    assert!(!text.is_empty(), "{path} is not there");
    house.with(path, format!("{text}\n{more}\n"))
}

/// A file in which one text stands for another.
fn replace(house: &House, path: &str, from: &str, to: &str) -> House {
    let text = house.text(path);
    assert!(text.contains(from), "{path} does not say {from}");
    house.with(path, text.replacen(from, to, 1))
}

/// A module more of a crate whose root is `lib`.
fn module(house: &House, lib: &str, name: &str, code: &str) -> House {
    let path = lib.replace("lib.rs", &format!("{name}.rs"));
    append(house, lib, &format!("mod {name};")).with(&path, format!("//! New.\n\n{code}\n"))
}

/// What looks as if it broke a rule, and does not.
const HARMLESS: &[Harmless] = &[
    ("a unit test names what it likes", |house| {
        let test = "use crate::{http::Page, runtime::Clock}; const KEY: &str = \"USER#a\";";
        append(
            house,
            STORE,
            &format!("#[cfg(test)]\nmod more {{ use super::*; {test} }}"),
        )
    }),
    ("documentation spells a prefix, and another room", |house| {
        append(
            house,
            STORE,
            "/// `POST#p`, as [`crate::http::Page`] shows it.\nstruct Told;",
        )
    }),
    ("a word before a mark is no prefix", |house| {
        append(
            house,
            FUNCTION,
            "const TITLES: [&str; 2] = [\"A#\", \"REPOST#1\"];",
        )
    }),
    (
        "code that is deployed waits before it tries again",
        |house| {
            append(
                house,
                STORE,
                "async fn wait() { tokio::time::sleep(SHORT).await; }",
            )
        },
    ),
    ("a module lies where `path` says", |house| {
        let path = "#[cfg(test)]\n#[path = \"new_tests.rs\"]\nmod new_tests;";
        append(house, STORE, path).with("shared/src/store/new_tests.rs", "//! New.\n")
    }),
    (
        "a test leaves its assertions to a helper's helper",
        |house| {
            let helpers = "fn one() { two(); }\nfn two() { assert!(true); }";
            append(
                house,
                TESTS,
                &format!("#[test]\nfn it_works() {{ one(); }}\n{helpers}"),
            )
        },
    ),
    (
        "a module and what it is put together from name each other",
        |house| {
            let house = append(house, FUNCTION, "fn all() { new::read(); }\nstruct Own;");
            module(&house, FUNCTION, "new", "pub fn read(_: super::Own) {}")
        },
    ),
    ("a function knows what was built into it", |house| {
        append(
            house,
            FUNCTION,
            "use std::env::consts::ARCH; const V: &str = env!(\"CARGO_PKG_VERSION\");",
        )
    }),
    ("a field's attribute says ignore", |house| {
        append(house, FUNCTION, "struct New { #[schema(ignore)] own: u8 }")
    }),
];

/// What breaks rules.
fn findings(house: &House) -> BTreeSet<(&'static str, Finding)> {
    let of = |rule: &house::Rule| {
        let name = rule.name;
        let broken = rule.broken(house).into_iter();
        broken.map(move |finding| (name, finding))
    };
    RULES.iter().flat_map(of).collect()
}

/// What breaks rules now and did not before.
fn broken(house: &House) -> BTreeSet<(&'static str, Finding)> {
    static BEFORE: LazyLock<BTreeSet<(&str, Finding)>> = LazyLock::new(|| findings(&HOUSE));
    &findings(house) - &BEFORE
}

/// The changes that their own rules do not object to, or others do.
fn unnoticed(changes: &[Change]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (says, rule, change) in changes {
        let broken = broken(&change(&HOUSE));
        let rules: BTreeSet<_> = broken.iter().map(|(rule, _)| *rule).collect();
        if rules != BTreeSet::from([*rule]) {
            wrong.push(format!("{says}: {rule} should object, not {broken:#?}"));
        }
    }
    wrong
}

#[test]
fn what_only_looks_wrong_is_left_alone() {
    for (says, change) in HARMLESS {
        let broken = broken(&change(&HOUSE));
        assert!(broken.is_empty(), "{says}: {broken:#?}");
    }
}

#[test]
fn every_rule_is_broken_once() {
    let changes = [code::CHANGES, functions::CHANGES, rooms::CHANGES].concat();
    let tried: BTreeSet<_> = changes.iter().map(|(_, rule, _)| *rule).collect();
    let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(tried, rules);
}
