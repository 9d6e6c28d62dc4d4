//! Sending: ten messages a request, every failed entry read and sent again. Each message carries
//! the trace that it belongs to.

use std::time::Duration;

use aws_sdk_sqs::{
    Client,
    error::BuildError,
    types::{
        MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
        SendMessageBatchRequestEntry,
    },
};
use serde::Serialize;

use super::TRACEPARENT;
use crate::{aws::classify, error::Error, telemetry::Trace};

/// SendMessageBatch takes at most this many entries.
const BATCH: usize = 10;
/// An entry that SQS fails is sent this often before the caller hears of it.
const ATTEMPTS: u32 = 4;

/// What is sent: a body, and the trace that it goes on with.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The message's body.
    pub body: String,
    /// Whose worker it goes on in; `None` where no trace is known.
    pub trace: Option<Trace>,
}

impl Outgoing {
    /// As an entry of a request. The trace is an attribute of ours, which any worker reads, and
    /// X-Ray's own, by which its map joins sender and worker.
    fn entry(&self, id: String) -> Result<SendMessageBatchRequestEntry, BuildError> {
        let mut entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(&self.body);
        if let Some(trace) = self.trace {
            let ours = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(trace.traceparent())
                .build()?;
            let xray = MessageSystemAttributeValue::builder()
                .data_type("String")
                .string_value(trace.xray())
                .build()?;
            entry = entry
                .message_attributes(TRACEPARENT, ours)
                .message_system_attributes(
                    MessageSystemAttributeNameForSends::AwsTraceHeader,
                    xray,
                );
        }
        entry.build()
    }
}

/// A queue to send to.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at that URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// Sends messages as JSON, each as a part of the trace that sends it.
    ///
    /// # Errors
    /// When one of them was not taken, after every retry; others may have been.
    pub async fn send<M: Serialize>(&self, messages: &[M]) -> Result<(), Error> {
        let trace = Trace::current();
        let outgoing = messages
            .iter()
            .map(|message| serde_json::to_string(message).map(|body| Outgoing { body, trace }))
            .collect::<Result<Vec<_>, _>>();
        let outcomes = self.send_each(outgoing.map_err(Error::internal)?).await;
        outcomes.into_iter().collect()
    }

    /// Sends messages and tells of each whether SQS took it.
    pub async fn send_each(&self, messages: Vec<Outgoing>) -> Vec<Result<(), Error>> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for batch in messages.chunks(BATCH) {
            outcomes.extend(self.send_batch(batch).await);
        }
        outcomes
    }

    async fn send_batch(&self, messages: &[Outgoing]) -> Vec<Result<(), Error>> {
        let mut outcomes: Vec<Option<Error>> = messages.iter().map(|_| None).collect();
        let mut left: Vec<usize> = (0..messages.len()).collect();
        for attempt in 0..ATTEMPTS {
            let entries = left
                .iter()
                .map(|index| messages[*index].entry(index.to_string()))
                .collect::<Result<Vec<_>, _>>();
            let sent = match entries {
                Ok(entries) => {
                    let request = self.client.send_message_batch().queue_url(&self.url);
                    request
                        .set_entries(Some(entries))
                        .send()
                        .await
                        .map_err(classify)
                }
                Err(error) => Err(Error::internal(error)),
            };
            let failed = match sent {
                Ok(answer) => answer.failed,
                // The whole request failed, after the SDK's own retries.
                Err(error) => {
                    let cause = error.to_string();
                    let retryable = error.retryable();
                    for index in &left {
                        outcomes[*index] = Some(if retryable {
                            Error::unavailable(cause.clone())
                        } else {
                            Error::internal(cause.clone())
                        });
                    }
                    if let Some(first) = left.first() {
                        outcomes[*first] = Some(error);
                    }
                    break;
                }
            };
            left = failed
                .iter()
                .filter_map(|entry| entry.id.parse().ok())
                .collect();
            for entry in &failed {
                if let Ok(index) = entry.id.parse::<usize>() {
                    outcomes[index] = Some(Error::unavailable(format!("SQS: {}", entry.code)));
                }
            }
            for (index, outcome) in outcomes.iter_mut().enumerate() {
                if !left.contains(&index) {
                    *outcome = None;
                }
            }
            if left.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(
                1..=25_u64 << attempt,
            )))
            .await;
        }
        outcomes
            .into_iter()
            .map(|failure| failure.map_or(Ok(()), Err))
            .collect()
    }
}
