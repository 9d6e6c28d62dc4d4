//! What code spells, says and calls: keys, messages, lints, the environment; and tests.

use crate::{
    Change, FUNCTION, MESSAGES, PATTERNS, STORE, TESTS, append, module, replace, unnoticed,
};

/// All of them.
pub const CHANGES: &[Change] = &[
    // Keys and messages.
    ("a prefix is spelled in the store", "prefixes", |house| {
        append(house, STORE, "const PREFIX: &str = \"CAME-TO#\";")
    }),
    (
        "a prefix is spelled with what follows",
        "prefixes",
        |house| {
            append(
                house,
                STORE,
                "fn key(id: u8) -> String { format!(\"POST#{id}\") }",
            )
        },
    ),
    ("a prefix is spelled in a function", "prefixes", |house| {
        append(
            house,
            FUNCTION,
            "fn key(x: u8) -> String { format!(\"FEED#{x}\") }",
        )
    }),
    ("a prefix is spelled in bytes", "prefixes", |house| {
        append(house, FUNCTION, "const PREFIX: &[u8] = b\"USER#\";")
    }),
    (
        "a prefix is spelled raw, after another",
        "prefixes",
        |house| append(house, FUNCTION, "const KEY: &str = r##\"it is PHOTO#1\"##;"),
    ),
    ("a message has no sample", "samples", |house| {
        let line = "\"post-forgotten.v1\" Forgotten(Published), from \"relay\", \"it is not\";";
        let line = format!("FanoutMessage {{\n{line}");
        replace(house, MESSAGES, "FanoutMessage {", &line)
    }),
    ("a sample is taken away", "samples", |house| {
        house.without("events/fanout-followed.v1.json")
    }),
    ("a question is in no list", "access_patterns", |house| {
        append(
            house,
            STORE,
            "impl Store { pub async fn everything(&self) {} }",
        )
    }),
    ("a pattern is nobody's", "access_patterns", |house| {
        replace(house, PATTERNS, "\"profiles\"", "\"profiles, portraits\"")
    }),
    // Tests.
    ("a test is ignored", "no_ignored_test", |house| {
        append(
            house,
            TESTS,
            "#[test]\n#[ignore = \"slow\"]\nfn slow() { assert!(true); }",
        )
    }),
    (
        "a test is ignored on a condition",
        "no_ignored_test",
        |house| {
            append(
                house,
                TESTS,
                "#[test]\n#[cfg_attr(all(), ignore)]\nfn slow() { assert!(true); }",
            )
        },
    ),
    ("a test in a macro is ignored", "no_ignored_test", |house| {
        let test = "#[test] #[ignore] fn slow(x in 0..9) { prop_assert!(x < 9); }";
        append(house, TESTS, &format!("proptest! {{ {test} }}"))
    }),
    ("a test sleeps", "no_sleep", |house| {
        append(
            house,
            TESTS,
            "async fn wait() { tokio::time::sleep(SECOND).await; }",
        )
    }),
    ("a test sleeps under another name", "no_sleep", |house| {
        append(house, TESTS, "use tokio::time::sleep as nap;")
    }),
    ("a unit test sleeps", "no_sleep", |house| {
        let test = "fn wait() { std::thread::sleep(SECOND); }";
        append(
            house,
            STORE,
            &format!("#[cfg(test)]\nmod naps {{ {test} }}"),
        )
    }),
    ("the harness sleeps", "no_sleep", |house| {
        append(
            house,
            "tests/harness/src/world.rs",
            "fn wait(x: Nap) { x.sleep_until(LATER); }",
        )
    }),
    (
        "a test in a macro asserts nothing",
        "assert_something",
        |house| {
            let test = "#[test]\nfn it_works(x in 0..9) { drop(run(x)); }";
            append(house, TESTS, &format!("proptest! {{ {test} }}"))
        },
    ),
    ("a test asserts nothing", "assert_something", |house| {
        append(
            house,
            TESTS,
            "#[tokio::test]\nasync fn it_works() { drop(World::new().await); }",
        )
    }),
    (
        "a test's helpers assert nothing",
        "assert_something",
        |house| {
            append(
                house,
                TESTS,
                "#[test]\nfn it_works() { run_it(); }\nfn run_it() { let _ = 1 != 2; }",
            )
        },
    ),
    // Lints and texts.
    ("a lint is allowed", "no_allow", |house| {
        append(
            house,
            FUNCTION,
            "#[allow(dead_code, reason = \"later\")]\nfn dead() {}",
        )
    }),
    ("a lint is allowed on a condition", "no_allow", |house| {
        append(
            house,
            FUNCTION,
            "#[cfg_attr(not(test), allow(dead_code))]\nfn dead() {}",
        )
    }),
    ("a lint is expected without a reason", "reasons", |house| {
        append(
            house,
            FUNCTION,
            "#[expect(\n    dead_code\n)]\nfn dead() {}",
        )
    }),
    ("something is left to be done", "no_notes", |house| {
        append(house, FUNCTION, concat!("// TO", "DO: all of it"))
    }),
    ("a path of a machine is named", "no_machine", |house| {
        append(house, "README.md", concat!("See /ho", "me/ana/notes."))
    }),
    (
        "a file does not say what it is for",
        "first_line",
        |house| replace(house, FUNCTION, "//! ", "// "),
    ),
    (
        "something of the infrastructure is left to be done",
        "no_notes",
        |house| {
            append(
                house,
                "infra/template.yaml",
                concat!("# FIX", "ME: all of it"),
            )
        },
    ),
    (
        "a file's unit tests are longer than is read at once",
        "length",
        |house| {
            let long = "    // More.\n".repeat(600);
            append(
                house,
                FUNCTION,
                &format!("#[cfg(test)]\nmod more {{\n{long}}}"),
            )
        },
    ),
    (
        "an import for tests comes before too much code",
        "length",
        |house| {
            let code = format!("#[cfg(test)]\nuse std::fmt;\n{}", "// More.\n".repeat(399));
            module(house, FUNCTION, "long", &code)
        },
    ),
    ("a file is longer than is read at once", "length", |house| {
        module(house, FUNCTION, "long", &"// More.\n".repeat(399))
    }),
    (
        "a test file is longer than is read at once",
        "length",
        |house| {
            let long = "// More.\n".repeat(600);
            house.with("functions/feed/tests/long.rs", format!("//! New.\n{long}"))
        },
    ),
    // The environment.
    ("a function reads the environment", "environment", |house| {
        append(
            house,
            FUNCTION,
            "fn home() { drop(std::env::var_os(\"HOME\")); }",
        )
    }),
    (
        "a function imports what reads the environment",
        "environment",
        |house| append(house, FUNCTION, "use std::env::var;"),
    ),
    (
        "a function renames what reads the environment",
        "environment",
        |house| {
            append(
                house,
                FUNCTION,
                "use std::{env as outside}; fn f() { outside::vars(); }",
            )
        },
    ),
    (
        "a function imports all that reads the environment",
        "environment",
        |house| append(house, FUNCTION, "use std::env::*;"),
    ),
];

#[test]
fn whatever_code_must_not_say_is_noticed() {
    assert_eq!(unnoticed(CHANGES), Vec::<String>::new());
}
