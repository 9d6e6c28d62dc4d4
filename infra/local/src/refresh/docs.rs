//! The tables of the documents, each between two comments that say where it begins and ends.

use std::path::Path;

use anyhow::{Context, Result};
use shared::keys::items;
use shared::store::patterns;

use super::part::text;
use super::sources::Sources;

const BEGIN: &str = "<!-- made by `cargo run -p local -- --refresh` -->\n";
const END: &str = "<!-- as far as it is made -->\n";

/// `docs/patterns.md`: every question asked of the table.
pub(super) fn patterns(root: &Path) -> Result<String> {
    put(root, "docs/patterns.md", &(patterns::as_markdown() + "\n"))
}

/// `docs/items.md`: every kind of item in the table.
pub(super) fn items(root: &Path) -> Result<String> {
    put(root, "docs/items.md", &(items::as_markdown() + "\n"))
}

/// `docs/configuration.md`: what each variable is, and who is given it.
pub(super) fn configuration(root: &Path, sources: &Sources) -> Result<String> {
    let mut table = "| variable | what | given to |\n|---|---|---|\n".to_owned();
    for setting in &sources.settings.sections {
        let what: Vec<_> = setting
            .comment
            .lines()
            .map(|line| line.trim_start_matches('#').trim())
            .collect();
        let name = setting.key.as_str();
        let functions = sources.functions.iter();
        let given = functions.filter(|own| own.part.words("Settings").contains(&name));
        let given: Vec<_> = given.map(|own| format!("`{}`", own.name)).collect();
        let given = if given.len() == sources.functions.len() {
            "every function".to_owned()
        } else {
            given.join(", ")
        };
        table += &format!("| `{name}` | {} | {given} |\n", what.join(" "));
    }
    put(root, "docs/configuration.md", &table)
}

/// The document with another table.
fn put(root: &Path, path: &str, table: &str) -> Result<String> {
    let document = text(root, path)?;
    let parted = document.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
    });
    parted.with_context(|| format!("{path} says nowhere what of it is made: {BEGIN}… {END}"))
}
