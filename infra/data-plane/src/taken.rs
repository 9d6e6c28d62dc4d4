//! Messages that were taken from callers and may not be worked off yet: kept on disk, since the queues are not.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A message that is to be given out, now or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delayed {
    /// Its queue, by its logical id.
    pub queue: String,
    /// From when on.
    pub due: Timestamp,
    /// The entry of the request that sent it.
    pub entry: Value,
}

/// A file to which each message is added before its sender is answered, and which is emptied once all of them are worked
/// off. Without a file nothing is kept.
///
/// Nothing is flushed to the disk: it outlives the process, and not the machine.
pub struct Taken(Mutex<State>);

#[derive(Default)]
struct State {
    file: Option<File>,
    /// How long the file is.
    bytes: u64,
    /// How many are being handed to their queues.
    under_way: usize,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Taken")
    }
}

/// That messages are being handed to their queues; it ends when this is dropped.
pub(crate) struct UnderWay<'a>(&'a Taken);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

impl Taken {
    /// Opens the file, and gives what the last process left in it. What it did not write to its end it answered nobody.
    pub(crate) fn open(path: Option<PathBuf>) -> Result<(Self, Vec<Delayed>)> {
        let Some(path) = path else {
            return Ok((Self(Mutex::default()), Vec::new()));
        };
        let text = match path.exists() {
            true => std::fs::read_to_string(&path)?,
            false => String::new(),
        };
        let (whole, _torn) = text.rsplit_once('\n').unwrap_or_default();
        let left = whole.lines().map(serde_json::from_str);
        let left = left.collect::<Result<_, _>>();
        let left = left.with_context(|| format!("{}", path.display()))?;
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = match whole.len() {
            0 => 0,
            length => length as u64 + 1,
        };
        file.set_len(bytes)?;
        let state = State {
            file: Some(file),
            bytes,
            under_way: 0,
        };
        Ok((Self(Mutex::new(state)), left))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything is kept.
    pub(crate) fn keeps(&self) -> bool {
        self.state().file.is_some()
    }

    /// Notes that messages are about to be handed to their queues.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.state().under_way += 1;
        UnderWay(self)
    }

    /// Keeps messages that were handed to their queues.
    pub(crate) fn keep(&self, messages: &[Delayed]) -> Result<()> {
        let mut lines = Vec::new();
        for message in messages {
            serde_json::to_writer(&mut lines, message)?;
            lines.push(b'\n');
        }
        let mut state = self.state();
        if let Some(file) = &mut state.file {
            file.write_all(&lines)?;
            state.bytes += lines.len() as u64;
        }
        Ok(())
    }

    /// How far the file goes now; `None` while messages are being handed to their queues.
    pub fn mark(&self) -> Option<u64> {
        let state = self.state();
        (state.under_way == 0).then_some(state.bytes)
    }

    /// All up to that mark is worked off: forgets it, unless more came since.
    ///
    /// # Errors
    /// The file cannot be changed.
    pub fn settle(&self, mark: Option<u64>) -> Result<()> {
        let mut state = self.state();
        let all = state.under_way == 0 && mark == Some(state.bytes);
        if let (true, Some(file)) = (all && state.bytes > 0, &state.file) {
            file.set_len(0)?;
            state.bytes = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Delayed {
        Delayed {
            queue: "WorkQueue".to_owned(),
            due: Timestamp::UNIX_EPOCH,
            entry: serde_json::json!({"Id": "1", "MessageBody": body}),
        }
    }

    #[test]
    fn what_was_taken_is_left_until_it_is_settled_and_what_is_torn_was_never_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("taken");
        let open = || Taken::open(Some(path.clone())).unwrap();
        let (taken, left) = open();
        assert_eq!(left, []);
        taken.keep(&[message("a"), message("b")]).unwrap();
        let mark = taken.mark();
        taken.keep(&[message("c")]).unwrap();
        taken.settle(mark).unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(br#"{"queue":"Wo"#);
        std::fs::write(&path, torn).unwrap();
        let (taken, left) = open();
        assert_eq!(left, [message("a"), message("b"), message("c")]);
        let under_way = taken.begin();
        assert_eq!(taken.mark(), None);
        drop(under_way);
        taken.settle(taken.mark()).unwrap();
        taken.keep(&[message("d")]).unwrap();
        assert_eq!(open().1, [message("d")]);
    }
}
