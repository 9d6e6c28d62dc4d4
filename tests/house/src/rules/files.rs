//! What holds for a file as a whole.

use crate::{
    finding::Finding,
    house::House,
    tree::{self, File},
};

/// These rules must spell what they forbid.
fn elsewhere(file: &&File) -> bool {
    !file.path.starts_with("tests/house/")
}

fn lines<'a>(
    files: impl Iterator<Item = &'a File>,
    wrong: impl Fn(&str) -> bool,
    what: &str,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.filter(|file| wrong(&file.text)) {
        for (number, line) in file.text.lines().enumerate() {
            if wrong(line) {
                found.push(Finding::at(&file.path, number + 1, what));
            }
        }
    }
    found
}

/// Every file is Rust, or TOML, that the rules can read.
pub fn readable(house: &House) -> Vec<Finding> {
    house.unread().to_vec()
}

/// Every file says first what it is for.
pub fn first_line(house: &House) -> Vec<Finding> {
    let rust = house.files().filter(|file| file.kind() == "rs");
    rust.filter(|file| !file.text.starts_with("//! ") || file.text.trim() == "//! Placeholder.")
        .map(|file| Finding::of(&file.path, "it does not say first what it is for"))
        .collect()
}

/// A file is read at once: 400 lines of code, and 600 of tests, are the most.
pub fn length(house: &House) -> Vec<Finding> {
    const CODE: usize = 400;
    const TESTS: usize = 600;
    let mut found = Vec::new();
    for (file, source) in house.rust() {
        let all = file.text.lines().count();
        let tests = if file.path.contains("/tests/") || house.is_test(&file.path) {
            all
        } else {
            source.lines_of_tests
        };
        for (lines, most, what) in [(all - tests, CODE, "code"), (tests, TESTS, "tests")] {
            if lines > most {
                let what = format!("{lines} lines of {what}, of {most}");
                found.push(Finding::of(&file.path, what));
            }
        }
    }
    found
}

/// What is not done is a known limit, not a note in the code.
pub fn no_notes(house: &House) -> Vec<Finding> {
    const NOTES: [&str; 3] = ["TODO", "FIXME", "HACK"];
    let noted = |line: &str| NOTES.iter().any(|note| line.contains(note));
    lines(
        house.files().filter(elsewhere),
        noted,
        "a note of what is not done",
    )
}

/// The project is the same on every machine, so it names no path of one.
pub fn no_machine(house: &House) -> Vec<Finding> {
    const PATHS: [&str; 4] = ["/home/", "/root/", "/Users/", "/tmp/"];
    let here = tree::root().to_string_lossy().into_owned();
    let named = |line: &str| {
        let mut slashes = line.match_indices('/').map(|(at, _)| &line[at..]);
        slashes
            .any(|rest| rest.starts_with(&here) || PATHS.iter().any(|path| rest.starts_with(path)))
    };
    lines(
        house.files().filter(elsewhere),
        named,
        "a path of a machine",
    )
}
