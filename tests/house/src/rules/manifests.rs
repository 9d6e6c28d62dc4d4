//! Manifests, the lock file, clippy's configuration; what a function's crate is made of.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{crates::table, finding::Finding, house::House};

/// Every dependency comes from the public registry, or from here.
pub fn registry(house: &House) -> Vec<Finding> {
    const PUBLIC: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let mut found = Vec::new();
    for (path, table) in house.toml() {
        if path.starts_with(".cargo/") && table.contains_key("source") {
            found.push(Finding::of(path, "another source is configured"));
        }
        if path != "Cargo.lock" {
            continue;
        }
        let packages = table.get("package").and_then(Value::as_array);
        for package in packages.into_iter().flatten() {
            let source = package.get("source").and_then(Value::as_str);
            if let Some(source) = source.filter(|source| *source != PUBLIC) {
                found.push(Finding::of(
                    path,
                    format!("a dependency comes from {source}"),
                ));
            }
        }
    }
    found
}

/// Every version is named once, in the workspace's manifest.
pub fn versions(house: &House) -> Vec<Finding> {
    let inherited = |value: &Value| {
        let of = value.as_table();
        of.and_then(|of| of.get("workspace")) == Some(&Value::Boolean(true))
    };
    let mut found = Vec::new();
    for krate in house.crates() {
        let package = table(&krate.manifest, "package").and_then(|package| package.get("version"));
        if !package.is_some_and(inherited) {
            found.push(Finding::of(
                &krate.manifest_path(),
                "it has a version of its own",
            ));
        }
        for (_, name, value) in krate.dependencies() {
            if !inherited(value) {
                let what = format!("`{name}` is not the workspace's");
                found.push(Finding::of(&krate.manifest_path(), what));
            }
        }
    }
    found
}

/// What the workspace names some crate depends on.
pub fn taken(house: &House) -> Vec<Finding> {
    let crates = house.crates().iter();
    let taken: BTreeSet<_> = crates
        .flat_map(|krate| krate.dependencies().into_iter().map(|(_, name, _)| name))
        .collect();
    let mut found = Vec::new();
    for (path, manifest) in house.toml().filter(|(path, _)| *path == "Cargo.toml") {
        let workspace = table(manifest, "workspace");
        let named = workspace.and_then(|workspace| table(workspace, "dependencies"));
        let named = named.into_iter().flat_map(Table::keys);
        for name in named.filter(|name| !taken.contains(name.as_str())) {
            found.push(Finding::of(path, format!("no crate depends on `{name}`")));
        }
    }
    found
}

/// Every crate keeps the lints.
pub fn lints(house: &House) -> Vec<Finding> {
    let keeps = |manifest: &Table| {
        let lints = table(manifest, "lints");
        lints.and_then(|lints| lints.get("workspace")) == Some(&Value::Boolean(true))
    };
    house
        .crates()
        .iter()
        .filter(|krate| !keeps(&krate.manifest))
        .map(|krate| Finding::of(&krate.manifest_path(), "it keeps no lints"))
        .collect()
}

/// A function is a folder, a crate and a line of the README of the same name, and its `main.rs` only
/// wires.
pub fn functions(house: &House) -> Vec<Finding> {
    const MOST: usize = 25;
    let mut found = Vec::new();
    for krate in house.crates() {
        let name = krate.folder.strip_prefix("functions/");
        let Some(name) = name.map(|name| name.trim_end_matches('/')) else {
            continue;
        };
        if name.contains('/') {
            continue;
        }
        if krate.package != name {
            let what = format!("the crate is called `{}`", krate.package);
            found.push(Finding::of(&krate.manifest_path(), what));
        }
        if !house.text("README.md").contains(&format!("\n| `{name}` |")) {
            found.push(Finding::of(
                "README.md",
                format!("no line tells of `{name}`"),
            ));
        }
        let main = format!("{}src/main.rs", krate.folder);
        let lines = house.text(&main).lines().count();
        if !(1..=MOST).contains(&lines) {
            found.push(Finding::of(&main, format!("{lines} lines of {MOST}")));
        }
    }
    found
}

/// clippy sees what is called through types, so it is told the same as these rules; a crate's own
/// configuration takes the place of the workspace's, so it says all of it again.
pub fn clippy(house: &House) -> Vec<Finding> {
    const EVERYWHERE: [&str; 7] = [
        "jiff::Timestamp::now",
        "jiff::Zoned::now",
        "std::env::var",
        "std::env::var_os",
        "std::env::vars",
        "std::time::SystemTime::now",
        "ulid::Ulid::generate",
    ];
    const WORKSPACE: &str = "aws_sdk_dynamodb::Client::scan";
    const DOMAIN: &str = "std::time::Instant::now";
    let mut found = Vec::new();
    for (path, said) in house.toml() {
        if path.rsplit('/').next() != Some("clippy.toml") {
            continue;
        }
        let said = said.get("disallowed-methods").and_then(Value::as_array);
        let said: BTreeSet<_> = said
            .into_iter()
            .flatten()
            .filter_map(|method| method.get("path").unwrap_or(method).as_str())
            .collect();
        let own = match path {
            "clippy.toml" => Some(WORKSPACE),
            "shared/domain/clippy.toml" => Some(DOMAIN),
            _ => None,
        };
        for method in EVERYWHERE.into_iter().chain(own) {
            if !said.contains(method) {
                found.push(Finding::of(path, format!("`{method}` is not disallowed")));
            }
        }
    }
    found
}
