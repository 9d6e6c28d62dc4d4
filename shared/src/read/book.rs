//! The open book of an instance, brought forward when it is too old: the posts whose delivery may not be over.

use std::sync::Arc;

use domain::feeds::{BOOK_FULL, Book};
use futures::future::try_join_all;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::Reads;
use crate::{
    error::Error,
    telemetry::metrics::{self, Metric},
};

/// What an instance keeps of it.
pub(super) type Kept = Mutex<Arc<Book>>;

impl Reads {
    /// The posts that may not have reached all their readers, as of two seconds ago at most: no round, or one, which all
    /// who ask meanwhile wait for together. Whoever looks for what was delivered asks for it before: what is closed
    /// after that has been delivered before.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn book(&self, now: Timestamp) -> Result<Arc<Book>, Error> {
        let mut book = self.book.lock().await;
        if !book.is_fresh(now) {
            let from = book.plan(now);
            let found = (0..).zip(from);
            let found = found.map(|(shard, from)| self.store.open_in(shard, from, BOOK_FULL));
            let found = try_join_all(found).await?;
            if !Arc::make_mut(&mut book).bring_forward(now, from, found) {
                metrics::count(Metric::OpenBookFull, 1);
            }
        }
        Ok(Arc::clone(&book))
    }
}
