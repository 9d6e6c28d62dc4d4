//! What became of a feed, for the one who keeps it.

use jiff::Timestamp;
use serde::Serialize;

use crate::feed::BadLine;

/// A report names at most this many bad fields; the counts are exact.
pub const LISTED: usize = 1_000;

/// The report on one feed, as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Key of the feed.
    pub feed: String,
    /// When it was read, which is when its prices count as confirmed.
    pub confirmed_at: Timestamp,
    /// Records under the header, good and bad.
    pub lines: u64,
    /// Good ones; of two with the same id the later counts in the store, both count here.
    pub products: u64,
    /// Bad ones, or 1 for a header that cannot be used.
    pub bad_lines: u64,
    /// What is wrong with them, the first [`LISTED`] fields.
    pub bad: Vec<BadLine>,
}

impl Report {
    /// A report with nothing on it.
    pub fn of(feed: &str, confirmed_at: Timestamp) -> Self {
        let feed = feed.to_owned();
        Self {
            feed,
            confirmed_at,
            lines: 0,
            products: 0,
            bad_lines: 0,
            bad: Vec::new(),
        }
    }

    /// A line became a product.
    pub fn good(&mut self) {
        self.lines += 1;
        self.products += 1;
    }

    /// A line is bad, and this is all that is wrong with it.
    pub fn bad(&mut self, fields: Vec<BadLine>) {
        let in_header = fields.iter().all(|field| field.line == 1);
        self.lines += u64::from(!in_header);
        self.bad_lines += 1;
        let room = LISTED.saturating_sub(self.bad.len());
        self.bad.extend(fields.into_iter().take(room));
    }

    /// The file has not even a header.
    pub fn empty(&mut self) {
        self.bad(vec![BadLine {
            line: 1,
            field: "".into(),
            reason: "is no header".to_owned(),
        }]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_cut_and_the_count_is_not() {
        let mut report = Report::of("catalogue/a.tsv", Timestamp::UNIX_EPOCH);
        let bad = |line| BadLine {
            line,
            field: "id".into(),
            reason: "is missing".to_owned(),
        };
        for line in 2..2_002 {
            report.bad(vec![bad(line), bad(line)]);
        }
        report.good();
        assert_eq!(
            (report.lines, report.bad_lines, report.products),
            (2_001, 2_000, 1)
        );
        assert_eq!(report.bad.len(), LISTED);
    }
}
