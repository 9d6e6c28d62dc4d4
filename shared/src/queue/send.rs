//! Sending: ten messages a request, every failed entry read and sent again. Each message carries
//! the trace that it belongs to.

use std::slice;

use aws_sdk_sqs::{
    Client,
    error::{BuildError, DisplayErrorContext, ProvideErrorMetadata},
    operation::send_message_batch::SendMessageBatchError,
    types::{
        MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
        SendMessageBatchRequestEntry,
    },
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use serde::Serialize;

use super::TRACEPARENT;
use crate::{
    aws::{Tries, call, is_transient},
    error::Error,
    telemetry::Trace,
};

/// SendMessageBatch takes at most this many entries.
const BATCH: usize = 10;
/// Codes with which SQS refuses a message for what it is, be it its size or its characters.
const FOR_WHAT_IT_IS: [&str; 3] = [
    "BatchRequestTooLong",
    "InvalidMessageContents",
    "InvalidParameterValue",
];

/// Why SQS did not take a message, in words for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// For what it is: it would be refused each time.
    Refused(String),
    /// SQS was busy, or not reached, as long as there was time.
    Busy(String),
    /// A fault of ours that has nothing to do with the message.
    Fault(String),
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Refused(why) | Unsent::Fault(why) => Self::internal(why),
            Unsent::Busy(why) => Self::unavailable(why),
        }
    }
}

/// What is sent: a body, and the trace that it goes on with.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The message's body.
    pub body: String,
    /// Whose worker it goes on in; `None` where no trace is known.
    pub trace: Option<Trace>,
    /// How long it is kept back, in seconds; at most 900.
    pub delay: u16,
}

impl Outgoing {
    /// As an entry of a request. The trace is an attribute of ours, which any worker reads, and
    /// X-Ray's own, by which its map joins sender and worker.
    fn entry(&self, id: String) -> Result<SendMessageBatchRequestEntry, BuildError> {
        let mut entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(&self.body);
        if self.delay > 0 {
            entry = entry.delay_seconds(self.delay.into());
        }
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
        self.send_later(messages, 0).await
    }

    /// As [`Queue::send`], of what is to be worked off after so many seconds.
    ///
    /// # Errors
    /// As [`Queue::send`].
    pub async fn send_later<M: Serialize>(&self, messages: &[M], delay: u16) -> Result<(), Error> {
        let trace = Trace::current();
        let outgoing = messages
            .iter()
            .map(|message| {
                serde_json::to_string(message).map(|body| Outgoing { body, trace, delay })
            })
            .collect::<Result<Vec<_>, _>>();
        let outcomes = self.send_each(outgoing.map_err(Error::internal)?).await;
        outcomes
            .into_iter()
            .try_for_each(|sent| sent.map_err(Error::from))
    }

    /// Sends messages and tells of each whether SQS took it.
    pub async fn send_each(&self, messages: Vec<Outgoing>) -> Vec<Result<(), Unsent>> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for batch in messages.chunks(BATCH) {
            match self.send_batch(batch).await {
                Ok(each) => outcomes.extend(each),
                // Too long together: each by itself.
                Err(Unsent::Refused(_)) if batch.len() > 1 => {
                    for message in batch {
                        let alone = self.send_batch(slice::from_ref(message)).await;
                        outcomes.push(alone.and_then(|each| each.into_iter().collect()));
                    }
                }
                Err(unsent) => outcomes.extend(vec![Err(unsent); batch.len()]),
            }
        }
        outcomes
    }

    /// What became of each, or why SQS answered of none.
    async fn send_batch(&self, messages: &[Outgoing]) -> Result<Vec<Result<(), Unsent>>, Unsent> {
        let mut outcomes = vec![Ok(()); messages.len()];
        let mut left: Vec<usize> = (0..messages.len()).collect();
        let mut tries = Tries::new();
        while !left.is_empty() {
            let entries = left.iter().map(|at| messages[*at].entry(at.to_string()));
            let entries = entries.collect::<Result<Vec<_>, _>>();
            let entries = entries.map_err(|error| Unsent::Fault(error.to_string()))?;
            let request = self.client.send_message_batch().queue_url(&self.url);
            let request = request.set_entries(Some(entries));
            let sent = call(|| request.clone().send(), is_transient).await;
            let failed = sent.map_err(|error| unsent(&error))?.failed;
            left.iter().for_each(|at| outcomes[*at] = Ok(()));
            left.clear();
            for entry in failed {
                let why = format!("{}: {}", entry.code, entry.message.unwrap_or_default());
                let Some(at) = entry.id.parse().ok().filter(|at| *at < messages.len()) else {
                    return Err(Unsent::Fault(why));
                };
                outcomes[at] = Err(if is_refusal(&entry.code) {
                    Unsent::Refused(why)
                } else {
                    left.push(at);
                    Unsent::Busy(why)
                });
            }
            if !left.is_empty() && tries.again(()).await.is_err() {
                break;
            }
        }
        Ok(outcomes)
    }
}

/// Why a whole request failed.
fn unsent(error: &SdkError<SendMessageBatchError, HttpResponse>) -> Unsent {
    let why = DisplayErrorContext(error).to_string();
    if error.code().is_some_and(is_refusal) {
        Unsent::Refused(why)
    } else if is_transient(error) {
        Unsent::Busy(why)
    } else {
        Unsent::Fault(why)
    }
}

/// Whether a code, with or without its namespace, refuses a message for what it is.
fn is_refusal(code: &str) -> bool {
    let name = code.rsplit('.').next().unwrap_or_default();
    FOR_WHAT_IT_IS.contains(&name)
}
