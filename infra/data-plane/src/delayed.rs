//! Messages that are to be given out later, by a clock that may be turned: the engine's own waits by the real time.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
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
use rustack_sqs_model::types::{
    MessageAttributeValue, SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
};
use tokio::sync::Mutex;

use crate::received::SENT;
use crate::taken::{Delayed, Taken};

/// The longest that SQS delays a message, in seconds.
const LONGEST: i32 = 900;

type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// All that are delayed, in no order.
#[derive(Clone)]
pub(crate) struct Waiting {
    provider: Arc<RustackSqs>,
    urls: Arc<HashMap<String, String>>,
    messages: Arc<Mutex<Vec<Delayed>>>,
    now: Arc<RwLock<Now>>,
    taken: Arc<Taken>,
    /// Whether it goes by a clock that it was told of.
    follows: Arc<AtomicBool>,
}

impl Waiting {
    pub(crate) fn new(
        provider: Arc<RustackSqs>,
        urls: Arc<HashMap<String, String>>,
        taken: Taken,
    ) -> Self {
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
            taken: Arc::new(taken),
            follows: Arc::default(),
        }
    }

    /// Goes by this clock from now on.
    pub(crate) fn follow(&self, now: impl Fn() -> Timestamp + Send + Sync + 'static) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Box::new(now);
        self.follows.store(true, Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        self.now.read().unwrap_or_else(PoisonError::into_inner)()
    }

    /// What was taken and may not be worked off yet.
    pub(crate) fn taken(&self) -> &Taken {
        &self.taken
    }

    /// Whether messages are sent by way of this, and not by the engine alone.
    fn concerns(&self, batch: &SendMessageBatchInput) -> bool {
        let follows = self.follows.load(Ordering::SeqCst);
        follows || self.taken.keeps() || batch.entries.iter().any(is_delayed)
    }

    /// An entry with the time by the clock that is followed.
    fn stamped(&self, mut entry: SendMessageBatchRequestEntry) -> SendMessageBatchRequestEntry {
        let at = MessageAttributeValue {
            data_type: "String".to_owned(),
            string_value: Some(self.now().as_millisecond().to_string()),
            ..Default::default()
        };
        entry.message_attributes.insert(SENT.to_owned(), at);
        entry
    }

    /// A message to be sent to a queue, as it was sent now; `None` where there is no such queue.
    fn sent(&self, url: &str, entry: &SendMessageBatchRequestEntry) -> Option<Delayed> {
        let mut urls = self.urls.iter();
        let queue = urls.find_map(|(id, known)| (known == url).then(|| id.clone()))?;
        let delay = SignedDuration::from_secs(entry.delay_seconds.unwrap_or_default().into());
        Some(Delayed {
            queue,
            due: self.now().checked_add(delay).unwrap_or(Timestamp::MAX),
            entry: serde_json::to_value(entry).ok()?,
        })
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

    /// Sends a batch, keeps what of it is taken, and keeps back what is delayed; of that the answer says no digests.
    async fn send(&self, input: SendMessageBatchInput) -> Result<SendMessageBatchOutput, SqsError> {
        let _under_way = self.taken.begin();
        let url = input.queue_url.clone();
        let entries = input.entries.into_iter();
        let entries: Vec<_> = entries.map(|entry| self.stamped(entry)).collect();
        let mut sent: HashMap<_, _> = entries
            .iter()
            .filter_map(|entry| Some((entry.id.clone(), self.sent(&url, entry)?)))
            .collect();
        let (later, at_once): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| is_delayed(entry) && sent.contains_key(&entry.id));
        let mut output = SendMessageBatchOutput::default();
        if !at_once.is_empty() || later.is_empty() {
            let input = SendMessageBatchInput {
                queue_url: input.queue_url,
                entries: at_once,
            };
            output = self.provider.send_message_batch(input).await?;
        }
        let mut taken = Vec::new();
        taken.extend(
            output
                .successful
                .iter()
                .filter_map(|done| sent.remove(&done.id)),
        );
        for entry in later {
            let message_id = format!("{:032x}", rand::random::<u128>());
            output.successful.push(SendMessageBatchResultEntry {
                id: entry.id.clone(),
                message_id,
                ..Default::default()
            });
            if let Some(message) = sent.remove(&entry.id) {
                taken.push(message.clone());
                self.add(message).await;
            }
        }
        self.taken.keep(&taken).map_err(internal)?;
        Ok(output)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err's function")]
fn internal(error: anyhow::Error) -> SqsError {
    SqsError::internal_error(error.to_string())
}

fn is_delayed(entry: &SendMessageBatchRequestEntry) -> bool {
    let delay = entry.delay_seconds.unwrap_or_default();
    (1..=LONGEST).contains(&delay)
}

/// Answers as the engine does, save that it keeps what is sent, notes when by the clock that is followed, and keeps back what
/// is delayed. Functions send in batches
/// alone: what is sent by itself is kept nowhere.
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
        let sends = matches!(operation, SqsOperation::SendMessageBatch);
        let batch = sends.then(|| serde_json::from_slice::<SendMessageBatchInput>(&body).ok());
        match batch.flatten().filter(|batch| self.waiting.concerns(batch)) {
            None => self.engine.handle_operation(operation, body),
            Some(batch) => {
                let waiting = self.waiting.clone();
                Box::pin(async move {
                    let output = waiting.send(batch).await?;
                    let json = serde_json::to_vec(&output).map_err(Into::into);
                    Ok(json_response(json.map_err(internal)?, "batch"))
                })
            }
        }
    }
}
