//! The filter of the table's stream, as the items say what the relay is told.

use std::path::Path;

use anyhow::{Context, Result};
use shared::keys::items;

use super::part::text;

/// Whose trigger has it.
pub(super) const PATH: &str = "functions/relay/function.yaml";
const BEGIN: &str = "          Filters:\n";
const PATTERN: &str = "            - Pattern: ";

/// The relay's file with the patterns that its filter must have.
pub(super) fn make(root: &Path) -> Result<String> {
    let file = text(root, PATH)?;
    let parted = file.split_once(BEGIN);
    let (before, rest) = parted.with_context(|| format!("{PATH} has no {BEGIN}"))?;
    let after = rest
        .split_inclusive('\n')
        .skip_while(|line| line.starts_with(PATTERN));
    let patterns = items::stream_filters().into_iter();
    let patterns = patterns.map(|pattern| format!("{PATTERN}'{pattern}'\n"));
    let lines: String = patterns.chain(after.map(str::to_owned)).collect();
    Ok(format!("{before}{BEGIN}{lines}"))
}
