//! Test programs are linked where there are tests, and only there. Cargo makes one of every library and every binary,
//! unless the manifest says `test = false` of it, and `bench = false`, without which `--all-targets` still does.

use crate::tree::{self, File};

fn silent(section: &str) -> bool {
    let lines = |wanted| section.lines().any(|line| line == wanted);
    lines("test = false") && lines("bench = false")
}

fn tested(files: &[&File]) -> bool {
    let marks = ["#[test]", "#[tokio::test", "proptest! {"];
    let has = |file: &&File| marks.iter().any(|mark| file.text.contains(mark));
    files.iter().any(has)
}

#[test]
fn a_library_or_binary_is_linked_as_a_test_program_exactly_if_it_has_tests() {
    let mut targets = Vec::new();
    for manifest in tree::files() {
        let Some(folder) = manifest.path.strip_suffix("Cargo.toml") else {
            continue;
        };
        let source = format!("{folder}src/");
        let under = |file: &&File| file.path.starts_with(&source);
        let (main, library): (Vec<_>, Vec<_>) = tree::files()
            .iter()
            .filter(under)
            .partition(|file| file.path.ends_with("/src/main.rs"));
        let of = |name| {
            manifest
                .text
                .split("\n[")
                .filter(move |section: &&str| section.starts_with(name))
        };
        let is_library = library
            .iter()
            .any(|file| file.path.ends_with("/src/lib.rs"));
        if is_library {
            targets.push((source.clone(), of("lib]").any(silent), tested(&library)));
        }
        // Without a library all modules are the binary's.
        let tested = tested(&main) || !is_library && tested(&library);
        if !main.is_empty() || of("[bin]]").next().is_some() {
            let all = of("[bin]]").next().is_some() && of("[bin]]").all(silent);
            targets.push((format!("{source}main.rs"), all, tested));
        }
    }
    assert!(targets.len() > 20, "{targets:?}");
    targets.retain(|(_, silent, tested)| silent == tested);
    assert!(
        targets.is_empty(),
        "path, says it has no tests, has tests: {targets:#?}"
    );
}
