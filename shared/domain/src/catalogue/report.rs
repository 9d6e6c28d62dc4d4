//! What became of a file that the store dropped into the bucket, for the one who keeps it.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A report names at most this many bad fields; the counts are exact.
pub const LISTED: usize = 1_000;

/// One bad field of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadLine {
    /// Line of the file on which the record begins, from 1.
    pub line: u64,
    /// The field's name; empty where the record as a whole is bad.
    pub field: Cow<'static, str>,
    /// What is wrong, for the one who keeps the file.
    pub reason: String,
}

impl BadLine {
    /// A record that is bad as a whole.
    pub fn whole(line: u64, reason: impl Into<String>) -> Self {
        Self {
            line,
            field: "".into(),
            reason: reason.into(),
        }
    }
}

/// What was counted in a file, or in a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Records, good and bad; a header is none.
    pub lines: u64,
    /// Good ones; of two with the same id the later counts in the store, both count here.
    pub products: u64,
    /// Bad ones, or 1 for a file that cannot be read at all.
    pub bad_lines: u64,
    /// What is wrong with them, the first [`LISTED`] fields.
    pub bad: Vec<BadLine>,
    /// Values that were left out or cut, of good lines and bad.
    #[serde(default)]
    pub warned: u64,
    /// What is wrong with those, the first [`LISTED`].
    #[serde(default)]
    pub warnings: Vec<BadLine>,
}

impl Tally {
    /// A record is good.
    pub fn good(&mut self) {
        self.lines += 1;
        self.products += 1;
    }

    /// A record is bad, and this is all that is wrong with it.
    pub fn bad(&mut self, fields: Vec<BadLine>) {
        self.lines += 1;
        self.unreadable(fields);
    }

    /// The file is bad, rather than one of its records.
    pub fn unreadable(&mut self, fields: Vec<BadLine>) {
        self.bad_lines += 1;
        let room = LISTED.saturating_sub(self.bad.len());
        self.bad.extend(fields.into_iter().take(room));
    }

    /// These values were left out or cut.
    pub fn warn(&mut self, fields: Vec<BadLine>) {
        self.warned += fields.len() as u64;
        let room = LISTED.saturating_sub(self.warnings.len());
        self.warnings.extend(fields.into_iter().take(room));
    }

    /// Adds what was counted in a later part.
    pub fn add(&mut self, later: Self) {
        self.lines += later.lines;
        self.products += later.products;
        self.bad_lines += later.bad_lines;
        let room = LISTED.saturating_sub(self.bad.len());
        self.bad.extend(later.bad.into_iter().take(room));
        self.warned += later.warned;
        let room = LISTED.saturating_sub(self.warnings.len());
        self.warnings.extend(later.warnings.into_iter().take(room));
    }
}

/// Products that a feed does not name, and that were not retired all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRetired {
    /// How many.
    pub products: u64,
    /// Why.
    pub reason: String,
}

/// The report on one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it is named by.
    pub id: String,
    /// The file's key in the bucket.
    pub feed: String,
    /// When it arrived, which is when its prices count as confirmed.
    pub confirmed_at: Timestamp,
    /// Counts, and what is bad. For a file of reviews `products` counts reviews.
    #[serde(flatten)]
    pub tally: Tally,
    /// Products that an earlier file of this name named, and this one does not.
    pub retired: u64,
    /// Where the file was not believed to be whole, or lines of it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_retired: Option<NotRetired>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_cut_and_the_count_is_not() {
        let mut tally = Tally::default();
        for line in 2..2_002 {
            tally.bad(vec![BadLine::whole(line, "a"), BadLine::whole(line, "b")]);
            tally.warn(vec![BadLine::whole(line, "c")]);
        }
        tally.good();
        let mut both = tally.clone();
        both.add(tally);
        assert_eq!(
            (both.lines, both.bad_lines, both.products),
            (4_002, 4_000, 2)
        );
        assert_eq!(both.bad.len(), LISTED);
        assert_eq!((both.warned, both.warnings.len()), (4_000, LISTED));
    }
}
