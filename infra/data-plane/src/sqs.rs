//! SQS: the template's queues, and direct access to them that costs no HTTP call.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use jiff::Timestamp;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::service::{SqsHttpConfig, SqsHttpService};
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{
    ChangeMessageVisibilityInput, CreateQueueInput, DeleteMessageInput, GetQueueAttributesInput,
    ReceiveMessageInput, SendMessageInput,
};
use serde_json::json;

use crate::delayed::{Handler, Waiting};
use crate::received::{Received, arn, record};
use crate::serve::Service;
use crate::taken::{Delayed, Taken};
use crate::template::Queue;

/// The most messages that SQS hands out at a time.
const RECEIVE_MOST: usize = 10;

/// The queues, by their logical id in the template.
#[derive(Clone)]
pub struct Queues {
    provider: Arc<RustackSqs>,
    urls: Arc<HashMap<String, String>>,
    declared: Arc<[Queue]>,
    waiting: Waiting,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received.
    pub waiting: usize,
    /// Received and not yet deleted.
    pub in_flight: usize,
}

impl Depth {
    /// All of them.
    pub fn total(self) -> usize {
        self.waiting + self.in_flight
    }
}

impl Queues {
    /// The queues as the template declares them.
    pub fn declared(&self) -> &[Queue] {
        &self.declared
    }

    /// A queue's address; `None` if the template has no such queue.
    pub fn url(&self, logical_id: &str) -> Option<&str> {
        self.urls.get(logical_id).map(String::as_str)
    }

    /// A queue's ARN.
    pub fn arn(name: &str) -> String {
        arn(name)
    }

    /// Whether it is where the messages of another queue, or of a function, end.
    pub fn is_dead_letter_queue(&self, logical_id: &str) -> bool {
        let mut redrives = self
            .declared
            .iter()
            .filter_map(|queue| queue.redrive.as_ref());
        redrives.any(|redrive| redrive.target == logical_id) || logical_id.ends_with("Dlq")
    }

    /// Delays messages by this clock from now on.
    pub fn follow(&self, now: impl Fn() -> Timestamp + Send + Sync + 'static) {
        self.waiting.follow(now);
    }

    /// The messages that are delayed and not due.
    ///
    /// # Errors
    /// One that is due is refused.
    pub async fn delayed(&self) -> Result<Vec<Delayed>> {
        self.waiting.release().await?;
        Ok(self.waiting.all().await)
    }

    /// What was taken and may not be worked off yet.
    pub fn taken(&self) -> &Taken {
        self.waiting.taken()
    }

    /// Delays a message, as it was delayed before.
    pub async fn delay(&self, message: Delayed) {
        self.waiting.add(message).await;
    }

    /// Sends a message.
    ///
    /// # Errors
    /// No such queue, or a body that SQS refuses.
    pub async fn send(&self, logical_id: &str, body: String) -> Result<()> {
        let input = SendMessageInput {
            queue_url: self.known(logical_id)?,
            message_body: body,
            ..Default::default()
        };
        self.provider.send_message(input).await.map_err(refusal)?;
        Ok(())
    }

    /// Receives up to `most` messages, waiting up to `wait_seconds` (≤ 20) for the first.
    ///
    /// # Errors
    /// No such queue.
    pub async fn receive(
        &self,
        logical_id: &str,
        most: usize,
        wait_seconds: i32,
    ) -> Result<Vec<Received>> {
        self.waiting.release().await?;
        let mut messages = Vec::new();
        while messages.len() < most {
            let page = RECEIVE_MOST.min(most - messages.len());
            let input = ReceiveMessageInput {
                queue_url: self.known(logical_id)?,
                max_number_of_messages: Some(i32::try_from(page)?),
                wait_time_seconds: Some(if messages.is_empty() { wait_seconds } else { 0 }),
                attribute_names: vec!["All".to_owned()],
                message_attribute_names: vec!["All".to_owned()],
                ..Default::default()
            };
            let received = self
                .provider
                .receive_message(input)
                .await
                .map_err(refusal)?
                .messages;
            let full = received.len() == page;
            let name = self.name(logical_id);
            messages.extend(received.into_iter().map(|message| record(message, name)));
            if !full {
                break;
            }
        }
        Ok(messages)
    }

    /// Deletes a received message.
    ///
    /// # Errors
    /// No such queue.
    pub async fn delete(&self, logical_id: &str, receipt: &str) -> Result<()> {
        let queue_url = self.known(logical_id)?;
        let input = DeleteMessageInput {
            queue_url,
            receipt_handle: receipt.to_owned(),
        };
        self.provider.delete_message(input).await.map_err(refusal)?;
        Ok(())
    }

    /// Makes a received message ready again at once. One that is ready already stays so.
    ///
    /// # Errors
    /// No such queue.
    pub async fn release(&self, logical_id: &str, receipt: &str) -> Result<()> {
        let input = ChangeMessageVisibilityInput {
            queue_url: self.known(logical_id)?,
            receipt_handle: receipt.to_owned(),
            visibility_timeout: 0,
        };
        if let Err(error) = self.provider.change_message_visibility(input).await {
            tracing::debug!(%error, "the message was not in flight");
        }
        Ok(())
    }

    /// How many messages a queue holds now, those aside that are delayed.
    ///
    /// # Errors
    /// No such queue.
    pub async fn depth(&self, logical_id: &str) -> Result<Depth> {
        self.waiting.release().await?;
        let input = GetQueueAttributesInput {
            queue_url: self.known(logical_id)?,
            attribute_names: vec!["All".to_owned()],
        };
        let attributes = self
            .provider
            .get_queue_attributes(input)
            .await
            .map_err(refusal)?;
        let count = |suffix: &str| {
            let value = attributes
                .attributes
                .get(&format!("ApproximateNumberOfMessages{suffix}"));
            value.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        Ok(Depth {
            waiting: count(""),
            in_flight: count("NotVisible"),
        })
    }

    /// The bodies of all messages that are ready, which stay ready.
    ///
    /// # Errors
    /// No such queue.
    pub async fn peek(&self, logical_id: &str) -> Result<Vec<String>> {
        self.waiting.release().await?;
        let mut bodies = HashMap::new();
        let mut order = Vec::new();
        loop {
            let input = ReceiveMessageInput {
                queue_url: self.known(logical_id)?,
                max_number_of_messages: Some(10),
                visibility_timeout: Some(0),
                ..Default::default()
            };
            let received = self
                .provider
                .receive_message(input)
                .await
                .map_err(refusal)?
                .messages;
            let before = bodies.len();
            for message in received {
                let id = message.message_id.unwrap_or_default();
                if bodies
                    .insert(id.clone(), message.body.unwrap_or_default())
                    .is_none()
                {
                    order.push(id);
                }
            }
            if bodies.len() == before {
                break;
            }
        }
        Ok(order.iter().filter_map(|id| bodies.remove(id)).collect())
    }

    fn known(&self, logical_id: &str) -> Result<String> {
        let url = self
            .url(logical_id)
            .with_context(|| format!("no queue {logical_id}"))?;
        Ok(url.to_owned())
    }

    fn name<'a>(&'a self, logical_id: &'a str) -> &'a str {
        let declared = self
            .declared
            .iter()
            .find(|queue| queue.logical_id == logical_id);
        declared.map_or(logical_id, |queue| &queue.name)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err's function")]
fn refusal(error: SqsError) -> anyhow::Error {
    anyhow!("SQS refused: {error}")
}

/// Starts SQS with the queues made, and what was taken before on its way to them; gives the port and the queues.
pub(crate) fn start(
    declared: Vec<Queue>,
    port: u16,
    (taken, left): (Taken, Vec<Delayed>),
) -> Result<(Service, (u16, Queues))> {
    Service::start("sqs", port, move |listener| {
        Box::pin(async move {
            let port = listener.local_addr()?.port();
            let config = SqsConfig {
                host: "127.0.0.1".to_owned(),
                port,
                default_region: crate::REGION.to_owned(),
                account_id: crate::ACCOUNT.to_owned(),
                ..SqsConfig::default()
            };
            let provider = Arc::new(RustackSqs::new(config));
            let urls = Arc::new(create(&provider, &declared).await?);
            let waiting = Waiting::new(Arc::clone(&provider), Arc::clone(&urls), taken);
            for message in left {
                waiting.add(message).await;
            }
            let queues = Queues {
                provider: Arc::clone(&provider),
                urls,
                declared: declared.into(),
                waiting: waiting.clone(),
            };
            let keys = vec![(crate::ACCESS_KEY.to_owned(), crate::SECRET_KEY.to_owned())];
            let config = SqsHttpConfig {
                skip_signature_validation: false,
                region: crate::REGION.to_owned(),
                credential_provider: Some(Arc::new(rustack_auth::StaticCredentialProvider::new(
                    keys,
                ))),
            };
            let engine = RustackSqsHandler::new(provider);
            let handler = Arc::new(Handler { engine, waiting });
            let service = SqsHttpService::new(handler, config);
            let serving = async move {
                while let Ok((stream, _)) = listener.accept().await {
                    drop(stream.set_nodelay(true));
                    let service = service.clone();
                    tokio::spawn(async move {
                        let builder = Builder::new(TokioExecutor::new());
                        let connection = builder.serve_connection(TokioIo::new(stream), service);
                        if let Err(error) = connection.await {
                            tracing::debug!(error, "a connection to SQS ended");
                        }
                    });
                }
            };
            Ok(((port, queues), Box::pin(serving) as _))
        })
    })
}

async fn create(provider: &RustackSqs, declared: &[Queue]) -> Result<HashMap<String, String>> {
    let mut urls = HashMap::new();
    for queue in declared {
        let mut attributes = HashMap::from([
            (
                "VisibilityTimeout".to_owned(),
                queue.visibility.as_secs().to_string(),
            ),
            (
                "MessageRetentionPeriod".to_owned(),
                queue.retention.as_secs().to_string(),
            ),
        ]);
        if let Some(redrive) = &queue.redrive {
            let target = declared
                .iter()
                .find(|other| other.logical_id == redrive.target);
            let target = target.with_context(|| format!("no queue {}", redrive.target))?;
            let policy = json!({
                "deadLetterTargetArn": Queues::arn(&target.name),
                "maxReceiveCount": redrive.max_receive_count,
            });
            attributes.insert("RedrivePolicy".to_owned(), policy.to_string());
        }
        let input = CreateQueueInput {
            queue_name: queue.name.clone(),
            attributes,
            ..Default::default()
        };
        let made = provider.create_queue(input).await.map_err(refusal)?;
        urls.insert(queue.logical_id.clone(), made.queue_url.unwrap_or_default());
    }
    Ok(urls)
}
