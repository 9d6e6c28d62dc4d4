//! The directory that a cloud keeps its data in: one cloud's at a time, and of one layout of the table.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use shared::keys::LAYOUT;

/// Says in which [`LAYOUT`] the rest is kept.
const LAYOUT_FILE: &str = "layout";

/// Takes the directory for one cloud, until what it gives is dropped.
///
/// # Errors
/// Another cloud has it, or what is in it lies otherwise than this build reads it.
pub(crate) fn take(dir: &Path) -> Result<File> {
    let taken = || {
        format!(
            "{} is not to be had; is another cloud using it?",
            dir.display()
        )
    };
    fs::create_dir_all(dir).with_context(taken)?;
    let lock = File::create(dir.join("lock")).with_context(taken)?;
    lock.try_lock().with_context(taken)?;
    agree(dir)?;
    Ok(lock)
}

/// A directory with a table keeps the layout that it was made in; one without takes this build's.
fn agree(dir: &Path) -> Result<()> {
    let file = dir.join(LAYOUT_FILE);
    if !data_plane::has_table(dir) {
        fs::write(&file, LAYOUT.to_string()).with_context(|| format!("{}", file.display()))?;
        return Ok(());
    }
    let kept = match fs::read_to_string(&file) {
        // What was written before layouts were told.
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        kept => kept.with_context(|| format!("{}", file.display()))?,
    };
    if kept.trim() == LAYOUT.to_string() {
        return Ok(());
    }
    bail!(
        "{} was written by another build, whose table this one would misread: delete it, or name another by --data-dir",
        dir.display()
    )
}
