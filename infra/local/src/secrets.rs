//! The secrets of a local cloud: made once, and kept with its data.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::rand;
use shared::runtime::Config;

/// Every secret, by its variable: those in `file`, and new ones, which it keeps then, for what is not
/// there. Without a file all are new.
pub(crate) fn open(file: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let mut secrets: BTreeMap<String, String> = match file {
        Some(file) if file.exists() => {
            let text = std::fs::read_to_string(file)?;
            serde_json::from_str(&text).with_context(|| format!("{}", file.display()))?
        }
        Some(_) | None => BTreeMap::new(),
    };
    let before = secrets.len();
    for name in Config::SECRETS {
        if !secrets.contains_key(*name) {
            secrets.insert((*name).to_owned(), new(name)?);
        }
    }
    if let Some(file) = file
        && secrets.len() > before
    {
        std::fs::write(file, serde_json::to_string_pretty(&secrets)?)?;
    }
    Ok(secrets)
}

/// 48 hex digits; of the store's keys two, as while one is changed.
fn new(name: &str) -> Result<String> {
    Ok(match name {
        "STORE_KEYS" => format!("{},{}", drawn()?, drawn()?),
        _one => drawn()?,
    })
}

fn drawn() -> Result<String> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).map_err(|_opaque| anyhow!("no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn secrets_are_made_once_each_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secrets.json");
        let made = open(Some(&file)).unwrap();
        let names: Vec<_> = made.keys().map(String::as_str).collect();
        let all: BTreeSet<_> = Config::SECRETS.iter().copied().collect();
        assert_eq!(names, all.into_iter().collect::<Vec<_>>());
        let values: BTreeSet<_> = made.values().collect();
        assert_eq!(values.len(), made.len());
        let keys = values.iter().flat_map(|value| value.split(','));
        let keys: BTreeSet<_> = keys.collect();
        assert_eq!(keys.len(), values.len() + 1, "the store has two");
        assert!(keys.iter().all(|key| key.len() == 48));
        assert_eq!(open(Some(&file)).unwrap(), made);
        assert_ne!(open(None).unwrap(), made);
    }

    #[test]
    fn a_secret_that_came_later_is_added_and_the_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secrets.json");
        std::fs::write(&file, r#"{"CURSOR_KEY":"old"}"#).unwrap();
        let added = open(Some(&file)).unwrap();
        assert_eq!(added["CURSOR_KEY"], "old");
        assert_eq!(added.len(), Config::SECRETS.len());
        assert_eq!(open(Some(&file)).unwrap(), added);
    }
}
