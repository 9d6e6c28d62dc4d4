//! Turns committed changes of the table into messages: nobody else is the first to tell of them.

mod engagement;
mod insights;
mod letters;
mod lists;
mod message;
mod moderation;
mod people;
mod photos;
mod posts;
mod record;

use std::collections::BTreeSet;

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures::future::join_all;
use letters::{Letter, Mail, bury};
use message::Message;
use serde_json::Value;
use shared::{
    queue::{Outgoing, Queue},
    runtime::{Context, function},
    telemetry::metrics::{self, Metric},
};

/// What the relay needs: where its messages go.
#[derive(Debug, Clone)]
pub struct App {
    fanout: Queue,
    photos: Queue,
    rollup: Queue,
    notifier: Queue,
    janitor: Queue,
    attribution: Queue,
    dead_letters: Queue,
}

impl App {
    /// A relay to the queues that the configuration names.
    pub fn new(context: &Context) -> Self {
        let queue = |url: &str| Queue::new(context.sqs(), url);
        Self {
            fanout: queue(context.config.fanout_queue()),
            photos: queue(context.config.photos_queue()),
            rollup: queue(context.config.rollup_queue()),
            notifier: queue(context.config.notifier_queue()),
            janitor: queue(context.config.janitor_queue()),
            attribution: queue(context.config.attribution_queue()),
            dead_letters: queue(context.config.relay_dead_letter_queue()),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Stream {
    let warm_up = context.warm_up_queue(context.config.fanout_queue());
    let work = async |app: App, event| handle(&app, event).await;
    function::Stream::new(App::new(context), work).warmed_by(warm_up)
}

/// Works off a batch of one shard. The answer names the first record whose message no queue took,
/// from which on the stream is read again; no name at all says that every record is dealt with.
///
/// A record that cannot be read goes to the dead-letter queue as it came, and so does one whose message a
/// queue refuses for what it is; shortened, where that queue refuses it too. It counts as dealt with once
/// it is there.
pub async fn handle(app: &App, mut event: Value) -> DynamoDbEventResponse {
    let records = match event.get_mut("Records").map(Value::take) {
        Some(Value::Array(records)) => records,
        // No batch at all: nothing that could be read again in part.
        _ => return failed_from(&Value::Null),
    };
    let queues = [
        &app.fanout,
        &app.photos,
        &app.rollup,
        &app.notifier,
        &app.janitor,
        &app.attribution,
    ];
    let mut mail = queues.map(Mail::to);
    let mut dead = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let read = record::messages(record).and_then(|messages| {
            let [fanout, photos, rollup, notifier, janitor, ledger] = &mut mail;
            let trace = record::trace(record);
            messages.into_iter().try_for_each(|message| {
                let delay = message.delay();
                let (mail, body) = match message {
                    Message::Fanout(said) => (&mut *fanout, serde_json::to_string(&said)?),
                    Message::Photos(said) => (&mut *photos, serde_json::to_string(&said)?),
                    Message::Rollup(said) => (&mut *rollup, serde_json::to_string(&said)?),
                    Message::Notifier(said) => (&mut *notifier, serde_json::to_string(&said)?),
                    Message::Janitor(said) => (&mut *janitor, serde_json::to_string(&said)?),
                    Message::Ledger(said) => (&mut *ledger, serde_json::to_string(&said)?),
                };
                mail.letters.push(Letter {
                    record: index,
                    message: Outgoing { body, trace, delay },
                });
                Ok(())
            })
        });
        if let Err(error) = read {
            tracing::error!(
                record.sequence = record::sequence(record),
                cause = %error,
                "a record cannot be read; it goes to the dead-letter queue"
            );
            dead.push(index);
        }
    }
    let relayed: usize = mail.iter().map(|mail| mail.letters.len()).sum();
    let unreadable = dead.len();
    let sent = join_all(mail.into_iter().map(Mail::send)).await;
    let refused: BTreeSet<_> = sent.iter().flat_map(|sent| &sent.refused).collect();
    dead.extend(refused);
    let buried = bury(&app.dead_letters, &records, dead).await;
    let failures = sent.into_iter().chain([buried]);
    let failures = failures.map(|sent| sent.failed);
    let failed = failures.flatten();
    let failed = failed.min_by_key(|(index, _)| *index);
    let again = failed
        .as_ref()
        .map_or(0, |(index, _)| records.len() - index);
    metrics::values(&[
        (Metric::Handled, vec![(records.len() - again) as f64]),
        (Metric::Failed, vec![again as f64]),
        (Metric::Relayed, vec![relayed as f64]),
        (Metric::Unreadable, vec![unreadable as f64]),
        (
            Metric::Age,
            records.iter().filter_map(record::age).collect(),
        ),
    ]);
    let Some((index, unsent)) = failed else {
        return DynamoDbEventResponse::default();
    };
    let record = &records[index];
    tracing::error!(
        record.sequence = record::sequence(record),
        cause = ?unsent,
        "a message was not taken; the stream is read again from its record on"
    );
    failed_from(record)
}

/// The answer by which Lambda reads the stream again from this record on. A record without a
/// sequence number is named by none, which fails the batch as a whole.
fn failed_from(record: &Value) -> DynamoDbEventResponse {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(record::sequence(record).to_owned());
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.push(failure);
    response
}
