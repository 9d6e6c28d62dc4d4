//! Tables as CSV that are too large for an answer: files, fetched by an address that is good for 15 minutes (MONEY 29).

use std::time::Duration;

use bytes::Bytes;

use super::Objects;
use crate::error::Error;

/// An answer holds so many bytes of a table at most; a Lambda's answer, 6 MB of JSON in all.
pub const SHEET_MOST: usize = 3_000_000;
/// The type of a table.
const CSV: &str = "text/csv; charset=utf-8";
/// A file of many megabytes is put in so much time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Puts large tables into the bucket, which forgets them after a day.
#[derive(Debug, Clone)]
pub struct Sheets {
    objects: Objects,
}

impl Sheets {
    /// Those of this bucket.
    pub fn new(objects: Objects) -> Self {
        Self {
            objects: objects.waiting(PATIENCE),
        }
    }

    /// Where this table can be fetched, if it is too large for an answer. `name` is the same for the same content alone.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn put_if_large(&self, name: &str, csv: &str) -> Result<Option<String>, Error> {
        if csv.len() <= SHEET_MOST {
            return Ok(None);
        }
        let key = format!("sheets/{name}.csv");
        let body = Bytes::copy_from_slice(csv.as_bytes());
        self.objects.put(&key, CSV, body).await?;
        self.objects.address(&key).await.map(Some)
    }
}
