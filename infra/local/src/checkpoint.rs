//! How far everything is worked off, and the dead letters: one file, replaced as a whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use data_plane::Delayed;
use serde::{Deserialize, Serialize};

/// What a restart goes on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// All that the stream told up to here, and all that followed from it, is done.
    pub(crate) sequence: Option<String>,
    /// The bodies in each dead-letter queue, by logical id.
    pub(crate) dead_letters: BTreeMap<String, Vec<String>>,
    /// Messages that are not due yet.
    #[serde(default)]
    pub(crate) delayed: Vec<Delayed>,
}

/// Where the checkpoint is kept; nowhere for an ephemeral cloud.
pub(crate) struct CheckpointFile {
    path: Option<PathBuf>,
}

impl CheckpointFile {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    pub(crate) fn read(&self) -> Result<Checkpoint> {
        match self.path.as_ref().filter(|path| path.exists()) {
            Some(path) => serde_json::from_slice(&fs::read(path)?)
                .with_context(|| format!("{}", path.display())),
            None => Ok(Checkpoint::default()),
        }
    }

    pub(crate) fn write(&self, checkpoint: &Checkpoint) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let draft = path.with_extension("new");
        fs::write(&draft, serde_json::to_vec(checkpoint)?)?;
        fs::rename(&draft, path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_last_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = CheckpointFile::new(Some(dir.path().join("checkpoint.json")));
        assert_eq!(file.read().unwrap(), Checkpoint::default());
        let dead_letters = BTreeMap::from([("Dlq".to_owned(), vec!["x".to_owned()])]);
        let checkpoint = Checkpoint {
            sequence: Some("7".to_owned()),
            dead_letters,
            delayed: Vec::new(),
        };
        file.write(&checkpoint).unwrap();
        assert_eq!(file.read().unwrap(), checkpoint);
    }
}
