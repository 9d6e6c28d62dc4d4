//! The trigger of the table's stream: matching records in order, retried until they are done.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use data_plane::StreamRecord;
use data_plane::template::StreamEvent;
use serde_json::json;
use shared::aws::deadline::before_end;
use shared::runtime::function::StreamWorker;

use crate::engine::Engine;
use crate::filter;

/// How often the stream is looked at when nobody says that something is in it.
const LOOK: Duration = Duration::from_millis(20);
/// The wait before the first retry; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

pub(super) struct Mapping {
    pub(super) engine: Arc<Engine>,
    pub(super) name: String,
    pub(super) event: StreamEvent,
    pub(super) timeout: Duration,
    pub(super) worker: StreamWorker,
}

pub(super) async fn run(mapping: Mapping) {
    let engine = &mapping.engine;
    loop {
        engine.paused.running(&mapping.name).await;
        let position = engine.position();
        let page = engine.plane.tables();
        match page.records_after(position.as_deref(), mapping.event.batch_size) {
            Ok(page) if page.is_empty() => {
                tokio::select! {
                    () = engine.nudge.notified() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            Ok(page) => {
                let last = page.last().map(|record| record.sequence.clone());
                let wanted = page
                    .into_iter()
                    .filter(|record| filter::wants(&mapping.event.filters, &record.record));
                mapping.work_off(wanted.collect()).await;
                last.into_iter().for_each(|last| engine.move_to(last));
            }
            Err(error) => {
                tracing::error!(
                    function = mapping.name,
                    error = format!("{error:#}"),
                    "reading"
                );
                tokio::time::sleep(LONGEST_WAIT).await;
            }
        }
    }
}

impl Mapping {
    /// Returns when every record is done, or was given up as often as the template allows.
    async fn work_off(&self, records: Vec<StreamRecord>) {
        let mut pending = VecDeque::from([(records, 0)]);
        while let Some((mut batch, retries)) = pending.pop_front() {
            if batch.is_empty() {
                continue;
            }
            self.engine.paused.running(&self.name).await;
            let done = self.call(&batch).await.unwrap_or(0);
            self.engine.progress();
            let mut rest = batch.split_off(done);
            if rest.is_empty() {
                continue;
            }
            if self
                .event
                .maximum_retries
                .is_some_and(|most| retries >= most)
            {
                tracing::error!(function = self.name, records = rest.len(), "given up");
                continue;
            }
            if self.event.bisects && rest.len() > 1 {
                let second = rest.split_off(rest.len() / 2);
                pending.push_front((second, retries + 1));
            }
            pending.push_front((rest, retries + 1));
            let doubled =
                FIRST_WAIT * 2_u32.saturating_pow(u32::try_from(retries).unwrap_or(9).min(9));
            tokio::time::sleep(doubled.min(LONGEST_WAIT)).await;
        }
    }

    /// How many records from the first on were done; an error when none is known to be.
    async fn call(&self, batch: &[StreamRecord]) -> Result<usize> {
        let records: Vec<_> = batch.iter().map(|record| &record.record).collect();
        let event = json!({ "Records": records });
        let call = tokio::spawn(tokio::time::timeout(
            self.timeout,
            before_end(self.timeout, (self.worker)(event)),
        ));
        let response = call
            .await
            .map_err(anyhow::Error::from)
            .and_then(|done| Ok(done?));
        let response = response.inspect_err(|error| {
            tracing::error!(
                function = self.name,
                error = format!("{error:#}"),
                "a batch failed"
            );
        })?;
        if !self.event.reports_failures {
            return Ok(batch.len());
        }
        let failures = response.batch_item_failures.into_iter();
        let failed = failures.map(|failure| failure.item_identifier.unwrap_or_default());
        // An identifier that is not of this batch fails the whole of it, as on AWS.
        let failed = failed.map(|id| batch.iter().position(|record| record.sequence == id));
        Ok(failed
            .map(Option::unwrap_or_default)
            .min()
            .unwrap_or(batch.len()))
    }
}
