//! What is called only in one place, or nowhere: the environment, the clock, chance, sleep.

use crate::{finding::Finding, house::House, linked::Link, source::How};

/// Who reads the environment.
const CONFIG: [&str; 1] = ["shared/src/runtime/config.rs"];
/// Who reads the time; metrics are filed by the real one, wherever the clock was turned to.
const CLOCK: [&str; 2] = [
    "shared/src/runtime/clock.rs",
    "shared/src/telemetry/metrics.rs",
];

/// What of the deployed code, its tests aside, `wrong` says so of.
fn deployed(
    house: &House,
    but: &[&str],
    wrong: impl Fn(&Link) -> bool,
    what: &str,
) -> Vec<Finding> {
    house
        .links()
        .iter()
        .filter(|link| {
            !link.test && !but.contains(&link.file.as_str()) && house.is_deployed(&link.file)
        })
        .filter(|link| wrong(link))
        .map(|link| {
            let named = link.to.join("::");
            Finding::at(&link.file, link.line, format!("`{named}`: {what}"))
        })
        .collect()
}

/// `shared::runtime::Config` alone reads the environment, so that what a function is told is known.
pub fn environment(house: &House) -> Vec<Finding> {
    let reads = |link: &Link| match link.to.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["std", "env"] => link.how == How::Glob,
        ["std", "env", name, ..] => {
            ["var", "vars", "var_os", "vars_os", "set_var", "remove_var"].contains(&name)
        }
        _ => false,
    };
    deployed(house, &CONFIG, reads, "the environment is read elsewhere")
}

/// Time and ids come from `shared::runtime`, so that a test can turn the clock.
pub fn clock_and_chance(house: &House) -> Vec<Finding> {
    const CALLS: [[&str; 2]; 7] = [
        ["SystemTime", "now"],
        ["Timestamp", "now"],
        ["Ulid", "generate"],
        ["Ulid", "new"],
        ["Ulid", "try_generate"],
        ["Utc", "now"],
        ["Zoned", "now"],
    ];
    let calls = |link: &Link| {
        let names: Vec<_> = link.to.iter().map(String::as_str).collect();
        CALLS.iter().any(|call| names.ends_with(call))
    };
    deployed(house, &CLOCK, calls, "time and ids come from `runtime`")
}

/// The harness drains queues and turns the clock: a test that sleeps is slow, and fails at times.
pub fn no_sleep(house: &House) -> Vec<Finding> {
    const SLEEP: [&str; 4] = ["park_timeout", "sleep", "sleep_ms", "sleep_until"];
    let tests = |path: &str| house.is_test(path) || path.starts_with("tests/harness/");
    let mut found = Vec::new();
    for (file, source) in house.rust() {
        for call in &source.calls {
            let test = call.place.test || tests(&file.path);
            if test && SLEEP.contains(&call.name.as_str()) {
                found.push(Finding::at(&file.path, call.place.line, "a test sleeps"));
            }
        }
    }
    for link in house.links() {
        let test = link.test || tests(&link.file);
        let sleep = link
            .to
            .last()
            .is_some_and(|name| SLEEP.contains(&name.as_str()));
        if test && sleep && link.how == How::Use {
            found.push(Finding::at(&link.file, link.line, "a test would sleep"));
        }
    }
    found
}
