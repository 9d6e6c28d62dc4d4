//! The one batch runner: each record by itself, and exactly the failed ones reported.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::{FutureExt, StreamExt, stream};

use crate::error::Error;

/// This many records of a batch are worked on at once.
const PARALLEL: usize = 4;

/// Works off a batch. A record whose work fails, or panics, is reported and so stays in its
/// queue; all others are done for good. Each failure is logged here, once.
pub async fn run_batch<W, F>(event: SqsEvent, work: W) -> SqsBatchResponse
where
    W: Fn(SqsMessage) -> F,
    F: Future<Output = Result<(), Error>>,
{
    let outcomes = stream::iter(event.records)
        .map(|record| {
            let id = record.message_id.clone().unwrap_or_default();
            let receives = record.attributes.get("ApproximateReceiveCount").cloned();
            let done = AssertUnwindSafe(work(record)).catch_unwind();
            async move { (id, receives, done.await) }
        })
        .buffer_unordered(PARALLEL)
        .collect::<Vec<_>>()
        .await;
    let mut response = SqsBatchResponse::default();
    for (id, receives, outcome) in outcomes {
        let receives = receives.as_deref().unwrap_or("?");
        match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => tracing::error!(
                message.id = id,
                message.receives = receives,
                retryable = error.retryable(),
                cause = error.cause().map(tracing::field::display),
                "{error}"
            ),
            Err(_panic) => {
                tracing::error!(
                    message.id = id,
                    message.receives = receives,
                    "the worker panicked"
                );
            }
        }
        response.add_failure(id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> SqsEvent {
        let record = |body: &&str| {
            let mut message = SqsMessage::default();
            message.message_id = Some(format!("id-{body}"));
            message.body = Some((*body).to_owned());
            message
        };
        let mut event = SqsEvent::default();
        event.records = bodies.iter().map(record).collect();
        event
    }

    #[tokio::test]
    async fn exactly_the_failed_records_are_reported_be_it_by_error_or_panic() {
        let event = batch(&["good", "bad", "fine", "ugly"]);
        let response = run_batch(event, |record| async move {
            match record.body.as_deref() {
                Some("bad") => Err(Error::NotFound),
                Some("ugly") => panic!("as a bug would"),
                _ => Ok(()),
            }
        })
        .await;
        let mut failed: Vec<_> = response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier)
            .collect();
        failed.sort();
        assert_eq!(failed, ["id-bad", "id-ugly"]);
    }
}
