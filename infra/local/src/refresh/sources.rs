//! All that files are made of: the parts, the frames, the settings, and each function's own file.

use std::path::Path;

use anyhow::{Context, Result};

use super::part::{Part, text};
use super::routes::{self, Route};
use crate::functions;

/// The sections of CloudFormation, in the order in which they are made.
pub(super) const SECTIONS: [&str; 8] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Parameters",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
];
const PARTS: &str = "infra/parts";
const SETTINGS: &str = "infra/parts/settings.yaml";
const OWN: [&str; 6] = [
    "Properties",
    "Statements",
    "Writes",
    "Settings",
    "Alarms",
    "Routes",
];

pub(super) struct Sources {
    /// Plain CloudFormation.
    pub(super) parts: Vec<Part>,
    pub(super) frames: Frames,
    /// What each variable is.
    pub(super) settings: Part,
    pub(super) functions: Vec<Own>,
    /// How long a function that does not say so may take, in seconds.
    pub(super) timeout: u64,
}

/// What is the same of all functions, of all behind the gateway, of all that work a queue off.
pub(super) struct Frames {
    pub(super) function: String,
    pub(super) alarm: String,
    pub(super) http: String,
    pub(super) queue: String,
}

/// What a function says of itself.
pub(super) struct Own {
    /// That of its binary.
    pub(super) name: &'static str,
    /// Its function.yaml.
    pub(super) part: Part,
    /// None where it is not behind the gateway.
    pub(super) routes: Option<Vec<Route>>,
}

impl Sources {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let parts = parts(root)?;
        let globals = parts.iter().map(|part| &part.document["Globals"]);
        let timeout = globals
            .filter_map(|globals| globals["Function"]["Timeout"].as_u64())
            .next();
        let frame = |name: &str| text(root, &format!("{PARTS}/frames/{name}.yaml"));
        Ok(Self {
            timeout: timeout.with_context(|| format!("{PARTS}: no Timeout for all functions"))?,
            parts,
            frames: Frames {
                function: frame("function")?,
                alarm: frame("alarm")?,
                http: frame("http")?,
                queue: frame("queue")?,
            },
            settings: Part::flat(root, SETTINGS)?,
            functions: functions(root)?,
        })
    }
}

/// Every part, by name.
fn parts(root: &Path) -> Result<Vec<Part>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(root.join(PARTS)).context(PARTS)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("{PARTS}/{name}");
        if name.ends_with(".yaml") && path != SETTINGS {
            paths.push(path);
        }
    }
    paths.sort();
    let parts = paths.iter().map(|path| Part::read(root, path, &SECTIONS));
    parts.collect()
}

fn functions(root: &Path) -> Result<Vec<Own>> {
    let functions = functions::ALL.iter().map(|function| {
        let path = format!("functions/{}/function.yaml", function.name);
        let part = Part::read(root, &path, &OWN)?;
        let routes = function
            .openapi
            .map(|openapi| routes::read(&part, &openapi()));
        Ok(Own {
            name: function.name,
            part,
            routes: routes.transpose()?,
        })
    });
    functions.collect()
}
