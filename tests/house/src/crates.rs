//! The crates of the tree, after their manifests.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// What a root file is the root of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The library, which others name.
    Library,
    /// A binary, or an example.
    Binary,
    /// A test, or a benchmark.
    Test,
}

/// A root file: `lib.rs`, `main.rs`, a file in `tests`.
#[derive(Debug)]
pub struct Root {
    /// From the tree's root.
    pub path: String,
    /// Of what.
    pub kind: Kind,
}

/// A crate.
#[derive(Debug)]
pub struct Crate {
    /// As its package is called.
    pub package: String,
    /// As code names it.
    pub name: String,
    /// From the tree's root, with a slash at the end.
    pub folder: String,
    /// The manifest.
    pub manifest: Table,
    /// Its roots.
    pub roots: Vec<Root>,
}

impl Crate {
    /// The crate of a manifest; `None` of any other file.
    pub(crate) fn read(path: &str, manifest: &Table, paths: &BTreeSet<&str>) -> Option<Self> {
        let folder = path.strip_suffix("Cargo.toml")?;
        let package = table(manifest, "package")?.get("name")?.as_str()?;
        let name = table(manifest, "lib").and_then(|lib| lib.get("name")?.as_str());
        Some(Self {
            package: package.to_owned(),
            name: name.unwrap_or(package).replace('-', "_"),
            folder: folder.to_owned(),
            manifest: manifest.clone(),
            roots: roots(folder, manifest, paths),
        })
    }

    /// Where its manifest lies.
    pub fn manifest_path(&self) -> String {
        format!("{}Cargo.toml", self.folder)
    }

    /// What it depends on: the section's name, the dependency's, and what is said of it. Sections
    /// of single targets are among them.
    pub fn dependencies(&self) -> Vec<(&'static str, &str, &Value)> {
        const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
        let targets = table(&self.manifest, "target").into_iter();
        let targets = targets.flat_map(Table::values).filter_map(Value::as_table);
        let mut all = Vec::new();
        for part in [&self.manifest].into_iter().chain(targets) {
            for section in SECTIONS {
                let named = table(part, section).into_iter().flatten();
                all.extend(named.map(|(name, value)| (section, name.as_str(), value)));
            }
        }
        all
    }
}

/// The table of that name in another.
pub fn table<'a>(within: &'a Table, name: &str) -> Option<&'a Table> {
    within.get(name)?.as_table()
}

/// As cargo finds them.
fn roots(folder: &str, manifest: &Table, paths: &BTreeSet<&str>) -> Vec<Root> {
    let mut roots = Vec::new();
    let mut add = |path: String, kind| {
        let new = !roots.iter().any(|root: &Root| root.path == path);
        if new && paths.contains(path.as_str()) {
            roots.push(Root { path, kind });
        }
    };
    let lib = table(manifest, "lib").and_then(|lib| lib.get("path"));
    let lib = lib.and_then(Value::as_str).unwrap_or("src/lib.rs");
    add(format!("{folder}{lib}"), Kind::Library);
    add(format!("{folder}build.rs"), Kind::Binary);
    let of = [
        ("bin", "autobins", "src/bin", Kind::Binary),
        ("test", "autotests", "tests", Kind::Test),
        ("bench", "autobenches", "benches", Kind::Test),
        ("example", "autoexamples", "examples", Kind::Binary),
    ];
    for (section, switch, place, kind) in of {
        let said = manifest.get(section).and_then(Value::as_array);
        for said in said.into_iter().flatten().filter_map(Value::as_table) {
            let text = |key| said.get(key).and_then(Value::as_str);
            if let Some(path) = text("path") {
                add(format!("{folder}{path}"), kind);
            } else if let Some(name) = text("name") {
                add(format!("{folder}{place}/{name}.rs"), kind);
                add(format!("{folder}{place}/{name}/main.rs"), kind);
            }
        }
        let package = table(manifest, "package");
        let found = package.and_then(|package| package.get(switch)?.as_bool());
        if found == Some(false) {
            continue;
        }
        if section == "bin" {
            add(format!("{folder}src/main.rs"), kind);
        }
        let within = format!("{folder}{place}/");
        for path in paths.range(within.as_str()..) {
            let Some(rest) = path.strip_prefix(&within) else {
                break;
            };
            let alone = rest.ends_with(".rs") && !rest.contains('/');
            let main = rest.ends_with("/main.rs") && rest.matches('/').count() == 1;
            if alone || main {
                add((*path).to_owned(), kind);
            }
        }
    }
    roots
}
