//! The tables of the documents, each between two comments that say where it begins and ends.

use std::path::Path;

use anyhow::{Context, Result};
use shared::{keys::items, queue::messages, store::patterns};

use super::part::text;
use super::sources::Sources;

const BEGIN: &str = "<!-- made by `cargo run -p local -- --refresh` -->\n";
const END: &str = "<!-- as far as it is made -->\n";

/// `docs/patterns.md`: every question asked of the table.
pub(super) fn patterns(root: &Path) -> Result<String> {
    put(root, "docs/patterns.md", &(patterns::as_markdown() + "\n"))
}

/// `README.md`: every function, what triggers it, and what it says that it does.
pub(super) fn functions(root: &Path, sources: &Sources) -> Result<String> {
    let mut table = "| function | trigger | does |\n|---|---|---|\n".to_owned();
    for own in &sources.functions {
        let file = text(root, &format!("functions/{}/function.yaml", own.name))?;
        let first = file.lines().next().and_then(|line| line.strip_prefix("# "));
        let does = first.with_context(|| format!("{} does not say what it does", own.name))?;
        let events = own.part.document["Properties"]["Events"].as_object();
        let types = events.into_iter().flat_map(|events| events.values());
        let mut types = types.filter_map(|event| event["Type"].as_str());
        let trigger = types.next().unwrap_or("HTTP");
        table += &format!("| `{}` | {trigger} | {does} |\n", own.name);
    }
    put(root, "README.md", &table)
}

/// `docs/items.md`: every kind of item in the table.
pub(super) fn items(root: &Path) -> Result<String> {
    put(root, "docs/items.md", &(items::as_markdown() + "\n"))
}

/// `docs/messages.md`: every message, who tells it whom.
pub(super) fn messages(root: &Path) -> Result<String> {
    put(root, "docs/messages.md", &(messages::as_markdown() + "\n"))
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
