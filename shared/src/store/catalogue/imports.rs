//! What became of the store's files: kept for a quarter of a year.

use domain::catalogue::report::{Report, Tally};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Found, Range, encode, readable},
};

/// How long a report can be read.
const KEPT: SignedDuration = SignedDuration::from_hours(92 * 24);

#[derive(Serialize, Deserialize)]
struct Noted {
    #[serde(flatten)]
    report: Report,
    expires_at: i64,
}

impl Store {
    /// Notes a report, over an earlier one of the same id; in the list without its bad lines and warnings.
    pub async fn note_import(&self, report: &Report) -> Result<(), Error> {
        let until = report.confirmed_at.saturating_add(KEPT);
        let expires_at = until.map_err(Error::internal)?.as_second();
        let listed = Report {
            tally: Tally {
                bad: Vec::new(),
                warnings: Vec::new(),
                ..report.tally.clone()
            },
            ..report.clone()
        };
        let noted = |report| Noted { report, expires_at };
        let items = vec![
            encode(&keys::import(&report.id), &noted(report.clone()))?,
            encode(
                &keys::listed_import(report.confirmed_at, &report.id),
                &noted(listed),
            )?,
        ];
        self.table.put_all(items).await
    }

    /// The report of that id.
    pub async fn import(&self, id: &str) -> Result<Option<Report>, Error> {
        self.table.read(&keys::import(id), false).await
    }

    /// Up to `limit` reports without their bad lines and warnings, newest first, after the place in the list
    /// that an earlier page ended with; and the place where this one does, if there is more.
    pub async fn imports(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Report>, Option<String>), Error> {
        let range = Range {
            descending: true,
            after,
            limit: Some(limit),
            ..Range::all(keys::imports())
        };
        let Found { items, more } = self.table.query(&range).await?;
        let last = items.last().and_then(keys::Key::of).filter(|_| more);
        Ok((readable(items), last.map(|key| key.sk)))
    }
}
