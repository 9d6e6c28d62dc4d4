//! Which objects were told to a queue and may not be worked off yet: kept on disk, since the queues are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

/// One file an object, named by its number, holding bucket and key. Without a directory
/// nothing is kept.
pub(crate) struct Journal {
    dir: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    told: Vec<u64>,
}

impl Journal {
    /// Opens the journal, and gives the objects that the last process left in it.
    pub(crate) fn open(dir: Option<PathBuf>) -> Result<(Self, Vec<(String, String)>)> {
        let mut left = BTreeMap::new();
        if let Some(dir) = &dir {
            fs::create_dir_all(dir)?;
            for entry in fs::read_dir(dir)? {
                let path = entry?.path();
                let number = path
                    .file_name()
                    .and_then(|name| name.to_str()?.parse::<u64>().ok());
                if let Some(number) = number {
                    left.insert(number, fs::read_to_string(&path)?);
                }
            }
        }
        let next = left.keys().next_back().copied().unwrap_or_default();
        let told = left.keys().copied().collect();
        let journal = Self {
            dir,
            state: Mutex::new(State { next, told }),
        };
        let objects = left.into_values();
        let objects = objects.filter_map(|object| {
            object
                .split_once('\n')
                .map(|(bucket, key)| (bucket.to_owned(), key.to_owned()))
        });
        Ok((journal, objects.collect()))
    }

    /// Notes that an object is about to be stored.
    pub(crate) fn expect(&self, bucket: &str, key: &str) -> Result<u64> {
        let number = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.next += 1;
            state.next
        };
        if let Some(dir) = &self.dir {
            fs::write(dir.join(number.to_string()), format!("{bucket}\n{key}"))?;
        }
        Ok(number)
    }

    /// Notes that the queue was told.
    pub(crate) fn told(&self, number: u64) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .told
            .push(number);
    }

    /// The object was not stored after all.
    pub(crate) fn forget(&self, number: u64) {
        if let Some(dir) = &self.dir {
            drop(fs::remove_file(dir.join(number.to_string())));
        }
    }

    /// The objects whose messages are on the queues, or were.
    pub(crate) fn told_so_far(&self) -> Vec<u64> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .told
            .clone()
    }

    /// All of these are worked off.
    pub(crate) fn settle(&self, numbers: &[u64]) {
        for number in numbers {
            self.forget(*number);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.told.retain(|number| !numbers.contains(number));
    }
}
