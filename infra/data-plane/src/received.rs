//! A message as a queue hands it out.

use rustack_sqs_model::types::Message;
use serde_json::{Value, json};

/// The attribute in which a queue that goes by a clock of its own notes when a message was sent, in milliseconds.
pub(crate) const SENT: &str = "local.sent";

/// A received message.
#[derive(Debug, Clone)]
pub struct Received {
    /// What names it in a function's answer.
    pub id: String,
    /// What deletes or releases it.
    pub receipt: String,
    /// How often it was received, this time included.
    pub receives: u32,
    /// The record as a function gets it in an event's `Records`.
    pub record: Value,
}

/// A queue's ARN.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{}:{}:{name}", crate::REGION, crate::ACCOUNT)
}

/// A message of that queue.
pub(crate) fn record(mut message: Message, queue: &str) -> Received {
    let sent = message.message_attributes.remove(SENT);
    if let Some(at) = sent.and_then(|sent| sent.string_value) {
        message.attributes.insert("SentTimestamp".to_owned(), at);
    }
    let (id, receipt) = (
        message.message_id.unwrap_or_default(),
        message.receipt_handle.unwrap_or_default(),
    );
    let receives = message.attributes.get("ApproximateReceiveCount");
    let attributes = message.message_attributes.iter().map(|(name, value)| {
        let value = json!({
            "dataType": value.data_type,
            "stringValue": value.string_value,
        });
        (name.clone(), value)
    });
    Received {
        receives: receives.and_then(|count| count.parse().ok()).unwrap_or(1),
        record: json!({
            "messageId": id,
            "receiptHandle": receipt,
            "body": message.body,
            "md5OfBody": message.md5_of_body,
            "attributes": message.attributes,
            "messageAttributes": Value::Object(attributes.collect()),
            "eventSource": "aws:sqs",
            "eventSourceARN": arn(queue),
            "awsRegion": crate::REGION,
        }),
        id,
        receipt,
    }
}
