//! `cargo run -p local -- --refresh`: whatever can be made of something else is made here.

mod docs;
mod filters;
mod function;
mod part;
mod routes;
mod sources;
mod template;
mod yaml;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::functions;
use sources::Sources;

/// A file that is made, or has a part that is.
#[derive(Debug)]
pub struct Made {
    /// From the root of the workspace.
    pub path: &'static str,
    /// All of it.
    pub text: String,
}

/// Every such file, as it must be.
///
/// # Errors
/// Names the file of which nothing can be made, and why.
pub fn make(root: &Path) -> Result<Vec<Made>> {
    let sources = Sources::read(root)?;
    let made = |path, text| Made { path, text };
    Ok(vec![
        made("infra/template.yaml", template::make(&sources)?),
        made("functions/pages/openapi.json", functions::openapi()?),
        made("Cargo.toml", manifest(root, &sources)?),
        made(
            "docs/configuration.md",
            docs::configuration(root, &sources)?,
        ),
        made("README.md", docs::functions(root, &sources)?),
        made("docs/items.md", docs::items(root)?),
        made("docs/messages.md", docs::messages(root)?),
        made("docs/patterns.md", docs::patterns(root)?),
        made(filters::PATH, filters::make(root)?),
    ])
}

/// Writes those that are not as they must be, and gives their paths.
///
/// # Errors
/// As [`make`], and when a file cannot be written.
pub fn refresh() -> Result<Vec<&'static str>> {
    let root = root();
    let mut written = Vec::new();
    // What is made of what was made comes with the next round.
    loop {
        let before = written.len();
        for Made { path, text } in make(&root)? {
            let file = root.join(path);
            if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
                continue;
            }
            std::fs::write(&file, text).context(path)?;
            written.push(path);
        }
        if written.len() == before {
            return Ok(written);
        }
    }
}

/// The workspace that this was built from.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The workspace's manifest, with its routes for `cargo lambda watch`.
fn manifest(root: &Path, sources: &Sources) -> Result<String> {
    const TABLE: &str = "[workspace.metadata.lambda.watch.router]\n";
    let manifest = part::text(root, "Cargo.toml")?;
    let found = manifest.split_once(TABLE);
    let (before, rest) = found.with_context(|| format!("Cargo.toml has no {TABLE}"))?;
    let after = rest
        .split_once("\n[")
        .map_or(String::new(), |(_, after)| format!("\n[{after}"));
    let routes = routes::watched(sources);
    Ok(format!("{before}{TABLE}{routes}{after}"))
}
