//! A file that the template is made of, read and checked; what is wrong with it names the file.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use data_plane::template::yaml;
use serde_json::Value;

use super::yaml::{Entry, block, entries};

/// A file in its sections, as written and as read.
#[derive(Debug)]
pub(super) struct Part {
    /// From the root of the workspace.
    pub(super) path: String,
    pub(super) sections: Vec<Entry>,
    pub(super) document: Value,
}

impl Part {
    /// Reads a file in which only these sections may be.
    pub(super) fn read(root: &Path, path: &str, known: &[&str]) -> Result<Self> {
        let text = text(root, path)?;
        let part = Self::parse(path, &text).and_then(|part| part.known(known));
        part.with_context(|| path.to_owned())
    }

    /// Reads a file whose entries are of no sections.
    pub(super) fn flat(root: &Path, path: &str) -> Result<Self> {
        Self::parse(path, &text(root, path)?).with_context(|| path.to_owned())
    }

    fn parse(path: &str, text: &str) -> Result<Self> {
        let document = yaml(text)?;
        let sections = entries(text);
        same_keys(&document, &sections)?;
        Ok(Self {
            path: path.to_owned(),
            sections,
            document,
        })
    }

    fn known(self, known: &[&str]) -> Result<Self> {
        for section in &self.sections {
            let name = &section.key;
            let all = known.join(", ");
            ensure!(known.contains(&name.as_str()), "{name} is none of {all}");
            let value = &self.document[name];
            if value.is_object() {
                same_keys(value, &entries(&section.block())).with_context(|| name.clone())?;
            }
        }
        Ok(self)
    }

    /// What stands in a section, at the margin; nothing where the section is not.
    pub(super) fn block(&self, section: &str) -> String {
        block(&self.sections, section)
    }

    /// The comment that the file begins with.
    pub(super) fn head(&self) -> &str {
        let first = self.sections.first();
        first.map_or("", |entry| &entry.comment)
    }

    /// The comment above a section, unless it is the file's.
    pub(super) fn comment(&self, section: &str) -> &str {
        let mut others = self.sections.iter().skip(1);
        let found = others.find(|entry| entry.key == section);
        found.map_or("", |entry| &entry.comment)
    }

    /// The words of a section that is a list of them.
    pub(super) fn words(&self, section: &str) -> Vec<&str> {
        let items = self.document[section].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).collect()
    }
}

/// The text of a file of the workspace.
pub(super) fn text(root: &Path, path: &str) -> Result<String> {
    std::fs::read_to_string(root.join(path)).with_context(|| path.to_owned())
}

/// What was cut out is what is there.
fn same_keys(mapping: &Value, entries: &[Entry]) -> Result<()> {
    let keys = mapping.as_object().context("it is no mapping")?;
    let cut = entries.iter().filter(|entry| keys.contains_key(&entry.key));
    ensure!(
        cut.count() == keys.len() && entries.len() == keys.len(),
        "each key must begin a line of its own, and no other line be as far out"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("part.yaml"), text).unwrap();
        let part = Part::read(dir.path(), "part.yaml", &["Resources", "Outputs"]);
        format!("{:#}", part.unwrap_err())
    }

    #[test]
    fn a_broken_part_is_named_with_what_is_wrong() {
        for (text, wrong) in [
            ("Resources:\n  A: {B\n", "line"),
            ("Resources:\n  A: 1\n  A: 2\n", "duplicate"),
            (
                "Resource:\n  A: 1\n",
                "Resource is none of Resources, Outputs",
            ),
            (
                "Resources: {A: 1,\n  B: 2}\n",
                "Resources: each key must begin a line",
            ),
            ("- A\n", "no mapping"),
        ] {
            let refused = refused(text);
            assert!(refused.starts_with("part.yaml: "), "{refused}");
            assert!(refused.contains(wrong), "{refused}");
        }
    }
}
