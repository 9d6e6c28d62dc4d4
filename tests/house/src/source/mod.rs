//! A Rust file as the rules see it: what it declares, names, says and calls.
//!
//! Items are read by `syn`; what they are made of, macros' arguments among it, as tokens, so that
//! code in a `select!` or a `routes!` is seen as any other.

mod reader;
mod tokens;

use std::collections::BTreeSet;

pub use tokens::Body;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The inline modules around it, outermost first.
    pub module: Vec<String>,
    /// Whether one of them, or the item, is for tests alone.
    pub test: bool,
    /// From 1.
    pub line: usize,
}

/// A module in a file of its own: `mod name;`.
#[derive(Debug)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// What `#[path]` says.
    pub path: Option<String>,
    /// Where.
    pub place: Place,
}

/// How a path is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// By `use`.
    Use,
    /// By `use …::*`.
    Glob,
    /// Where it is needed.
    Inline,
}

/// A path of two names or more, or a whole `use`.
#[derive(Debug)]
pub struct Name {
    /// As it is spelled; groups are taken apart, `self` at their end is left out.
    pub path: Vec<String>,
    /// By `use` or not.
    pub how: How,
    /// What a `use` calls it.
    pub bound: Option<String>,
    /// The first such place.
    pub place: Place,
}

/// A literal of text or bytes, outside of documentation.
#[derive(Debug)]
pub struct Text {
    /// What it holds, escapes resolved.
    pub value: String,
    /// Where.
    pub place: Place,
}

/// An attribute other than documentation; what `cfg_attr` would set is an attribute of its own.
#[derive(Debug)]
pub struct Attribute {
    /// Its path, by `::`.
    pub path: String,
    /// All names in it.
    pub words: BTreeSet<String>,
    /// Where.
    pub place: Place,
}

/// A call of a function or method, by its last name.
#[derive(Debug)]
pub struct Call {
    /// Which.
    pub name: String,
    /// Where.
    pub place: Place,
}

/// A function or method.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Of which type, if it is a method of one's own `impl`.
    pub of: Option<String>,
    /// `pub`, to all.
    pub public: bool,
    /// `async`.
    pub asynchronous: bool,
    /// Run by the test runner.
    pub is_test: bool,
    /// What it does.
    pub body: Body,
    /// Where.
    pub place: Place,
}

/// What the rules ask of a file.
#[derive(Debug, Default)]
pub struct Source {
    /// Modules in files of their own.
    pub declared: Vec<Declared>,
    /// Every path.
    pub names: Vec<Name>,
    /// Every text.
    pub texts: Vec<Text>,
    /// Every attribute.
    pub attributes: Vec<Attribute>,
    /// Every call.
    pub calls: Vec<Call>,
    /// Every function, but those within functions; those that a macro is given, too.
    pub functions: Vec<Function>,
    /// What each module defines or has as an inline module, the file's own being the empty one.
    pub items: BTreeSet<(Vec<String>, String)>,
    /// How many lines are for tests alone.
    pub lines_of_tests: usize,
    /// Inline modules, with whether they are for tests alone.
    pub inline: Vec<(Vec<String>, bool)>,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// It is no Rust.
    pub fn read(text: &str) -> syn::Result<Self> {
        Ok(reader::read(&syn::parse_file(text)?))
    }
}
