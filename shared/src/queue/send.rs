//! Sending: ten messages a request, every failed entry read and sent again.

use std::time::Duration;

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use serde::Serialize;

use crate::{error::Error, store::classify::classify};

/// SendMessageBatch takes at most this many entries.
const BATCH: usize = 10;
/// An entry that SQS fails is sent this often before the caller hears of it.
const ATTEMPTS: u32 = 4;

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

    /// Sends messages as JSON.
    ///
    /// # Errors
    /// When one of them was not taken, after every retry; others may have been.
    pub async fn send<M: Serialize>(&self, messages: &[M]) -> Result<(), Error> {
        let bodies = messages
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<Vec<_>, _>>();
        let outcomes = self.send_each(bodies.map_err(Error::internal)?).await;
        outcomes.into_iter().collect()
    }

    /// Sends bodies and tells of each whether SQS took it.
    pub async fn send_each(&self, bodies: Vec<String>) -> Vec<Result<(), Error>> {
        let mut outcomes = Vec::with_capacity(bodies.len());
        for batch in bodies.chunks(BATCH) {
            outcomes.extend(self.send_batch(batch).await);
        }
        outcomes
    }

    async fn send_batch(&self, bodies: &[String]) -> Vec<Result<(), Error>> {
        let mut outcomes: Vec<Option<Error>> = bodies.iter().map(|_| None).collect();
        let mut left: Vec<usize> = (0..bodies.len()).collect();
        for attempt in 0..ATTEMPTS {
            let entries = left
                .iter()
                .map(|index| {
                    SendMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .message_body(&bodies[*index])
                        .build()
                })
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
