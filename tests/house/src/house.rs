//! The whole tree as the rules see it: files, crates, modules, and what each names of the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use toml::Table;

use crate::{
    crates::Crate,
    finding::Finding,
    linked::{Link, Linked},
    source::Source,
    tree::File,
};

/// What a file holds.
#[derive(Debug)]
enum Content {
    Rust(Source),
    Toml(Table),
    Text,
    /// What could not be read.
    Broken(Finding),
}

/// A file with what was read in it; shared by a tree and its changed copies.
#[derive(Debug)]
struct Read {
    file: File,
    content: Content,
}

impl Read {
    fn new(file: File) -> Self {
        let broken = |line, what| Content::Broken(Finding::at(&file.path, line, what));
        let content = match file.kind() {
            "rs" => Source::read(&file.text).map_or_else(
                |error| broken(error.span().start().line, format!("no Rust: {error}")),
                Content::Rust,
            ),
            "toml" | "lock" => file.text.parse().map_or_else(
                |error: toml::de::Error| broken(1, format!("no TOML: {error}")),
                Content::Toml,
            ),
            _ => Content::Text,
        };
        Self { file, content }
    }
}

/// The tree.
#[derive(Debug)]
pub struct House {
    files: BTreeMap<String, Arc<Read>>,
    crates: Vec<Crate>,
    linked: Linked,
    unread: Vec<Finding>,
}

impl House {
    /// The tree of these files.
    pub fn new(files: impl IntoIterator<Item = File>) -> Self {
        let read = |file: File| (file.path.clone(), Arc::new(Read::new(file)));
        Self::of(files.into_iter().map(read).collect())
    }

    fn of(files: BTreeMap<String, Arc<Read>>) -> Self {
        let paths: BTreeSet<_> = files.keys().map(String::as_str).collect();
        let (mut crates, mut unread) = (Vec::new(), Vec::new());
        let mut sources = BTreeMap::new();
        for (path, read) in &files {
            match &read.content {
                Content::Rust(source) => drop(sources.insert(path.as_str(), source)),
                Content::Toml(table) => crates.extend(Crate::read(path, table, &paths)),
                Content::Broken(finding) => unread.push(finding.clone()),
                Content::Text => {}
            }
        }
        let linked = Linked::new(&crates, &sources);
        Self {
            files,
            crates,
            linked,
            unread,
        }
    }

    /// A copy in which one file says something else, or is new.
    #[must_use]
    pub fn with(&self, path: &str, text: impl Into<String>) -> Self {
        let file = File {
            path: path.to_owned(),
            text: text.into(),
        };
        let mut files = self.files.clone();
        files.insert(path.to_owned(), Arc::new(Read::new(file)));
        Self::of(files)
    }

    /// A copy without that file.
    #[must_use]
    pub fn without(&self, path: &str) -> Self {
        let mut files = self.files.clone();
        files.remove(path);
        Self::of(files)
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.values().map(|read| &read.file)
    }

    /// What a file says; nothing when there is none.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", |read| &read.file.text)
    }

    /// Every file in TOML.
    pub fn toml(&self) -> impl Iterator<Item = (&str, &Table)> {
        self.files.values().filter_map(|read| match &read.content {
            Content::Toml(table) => Some((read.file.path.as_str(), table)),
            Content::Rust(_) | Content::Text | Content::Broken(_) => None,
        })
    }

    /// Every Rust file.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files.values().filter_map(|read| match &read.content {
            Content::Rust(source) => Some((&read.file, source)),
            Content::Toml(_) | Content::Text | Content::Broken(_) => None,
        })
    }

    /// The Rust files whose path begins so.
    pub fn under(&self, prefix: &str) -> impl Iterator<Item = (&File, &Source)> {
        self.rust()
            .filter(move |(file, _)| file.path.starts_with(prefix))
    }

    /// The Rust files that are deployed; unit tests are among what they hold.
    pub fn deployed(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.rust().filter(|(file, _)| self.is_deployed(&file.path))
    }

    /// Whether a file is part of what is deployed.
    pub fn is_deployed(&self, path: &str) -> bool {
        let ours = path.starts_with("functions/") || path.starts_with("shared/");
        ours && path.contains("/src/") && !self.is_test(path)
    }

    /// Whether a file is made of tests alone.
    pub fn is_test(&self, path: &str) -> bool {
        self.linked.tests.contains(path)
    }

    /// All crates.
    pub fn crates(&self) -> &[Crate] {
        &self.crates
    }

    /// The crate that a file lies in: the innermost.
    pub fn crate_of(&self, path: &str) -> Option<&Crate> {
        self.crates
            .iter()
            .filter(|krate| path.starts_with(&krate.folder))
            .max_by_key(|krate| krate.folder.len())
    }

    /// What files name: each path, resolved.
    pub fn links(&self) -> &[Link] {
        &self.linked.links
    }

    /// Whether a file is a module of a crate.
    pub fn is_module(&self, path: &str) -> bool {
        self.linked.files.contains(path)
    }

    /// What could not be read.
    pub fn unread(&self) -> &[Finding] {
        &self.unread
    }
}
