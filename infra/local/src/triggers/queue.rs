//! The trigger of a queue: batches to the worker, done messages deleted, failed ones left to come again.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use data_plane::Received;
use data_plane::template::QueueEvent;
use serde_json::json;
use shared::aws::deadline::before_end;
use shared::runtime::function::QueueWorker;
use tokio::sync::Semaphore;

use crate::engine::Engine;

/// The most invocations of one worker at a time, whatever the template allows.
const MOST_AT_ONCE: usize = 8;
/// How long one receive waits for a message, in seconds: SQS's longest.
const WAIT_SECONDS: i32 = 20;

pub(super) struct Mapping {
    pub(super) engine: Arc<Engine>,
    pub(super) name: String,
    pub(super) event: QueueEvent,
    pub(super) timeout: Duration,
    pub(super) worker: QueueWorker,
}

pub(super) async fn run(mapping: Arc<Mapping>) {
    let most = mapping
        .event
        .maximum_concurrency
        .unwrap_or(MOST_AT_ONCE)
        .clamp(1, MOST_AT_ONCE);
    let slots = Arc::new(Semaphore::new(most));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        mapping.engine.paused.running(&mapping.name).await;
        let queues = mapping.engine.plane.queues();
        let (queue, size) = (&mapping.event.queue, mapping.event.batch_size);
        match queues.receive(queue, size, WAIT_SECONDS).await {
            Ok(batch) if batch.is_empty() => {}
            // It was paused while a message was waited for.
            Ok(batch) if mapping.engine.paused.has(&mapping.name) => mapping.give_back(batch).await,
            Ok(batch) => {
                let mapping = Arc::clone(&mapping);
                tokio::spawn(async move {
                    mapping.invoke(batch).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::error!(
                    function = mapping.name,
                    error = format!("{error:#}"),
                    "receiving"
                );
                return;
            }
        }
    }
}

impl Mapping {
    async fn give_back(&self, batch: Vec<Received>) {
        for message in batch {
            let queues = self.engine.plane.queues();
            if let Err(error) = queues.release(&self.event.queue, &message.receipt).await {
                tracing::error!(
                    function = self.name,
                    error = format!("{error:#}"),
                    "giving back"
                );
            }
        }
    }

    async fn invoke(&self, batch: Vec<Received>) {
        let failed = self.call(&batch).await;
        for message in batch {
            if failed
                .as_ref()
                .is_none_or(|failed| failed.contains(&message.id))
            {
                self.engine.park(&self.event.queue, message.receipt);
                continue;
            }
            self.engine.progress();
            let queues = self.engine.plane.queues();
            if let Err(error) = queues.delete(&self.event.queue, &message.receipt).await {
                tracing::error!(
                    function = self.name,
                    error = format!("{error:#}"),
                    "deleting"
                );
            }
        }
    }

    /// The ids of the messages that failed; `None` when the whole batch did.
    async fn call(&self, batch: &[Received]) -> Option<HashSet<String>> {
        let records: Vec<_> = batch.iter().map(|message| &message.record).collect();
        let event: SqsEvent = match serde_json::from_value(json!({"Records": records})) {
            Ok(event) => event,
            Err(error) => {
                tracing::error!(function = self.name, %error, "the event could not be made");
                return None;
            }
        };
        let call = tokio::spawn(tokio::time::timeout(
            self.timeout,
            before_end(self.timeout, (self.worker)(event)),
        ));
        match call.await {
            Ok(Ok(_)) if !self.event.reports_failures => Some(HashSet::new()),
            Ok(Ok(response)) => {
                let failures = response.batch_item_failures.into_iter();
                Some(failures.map(|failure| failure.item_identifier).collect())
            }
            Ok(Err(_elapsed)) => {
                tracing::error!(function = self.name, "the worker took too long");
                None
            }
            Err(error) => {
                tracing::error!(function = self.name, %error, "the worker ended");
                None
            }
        }
    }
}
