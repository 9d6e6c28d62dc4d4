//! Functions apart, workers, who speaks to AWS; modules; manifests.

use crate::{Change, FUNCTION, MANIFEST, STORE, TESTS, WORKER, append, replace, unnoticed};

/// All of them.
pub const CHANGES: &[Change] = &[
    // Functions.
    ("a function imports another", "functions_apart", |house| {
        append(house, FUNCTION, "use posting::App as Other;")
    }),
    (
        "a function's manifest names another",
        "functions_apart",
        |house| {
            let other = "[dependencies]\nposting.workspace = true";
            replace(house, MANIFEST, "[dependencies]", other)
        },
    ),
    (
        "a function's tests name another",
        "functions_apart",
        |house| append(house, TESTS, "fn other(_: fanout::App) {}"),
    ),
    (
        "a function names what it is tried in",
        "functions_apart",
        |house| append(house, FUNCTION, "fn world() { harness::World::new(); }"),
    ),
    (
        "a function is built with the local cloud",
        "functions_apart",
        |house| {
            let local = "[dependencies]\nlocal.workspace = true";
            replace(house, MANIFEST, "[dependencies]", local)
        },
    ),
    ("a worker shows something", "workers", |house| {
        append(house, WORKER, "use shared::views::*;")
    }),
    ("a worker knows HTTP", "workers", |house| {
        append(house, WORKER, "use shared::{error::Error, http as edge};")
    }),
    (
        "a function speaks DynamoDB by itself",
        "speakers",
        |house| {
            append(
                house,
                FUNCTION,
                "use aws_sdk_dynamodb::types::AttributeValue;",
            )
        },
    ),
    ("a room does not speak S3 any more", "speakers", |house| {
        let context = "shared/src/runtime/context.rs";
        let text = house.text(context).replace("aws_sdk_s3", "aws_sdk_sqs");
        house.with(context, text)
    }),
    ("a store speaks S3", "speakers", |house| {
        append(house, STORE, "fn get(_: aws_sdk_s3::Client) {}")
    }),
    ("a main does more than wire", "functions", |house| {
        append(
            house,
            "functions/feed/src/main.rs",
            &"// More.\n".repeat(25),
        )
    }),
    ("a function is not in the README", "functions", |house| {
        replace(house, "README.md", "\n| `relay` |", "\n| relay |")
    }),
    // Modules.
    ("a test is no module", "no_orphans", |house| {
        house.with("shared/src/store/forgotten_tests.rs", "//! New.\n")
    }),
    (
        "a test lies in a folder without a root",
        "no_orphans",
        |house| house.with("functions/feed/tests/other/home.rs", "//! New.\n"),
    ),
    (
        "a crate that finds no tests by itself gets one",
        "no_orphans",
        |house| house.with("tests/journeys/tests/new.rs", "//! New.\n"),
    ),
    ("a file is no Rust", "readable", |house| {
        house.with("functions/feed/tests/new.rs", "//! New.\n\nfn {")
    }),
    // Manifests.
    ("a crate names a version", "versions", |house| {
        let version = "[dependencies]\nitoa = \"1\"";
        replace(house, MANIFEST, "[dependencies]", version)
    }),
    ("a crate names a version in a table", "versions", |house| {
        append(
            house,
            MANIFEST,
            "[target.'cfg(unix)'.dependencies.nix]\nversion = \"0.31\"",
        )
    }),
    ("a crate has a version of its own", "versions", |house| {
        replace(
            house,
            MANIFEST,
            "version.workspace = true",
            "version = \"0.2.0\"",
        )
    }),
    ("a crate keeps no lints", "lints", |house| {
        replace(house, MANIFEST, "[lints]\nworkspace = true", "")
    }),
    ("a crate says that it keeps no lints", "lints", |house| {
        replace(
            house,
            MANIFEST,
            "[lints]\nworkspace = true",
            "[lints]\nworkspace = false",
        )
    }),
    ("a manifest is no TOML", "readable", |house| {
        house.with("functions/feed/tests/Cargo.toml", "[")
    }),
    ("the workspace names what nobody takes", "taken", |house| {
        let more = "[workspace.dependencies]\nitoa = \"1\"";
        replace(house, "Cargo.toml", "[workspace.dependencies]", more)
    }),
    ("a dependency comes from elsewhere", "registry", |house| {
        let other = "source = \"git+https://example.com/itoa\"";
        append(
            house,
            "Cargo.lock",
            &format!("[[package]]\nname = \"itoa\"\nversion = \"9.0.0\"\n{other}"),
        )
    }),
    (
        "another source of crates is configured",
        "registry",
        |house| {
            house.with(
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = \"near\"",
            )
        },
    ),
    ("clippy is told less", "clippy", |house| {
        replace(
            house,
            "clippy.toml",
            "std::env::var_os",
            "std::env::args_os",
        )
    }),
    ("clippy is told less of the domain", "clippy", |house| {
        let clippy = "shared/domain/clippy.toml";
        replace(
            house,
            clippy,
            "std::time::Instant::now",
            "std::time::Instant::elapsed",
        )
    }),
];

#[test]
fn whatever_ties_crates_together_is_noticed() {
    assert_eq!(unnoticed(CHANGES), Vec::<String>::new());
}
