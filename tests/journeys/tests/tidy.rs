//! The rules of the house, each with its reason in its name or beside it.

use std::collections::BTreeSet;

use crate::tree::{self, File};

fn rust() -> impl Iterator<Item = &'static File> {
    tree::files().iter().filter(|file| file.kind() == "rs")
}

/// Every place where `wrong` says so, as `path:line`.
fn places<'a>(
    files: impl Iterator<Item = &'a File>,
    wrong: impl Fn(&File, &str) -> bool,
) -> Vec<String> {
    let mut places = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            if wrong(file, line) {
                places.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    places
}

/// This very file must spell what it forbids.
fn elsewhere(file: &File) -> bool {
    file.path != "tests/journeys/tests/tidy.rs"
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent: Vec<_> = rust()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| &file.path)
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn no_file_is_longer_than_four_hundred_lines_of_code_or_six_hundred_of_tests() {
    let long: Vec<_> = rust()
        .map(|file| {
            let tests = file.path.contains("/tests/");
            (
                &file.path,
                file.lines_of_code().count(),
                if tests { 600 } else { 400 },
            )
        })
        .filter(|(_, lines, most)| lines > most)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn no_file_is_a_placeholder() {
    let empty: Vec<_> = rust()
        .filter(|file| file.text.trim() == "//! Placeholder.")
        .map(|file| &file.path)
        .collect();
    assert!(empty.is_empty(), "{empty:#?}");
}

#[test]
fn no_test_is_ignored_since_ignored_tests_rot() {
    let found = places(rust().filter(|file| elsewhere(file)), |_, line| {
        line.trim_start().starts_with("#[ignore")
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_lint_is_expected_with_a_reason_never_allowed() {
    let found = places(rust().filter(|file| elsewhere(file)), |_, line| {
        line.contains("#[allow(") || line.contains("#![allow(")
    });
    assert!(found.is_empty(), "{found:#?}");
    let silent = rust().filter(|file| {
        let mut rest = file.text.as_str();
        while let Some(at) = rest.find("[expect(") {
            rest = &rest[at + 1..];
            let attribute = rest.split(']').next().unwrap_or_default();
            if !attribute.contains("reason") {
                return elsewhere(file);
            }
        }
        false
    });
    let silent: Vec<_> = silent.map(|file| &file.path).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn what_is_not_done_is_a_known_limit_not_a_note_in_the_code() {
    let found = places(rust().filter(|file| elsewhere(file)), |_, line| {
        ["TODO", "FIXME", "HACK"]
            .iter()
            .any(|note| line.contains(note))
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_test_sleeps_since_the_harness_drains_and_turns_the_clock() {
    let tests = rust().filter(|file| elsewhere(file) && file.path.contains("/tests/"));
    let found = places(tests, |_, line| line.contains("sleep("));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_keys_rs_spells_a_prefix_of_a_key() {
    const KEYS: &str = "shared/src/keys/mod.rs";
    let keys = tree::read(KEYS);
    let prefixes: BTreeSet<_> = keys
        .split('"')
        .filter_map(|text| text.split_once('#'))
        .map(|(prefix, _)| prefix)
        .filter(|prefix| !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_uppercase()))
        .map(|prefix| format!("\"{prefix}#"))
        .collect();
    assert!(prefixes.len() >= 10, "{prefixes:?}");
    let mut found = Vec::new();
    for file in rust().filter(|file| file.path != KEYS && file.path.contains("/src/")) {
        for line in file.lines_of_code() {
            if prefixes.iter().any(|prefix| line.contains(prefix.as_str())) {
                found.push(format!("{}: {}", file.path, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_config_rs_reads_the_environment() {
    let code = rust().filter(|file| {
        let deployed = ["functions/", "shared/"];
        deployed.iter().any(|dir| file.path.starts_with(dir))
            && !file.path.contains("/tests/")
            && file.path != "shared/src/runtime/config.rs"
    });
    let found = places(code, |_, line| line.contains("env::var"));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_project_names_no_path_of_a_machine() {
    let text = tree::files().iter().filter(|file| elsewhere(file));
    let here = tree::root();
    let here = here.to_str().unwrap();
    let found = places(text, |_, line| {
        line.contains(here)
            || ["/home/", "/root/", "/Users/", "/tmp/"]
                .iter()
                .any(|path| line.contains(path))
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_dependency_comes_from_the_public_registry_or_from_here() {
    let lock = tree::read("Cargo.lock");
    let foreign: BTreeSet<_> = lock
        .lines()
        .filter(|line| line.starts_with("source = "))
        .filter(|line| !line.contains("github.com/rust-lang/crates.io-index"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
    let configured: Vec<_> = tree::files()
        .iter()
        .filter(|file| file.path.starts_with(".cargo/") && file.text.contains("[source"))
        .map(|file| &file.path)
        .collect();
    assert!(configured.is_empty(), "{configured:#?}");
}

#[test]
fn every_version_is_named_once_and_every_crate_keeps_the_lints() {
    for file in tree::files() {
        if file.path == "Cargo.toml" || !file.path.ends_with("/Cargo.toml") {
            continue;
        }
        let named = file.text.lines().find(|line| {
            let version = line.contains("version = ") || line.contains(" = \"");
            let own = ["name", "path", "description", "edition"];
            version && !own.iter().any(|key| line.starts_with(key))
        });
        assert_eq!(named, None, "{} names a version", file.path);
        assert!(
            file.text.contains("[lints]\nworkspace = true"),
            "{} keeps no lints",
            file.path
        );
    }
}

#[test]
fn functions_meet_in_messages_and_items_and_never_import_each_other() {
    let functions = tree::folders("functions");
    for function in &functions {
        let manifest = tree::read(&format!("functions/{function}/Cargo.toml"));
        for other in functions.iter().filter(|other| *other != function) {
            let imported = manifest
                .lines()
                .any(|line| line.starts_with(&format!("{other}.workspace")));
            assert!(!imported, "{function} imports {other}");
        }
    }
}

#[test]
fn the_domain_is_pure_and_layers_point_one_way() {
    let forbidden: [(&str, &[&str]); 6] = [
        (
            "shared/domain/src/",
            &[
                "aws_",
                "axum",
                "http::",
                "tokio",
                "rand::",
                "shared::",
                "crate::store",
                "crate::queue",
                "crate::bucket",
                "crate::http",
                "crate::runtime",
                "Timestamp::now",
            ],
        ),
        ("shared/src/error.rs", &["crate::", "aws_", "axum", "tokio"]),
        (
            "shared/src/store/",
            &[
                "crate::queue",
                "crate::bucket",
                "crate::http",
                "crate::runtime",
            ],
        ),
        (
            "shared/src/queue/",
            &["crate::bucket", "crate::http", "crate::runtime"],
        ),
        (
            "shared/src/bucket/",
            &["crate::queue", "crate::http", "crate::runtime"],
        ),
        ("functions/", &["use local", "use harness"]),
    ];
    let mut found = Vec::new();
    for (place, words) in forbidden {
        let files =
            rust().filter(|file| file.path.starts_with(place) && !file.path.contains("/tests/"));
        for file in files {
            for line in file.lines_of_code() {
                let code = line.split("//").next().unwrap_or_default();
                if words.iter().any(|word| code.contains(word)) {
                    found.push(format!("{}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_function_is_a_crate_a_binary_and_a_line_of_the_readme_and_its_main_only_wires() {
    let readme = tree::read("README.md");
    for function in tree::folders("functions") {
        let manifest = tree::read(&format!("functions/{function}/Cargo.toml"));
        assert!(
            manifest.contains(&format!("name = \"{function}\"")),
            "{function}"
        );
        assert!(
            readme.contains(&format!("\n| `{function}` |")),
            "the README has no line of {function}"
        );
        let main = tree::read(&format!("functions/{function}/src/main.rs"));
        let lines = main.lines().count();
        assert!(lines <= 25, "main.rs of {function} has {lines} lines");
    }
}

#[test]
fn every_message_of_a_queue_has_a_frozen_sample() {
    let messages = tree::read("shared/src/queue/messages.rs");
    let names: Vec<_> = messages
        .split("rename = \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(names.len() >= 3, "{names:?}");
    let samples: Vec<_> = tree::files()
        .iter()
        .filter(|file| file.path.starts_with("events/"))
        .collect();
    for name in names {
        let frozen = samples
            .iter()
            .any(|file| file.path.ends_with(&format!("{name}.json")));
        assert!(frozen, "{name} has no sample");
    }
}
