//! Messages that are to be given out later, by a clock that may be turned: the engine's own waits by the real time.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::body::SqsResponseBody;
use rustack_sqs_http::dispatch::SqsHandler;
use rustack_sqs_http::response::json_response;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{SendMessageBatchInput, SendMessageInput};
use rustack_sqs_model::operations::SqsOperation;
use rustack_sqs_model::output::SendMessageBatchOutput;
use rustack_sqs_model::types::{SendMessageBatchRequestEntry, SendMessageBatchResultEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

/// The longest that SQS delays a message, in seconds.
const LONGEST: i32 = 900;

/// A message that is to be given out later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delayed {
    /// Its queue, by its logical id.
    pub queue: String,
    /// From when on.
    pub due: Timestamp,
    /// The entry of the request that sent it.
    pub entry: Value,
}

type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// All that are delayed, in no order.
#[derive(Clone)]
pub(crate) struct Waiting {
    provider: Arc<RustackSqs>,
    urls: Arc<HashMap<String, String>>,
    messages: Arc<Mutex<Vec<Delayed>>>,
    now: Arc<RwLock<Now>>,
}

impl Waiting {
    pub(crate) fn new(provider: Arc<RustackSqs>, urls: Arc<HashMap<String, String>>) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "until it is told of a clock that is turned, it goes by the real one"
        )]
        let now: Now = Box::new(Timestamp::now);
        Self {
            provider,
            urls,
            messages: Arc::default(),
            now: Arc::new(RwLock::new(now)),
        }
    }

    /// Goes by this clock from now on.
    pub(crate) fn follow(&self, now: impl Fn() -> Timestamp + Send + Sync + 'static) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Box::new(now);
    }

    fn now(&self) -> Timestamp {
        self.now.read().unwrap_or_else(PoisonError::into_inner)()
    }

    /// Those that are not due.
    pub(crate) async fn all(&self) -> Vec<Delayed> {
        self.messages.lock().await.clone()
    }

    /// Takes one in.
    pub(crate) async fn add(&self, message: Delayed) {
        self.messages.lock().await.push(message);
    }

    /// Gives those that are due to their queues.
    pub(crate) async fn release(&self) -> Result<()> {
        // Held until all are sent, so that nobody finds one neither here nor there.
        let mut messages = self.messages.lock().await;
        let now = self.now();
        while let Some(at) = messages.iter().position(|message| message.due <= now) {
            let Delayed { queue, entry, .. } = &messages[at];
            let url = self.urls.get(queue);
            let url = url.with_context(|| format!("no queue {queue}"))?;
            let entry: SendMessageBatchRequestEntry = serde_json::from_value(entry.clone())?;
            let input = SendMessageInput {
                queue_url: url.clone(),
                message_body: entry.message_body,
                message_attributes: entry.message_attributes,
                message_system_attributes: entry.message_system_attributes,
                ..Default::default()
            };
            let sent = self.provider.send_message(input).await;
            sent.map_err(|error| anyhow!("SQS refused: {error}"))?;
            messages.swap_remove(at);
        }
        Ok(())
    }

    /// Sends a batch, of which some are delayed; the answer says nothing of their digests.
    async fn send(&self, input: SendMessageBatchInput) -> Result<SendMessageBatchOutput, SqsError> {
        let mut urls = self.urls.iter();
        let queue = urls.find_map(|(id, url)| (*url == input.queue_url).then(|| id.clone()));
        let Some(queue) = queue else {
            return self.provider.send_message_batch(input).await;
        };
        let (later, at_once) = input.entries.into_iter().partition(is_delayed);
        let (later, at_once): (Vec<_>, Vec<_>) = (later, at_once);
        let mut output = SendMessageBatchOutput::default();
        if !at_once.is_empty() {
            let input = SendMessageBatchInput {
                queue_url: input.queue_url,
                entries: at_once,
            };
            output = self.provider.send_message_batch(input).await?;
        }
        let now = self.now();
        for entry in later {
            let delay = SignedDuration::from_secs(entry.delay_seconds.unwrap_or_default().into());
            let due = now.checked_add(delay).unwrap_or(Timestamp::MAX);
            let message_id = format!("{:032x}", rand::random::<u128>());
            output.successful.push(SendMessageBatchResultEntry {
                id: entry.id.clone(),
                message_id,
                ..Default::default()
            });
            let entry = serde_json::to_value(entry);
            let entry = entry.map_err(|error| SqsError::internal_error(error.to_string()))?;
            let queue = queue.clone();
            self.add(Delayed { queue, due, entry }).await;
        }
        Ok(output)
    }
}

fn is_delayed(entry: &SendMessageBatchRequestEntry) -> bool {
    let delay = entry.delay_seconds.unwrap_or_default();
    (1..=LONGEST).contains(&delay)
}

/// Answers as the engine does, save that it keeps back what is delayed. Functions send in batches alone.
pub(crate) struct Handler {
    pub(crate) engine: RustackSqsHandler,
    pub(crate) waiting: Waiting,
}

impl SqsHandler for Handler {
    fn handle_operation(
        &self,
        operation: SqsOperation,
        body: Bytes,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<SqsResponseBody>, SqsError>> + Send>>
    {
        let batch = if matches!(operation, SqsOperation::SendMessageBatch) {
            serde_json::from_slice::<SendMessageBatchInput>(&body).ok()
        } else {
            None
        };
        match batch.filter(|batch| batch.entries.iter().any(is_delayed)) {
            None => self.engine.handle_operation(operation, body),
            Some(batch) => {
                let waiting = self.waiting.clone();
                Box::pin(async move {
                    let output = waiting.send(batch).await?;
                    let json = serde_json::to_vec(&output);
                    let json = json.map_err(|error| SqsError::internal_error(error.to_string()))?;
                    Ok(json_response(json, "delayed"))
                })
            }
        }
    }
}
