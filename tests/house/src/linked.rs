//! Modules, and what each names of the others: paths are resolved through `use`, renames, globs and
//! what other modules hand on by `pub use`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    crates::{Crate, Kind},
    source::{How, Name, Source},
};

/// A path of names, the first of which is a crate.
pub type Path = Vec<String>;

/// A path that a file names, resolved.
#[derive(Debug)]
pub struct Link {
    /// The file.
    pub file: String,
    /// On which line it stands first.
    pub line: usize,
    /// Whether it stands in tests.
    pub test: bool,
    /// How it is named.
    pub how: How,
    /// The module that names it.
    pub from: Path,
    /// What is named, as the file's own `use`s have it.
    pub to: Path,
    /// The same where it is defined, if others handed it on.
    pub defined: Path,
    /// The file that defines it, if it is one of the tree.
    pub target: Option<String>,
}

/// The modules of all crates, by their paths. Libraries are called by their names, whatever else
/// has a root by the root's path.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    /// What files name.
    pub links: Vec<Link>,
    /// The files that are modules.
    pub files: BTreeSet<String>,
    /// Of these the ones that are for tests alone.
    pub tests: BTreeSet<String>,
}

struct Module<'a> {
    file: &'a str,
    /// Where in the file: the inline modules around.
    within: &'a [String],
    test: bool,
    /// What `use` calls names here.
    bound: BTreeMap<&'a str, &'a [String]>,
    globs: Vec<&'a [String]>,
}

struct Modules<'a> {
    sources: &'a BTreeMap<&'a str, &'a Source>,
    all: BTreeMap<Path, Module<'a>>,
}

/// A path that leads through more hands is taken as it is.
const DEEPEST: u8 = 16;

impl Linked {
    pub(crate) fn new(crates: &[Crate], sources: &BTreeMap<&str, &Source>) -> Self {
        let mut modules = Modules {
            sources,
            all: BTreeMap::new(),
        };
        for krate in crates {
            for root in &krate.roots {
                let name = match root.kind {
                    Kind::Library => krate.name.clone(),
                    Kind::Binary | Kind::Test => root.path.clone(),
                };
                let folder = folder_of(&root.path).to_owned();
                modules.add(&[name], &root.path, &folder, root.kind == Kind::Test);
            }
        }
        let (mut linked, mut deployed) = (Self::default(), BTreeSet::new());
        for (path, module) in &modules.all {
            linked.files.insert(module.file.to_owned());
            if module.within.is_empty() && !module.test {
                deployed.insert(module.file);
            }
            let names = sources.get(module.file).map(|source| source.names.iter());
            for name in names.into_iter().flatten() {
                if name.place.module == module.within {
                    linked.links.push(modules.link(path, module, name));
                }
            }
        }
        let tests = linked.files.iter().cloned();
        linked.tests = tests
            .filter(|file| !deployed.contains(file.as_str()))
            .collect();
        linked
    }
}

impl<'a> Modules<'a> {
    /// Adds a file's modules, and those of the files that it declares; theirs lie in `folder`.
    fn add(&mut self, path: &[String], file: &str, folder: &str, test: bool) {
        let Some((&file, &source)) = self.sources.get_key_value(file) else {
            return;
        };
        let mut inline = vec![(&[] as &[String], test)];
        for (within, only_tests) in &source.inline {
            inline.push((within, test || *only_tests));
        }
        for (within, test) in inline {
            let (mut bound, mut globs) = (BTreeMap::new(), Vec::new());
            for name in source
                .names
                .iter()
                .filter(|name| name.place.module == within)
            {
                match (name.how, name.bound.as_deref()) {
                    (How::Use, Some(as_called)) => {
                        bound.insert(as_called, name.path.as_slice());
                    }
                    (How::Glob, _) => globs.push(name.path.as_slice()),
                    _ => {}
                }
            }
            let module = Module {
                file,
                within,
                test,
                bound,
                globs,
            };
            self.all.insert([path, within].concat(), module);
        }
        for declared in &source.declared {
            let within = &declared.place.module;
            let mut beneath = folder.to_owned();
            for name in within {
                beneath += &format!("{name}/");
            }
            let candidates = match &declared.path {
                Some(said) if within.is_empty() => vec![format!("{}{said}", folder_of(file))],
                Some(said) => vec![format!("{beneath}{said}")],
                None => vec![
                    format!("{beneath}{}.rs", declared.name),
                    format!("{beneath}{}/mod.rs", declared.name),
                ],
            };
            for candidate in candidates {
                let next = if declared.path.is_some() || candidate.ends_with("/mod.rs") {
                    folder_of(&candidate).to_owned()
                } else {
                    format!("{beneath}{}/", declared.name)
                };
                let mut path = [path, within.as_slice()].concat();
                path.push(declared.name.clone());
                self.add(&path, &candidate, &next, test || declared.place.test);
            }
        }
    }

    fn link(&self, from: &Path, module: &Module<'_>, name: &Name) -> Link {
        let to = self.resolve(from, &name.path, name.how == How::Inline, DEEPEST);
        let defined = self.defined(&to, DEEPEST);
        let target = self.module_of(&defined);
        Link {
            file: module.file.to_owned(),
            line: name.place.line,
            test: module.test || name.place.test,
            how: name.how,
            from: from.clone(),
            target: target.map(|path| self.all[path].file.to_owned()),
            to,
            defined,
        }
    }

    /// A path as a module means it. What its `use`s call names, those themselves do not go by.
    fn resolve(&self, from: &[String], path: &[String], inline: bool, deepest: u8) -> Path {
        let Some((first, rest)) = path.split_first() else {
            return Path::new();
        };
        let parent = &from[..from.len().saturating_sub(1).max(1)];
        match first.as_str() {
            "crate" => return [&from[..1], rest].concat(),
            "self" => return self.resolve_within(from, rest),
            "super" => return self.resolve_within(parent, rest),
            _ => {}
        }
        if deepest == 0 {
            return path.to_vec();
        }
        let child = [from, std::slice::from_ref(first)].concat();
        if self.all.contains_key(&child) {
            return [&child, rest].concat();
        }
        let module = &self.all[from];
        if let Some(bound) = module.bound.get(first.as_str())
            && bound.first() != Some(first)
        {
            let bound = self.resolve(from, bound, false, deepest - 1);
            return [&bound, rest].concat();
        }
        if let Some(bound) = module.bound.get(first.as_str())
            && inline
        {
            return [*bound, rest].concat();
        }
        self.through_globs(from, first, deepest)
            .map_or_else(|| path.to_vec(), |found| [&found, rest].concat())
    }

    /// After `self` or `super`, which may come again.
    fn resolve_within(&self, from: &[String], path: &[String]) -> Path {
        match path.split_first() {
            Some((first, rest)) if first == "super" => {
                self.resolve_within(&from[..from.len().saturating_sub(1).max(1)], rest)
            }
            _ => [from, path].concat(),
        }
    }

    /// Where a path's end is defined, if modules of the tree hand it on.
    fn defined(&self, path: &[String], deepest: u8) -> Path {
        let Some(module) = self.module_of(path) else {
            return path.to_vec();
        };
        let Some((name, rest)) = path[module.len()..].split_first() else {
            return path.to_vec();
        };
        if deepest == 0 || self.defines(module, name) {
            return path.to_vec();
        }
        let handed = match self.all[module].bound.get(name.as_str()) {
            Some(bound) => Some(self.resolve(module, bound, false, deepest - 1)),
            None => self.through_globs(module, name, deepest),
        };
        match handed {
            Some(found) if found != path => self.defined(&[&found, rest].concat(), deepest - 1),
            _ => path.to_vec(),
        }
    }

    /// A name that a module has through `use …::*`.
    fn through_globs(&self, module: &[String], name: &str, deepest: u8) -> Option<Path> {
        if deepest == 0 {
            return None;
        }
        self.all[module].globs.iter().find_map(|glob| {
            let from = self.resolve(module, glob, false, deepest - 1);
            let from = self.defined(&from, deepest - 1);
            let there = self.all.get(&from)?;
            let path = [from.as_slice(), &[name.to_owned()]].concat();
            if self.defines(&from, name) || self.all.contains_key(&path) {
                return Some(path);
            }
            match there.bound.get(name) {
                Some(bound) => Some(self.resolve(&from, bound, false, deepest - 1)),
                None => self.through_globs(&from, name, deepest - 1),
            }
        })
    }

    fn defines(&self, module: &[String], name: &str) -> bool {
        let Module { file, within, .. } = &self.all[module];
        let one = (within.to_vec(), name.to_owned());
        self.sources[file].items.contains(&one)
    }

    /// The module that a path leads into: its longest beginning that is one.
    fn module_of<'p>(&self, path: &'p [String]) -> Option<&'p [String]> {
        (1..=path.len())
            .rev()
            .map(|end| &path[..end])
            .find(|path| self.all.contains_key(*path))
    }
}

/// The folder of a file, with a slash at the end.
fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..=end])
}
