//! The template: CloudFormation's sections, each of the parts' and the functions'.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use data_plane::template::yaml;

use super::function;
use super::sources::{SECTIONS, Sources};
use super::yaml::{entries, indent};

const HEAD: &str = "\
# Made by `cargo run -p local -- --refresh` of infra/parts, of each function's function.yaml, and of the routes of its
# router. Change those: a test compares this with them.
";

/// All of it.
pub(super) fn make(sources: &Sources) -> Result<String> {
    let mut made = HEAD.to_owned();
    for section in SECTIONS {
        let pieces = pieces(section, sources)?;
        let whole = pieces.iter().find(|piece| piece.lines.is_empty());
        if let Some(whole) = whole {
            made += &whole.head;
            continue;
        }
        made += &format!("\n{section}:\n");
        let mut first = BTreeMap::new();
        for Piece { path, head, lines } in &pieces {
            for entry in entries(lines) {
                if let Some(other) = first.insert(entry.key.clone(), path) {
                    bail!("{path}: {section} has {} of {other} already", entry.key);
                }
            }
            made += &indent(&format!("# --- {path}\n{head}{lines}"), 2);
        }
    }
    yaml(&made).context("infra/template.yaml as made")?;
    Ok(made)
}

/// What a file gives to a section.
struct Piece {
    path: String,
    /// The comment above; of a section that is no more than a value, all of it.
    head: String,
    lines: String,
}

fn pieces(section: &str, sources: &Sources) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for part in &sources.parts {
        let Some(entry) = part.sections.iter().find(|entry| entry.key == section) else {
            continue;
        };
        let lines = entry.block();
        let head = if lines.is_empty() {
            entry.whole()
        } else {
            entry.comment.clone()
        };
        pieces.push(Piece {
            path: part.path.clone(),
            head,
            lines,
        });
    }
    if section == "Resources" {
        for own in &sources.functions {
            pieces.push(Piece {
                path: own.part.path.clone(),
                head: String::new(),
                lines: function::resources(own, sources)?,
            });
        }
    }
    Ok(pieces)
}
