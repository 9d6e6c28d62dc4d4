//! What is sent about records, and where it goes when a queue does not take it.

use serde_json::{Value, json};
use shared::{
    queue::{Outgoing, Queue, Unsent},
    telemetry::Trace,
};

use crate::record;

/// A dead letter of up to two whole items shares its request with no other.
const DEAD_LETTERS_AT_ONCE: usize = 1;
/// SendMessageBatch takes at most this many entries.
const MESSAGES_AT_ONCE: usize = 10;

/// What is to be sent about a record.
pub struct Letter {
    /// The record's place in the batch.
    pub record: usize,
    /// What is said.
    pub message: Outgoing,
}

/// What came of sending.
#[derive(Default)]
pub struct Sent {
    /// The first record of which a queue could not be told now: it is to be read again.
    pub failed: Option<(usize, Unsent)>,
    /// The records whose message a queue refuses for what it is: it would do so for ever.
    pub refused: Vec<usize>,
}

/// What one queue is told.
pub struct Mail<'a> {
    queue: &'a Queue,
    /// In the order of their records.
    pub letters: Vec<Letter>,
}

impl<'a> Mail<'a> {
    /// Nothing yet.
    pub fn to(queue: &'a Queue) -> Self {
        Self {
            queue,
            letters: Vec::new(),
        }
    }

    /// Sends it, in order.
    pub async fn send(self) -> Sent {
        send(self.queue, self.letters).await
    }
}

/// Sends messages in the order of their records.
async fn send(queue: &Queue, letters: Vec<Letter>) -> Sent {
    send_by(queue, letters, MESSAGES_AT_ONCE).await
}

/// Sends records raw to the dead letters; one that they refuse, be it for its size, shortened to what
/// names its item and its place in the stream.
pub async fn bury(dead_letters: &Queue, records: &[Value], dead: Vec<usize>) -> Sent {
    let letters = |dead: Vec<usize>, body: fn(&Value) -> String| {
        let letter = |record: usize| Letter {
            record,
            message: Outgoing {
                body: body(&records[record]),
                trace: record::trace(&records[record]),
                delay: 0,
            },
        };
        dead.into_iter().map(letter).collect::<Vec<_>>()
    };
    let raw = letters(dead, Value::to_string);
    let raw = send_by(dead_letters, raw, DEAD_LETTERS_AT_ONCE).await;
    let short = letters(raw.refused, shortened);
    let mut short = send(dead_letters, short).await;
    if let Some(at) = short.refused.first() {
        let why = "dead letters refuse even a short one".to_owned();
        short.failed = Some((*at, Unsent::Fault(why)));
    }
    let failures = [raw.failed, short.failed].into_iter().flatten();
    Sent {
        failed: failures.min_by_key(|(record, _)| *record),
        refused: Vec::new(),
    }
}

/// Stops after the first request in which something could not be told now: what follows will be read
/// again anyhow.
async fn send_by(queue: &Queue, letters: Vec<Letter>, at_once: usize) -> Sent {
    let mut sent = Sent::default();
    let mut letters = letters.into_iter().peekable();
    while letters.peek().is_some() && sent.failed.is_none() {
        let letters: Vec<_> = letters.by_ref().take(at_once).collect();
        let messages = letters.iter().map(|letter| letter.message.clone());
        let outcomes = queue.send_each(messages.collect()).await;
        for (letter, outcome) in letters.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => told(letter.message.trace),
                Err(Unsent::Refused(why)) => {
                    tracing::error!(cause = why, "a message was refused for what it is");
                    sent.refused.push(letter.record);
                }
                Err(unsent) => {
                    sent.failed.get_or_insert((letter.record, unsent));
                }
            }
        }
    }
    sent
}

fn told(trace: Option<Trace>) {
    if let Some(trace) = trace {
        tracing::info!(trace.id = trace.id(), "relayed");
    }
}

/// A record without its images, in letters that any queue takes.
fn shortened(record: &Value) -> String {
    let change = &record["dynamodb"];
    let short = json!({
        "shortened": true,
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "dynamodb": {
            "SequenceNumber": change["SequenceNumber"],
            "ApproximateCreationDateTime": change["ApproximateCreationDateTime"],
            "Keys": change["Keys"],
        },
    });
    let text = short.to_string();
    let mut ascii = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            let units = letter.encode_utf16(&mut [0; 2]).to_owned();
            ascii.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_record_says_which_item_changed_and_where_the_stream_tells_it() {
        let record = json!({
            "eventID": "7", "eventName": "MODIFY",
            "dynamodb": {
                "SequenceNumber": "100", "ApproximateCreationDateTime": 1.0,
                "Keys": {"PK": {"S": "POST#\u{ffff}\u{1f600}"}, "SK": {"S": "POST"}},
                "NewImage": {"text": {"S": "x".repeat(400_000)}},
            },
        });
        let short = shortened(&record);
        assert!(short.len() < 400 && short.is_ascii(), "{short}");
        let read: Value = serde_json::from_str(&short).unwrap();
        assert_eq!(read["dynamodb"]["Keys"], record["dynamodb"]["Keys"]);
        assert_eq!(record::sequence(&read), "100");
    }
}
