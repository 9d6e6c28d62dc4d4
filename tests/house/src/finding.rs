//! Something that breaks a rule, and where.

use std::fmt;

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root.
    pub path: String,
    /// The line, from 1; none where it is the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    /// Of a whole file.
    pub fn of(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            what: what.into(),
        }
    }

    /// At a line.
    pub fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::of(path, what)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}
