//! The cloud's clock, whose turning is kept across restarts.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use shared::runtime::{Clock, ClockHandle};

/// The clock that every function reads, and the only hand that turns it.
pub(crate) struct Turned {
    clock: Clock,
    handle: ClockHandle,
    file: Option<PathBuf>,
    ahead: Mutex<SignedDuration>,
}

impl Turned {
    /// A clock turned as far as the file says.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Self> {
        let (clock, handle) = Clock::shifted();
        let kept = file.as_ref().filter(|file| file.exists());
        let ahead = match kept {
            Some(file) => {
                let text = std::fs::read_to_string(file)?;
                text.trim()
                    .parse()
                    .with_context(|| format!("{}", file.display()))?
            }
            None => SignedDuration::ZERO,
        };
        handle.advance(ahead);
        Ok(Self {
            clock,
            handle,
            file,
            ahead: Mutex::new(ahead),
        })
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Turns the clock, and gives the new time.
    pub(crate) fn advance(&self, by: SignedDuration) -> Result<Timestamp> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.checked_add(by).context("that is too far")?;
        if let Some(file) = &self.file {
            std::fs::write(file, ahead.to_string())?;
        }
        self.handle.advance(by);
        Ok(self.now())
    }
}
