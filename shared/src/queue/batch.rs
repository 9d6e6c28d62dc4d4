//! The one batch runner: each record by itself, and exactly the failed ones reported.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use tokio::time::Instant;

use super::TRACEPARENT;
use crate::{
    aws::deadline,
    error::Error,
    telemetry::{
        Trace, Traced,
        metrics::{self, Metric},
    },
};

/// This many records of a batch are worked on at once.
const PARALLEL: usize = 4;

tokio::task_local! {
    /// From when on nothing more of the batch is begun.
    static ENOUGH: Instant;
}

/// Whether a batch has no time left to begin more of it: in the last quarter of its time what was
/// begun comes to its end.
pub fn is_late() -> bool {
    ENOUGH
        .try_with(|enough| *enough <= Instant::now())
        .unwrap_or(false)
}

/// What became of a record.
enum Outcome {
    Done,
    /// There was no time left to begin it: it comes again.
    HandedBack(String),
    Failed(String),
}

/// Works off a batch. A record whose work fails, or panics, is reported and so stays in its
/// queue, as does one that there is no time left for (see [`is_late`]), which is no failure; all
/// others are done for good. Each is logged here, once, in the trace that its message
/// carries.
pub async fn run_batch<W, F>(event: SqsEvent, work: W) -> SqsBatchResponse
where
    W: Fn(SqsMessage) -> F,
    F: Future<Output = Result<(), Error>>,
{
    match deadline::left() {
        Some(left) => {
            let enough = Instant::now() + left / 4 * 3;
            ENOUGH.scope(enough, run(event, work)).await
        }
        None => run(event, work).await,
    }
}

async fn run<W, F>(event: SqsEvent, work: W) -> SqsBatchResponse
where
    W: Fn(SqsMessage) -> F,
    F: Future<Output = Result<(), Error>>,
{
    let (records, ages) = (event.records.len(), ages(&event));
    let work = &work;
    let outcomes = stream::iter(event.records)
        .map(|record| {
            let trace = trace_of(&record);
            let id = record.message_id.clone().unwrap_or_default();
            let receives = record.attributes.get("ApproximateReceiveCount");
            let span = tracing::info_span!(
                "message",
                trace.id = trace.id(),
                message.id = id,
                message.receives = receives.map_or("?", String::as_str)
            );
            let done = async move {
                if is_late() {
                    tracing::info!("handed back");
                    return Outcome::HandedBack(id);
                }
                let began = Instant::now();
                let outcome = AssertUnwindSafe(async { work(record).await }).catch_unwind();
                let outcome = outcome.await;
                let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                match outcome {
                    Ok(Ok(())) => tracing::info!(duration_ms, "handled"),
                    Ok(Err(error)) if is_late() && error.retryable() => {
                        let cause = error.cause().map(tracing::field::display);
                        tracing::info!(duration_ms, cause, "handed back");
                        return Outcome::HandedBack(id);
                    }
                    Ok(Err(error)) => {
                        tracing::error!(
                            duration_ms,
                            retryable = error.retryable(),
                            cause = error.cause().map(tracing::field::display),
                            "{error}"
                        );
                        return Outcome::Failed(id);
                    }
                    Err(_panic) => {
                        tracing::error!(duration_ms, "the worker panicked");
                        return Outcome::Failed(id);
                    }
                }
                Outcome::Done
            };
            done.in_trace(trace, span)
        })
        .buffer_unordered(PARALLEL)
        .collect::<Vec<_>>()
        .await;
    let mut response = SqsBatchResponse::default();
    let mut failed = 0;
    for outcome in outcomes {
        match outcome {
            Outcome::Done => {}
            Outcome::HandedBack(id) => response.add_failure(id),
            Outcome::Failed(id) => {
                failed += 1;
                response.add_failure(id);
            }
        }
    }
    let stay = response.batch_item_failures.len();
    metrics::values(&[
        (Metric::Handled, vec![(records - stay) as f64]),
        (Metric::Failed, vec![failed as f64]),
        (Metric::Age, ages),
    ]);
    response
}

/// The trace that a message goes on with: ours, else X-Ray's, else a fresh one.
fn trace_of(record: &SqsMessage) -> Trace {
    let ours = record.message_attributes.get(TRACEPARENT);
    let ours = ours.and_then(|attribute| attribute.string_value.as_deref());
    let xray = || record.attributes.get("AWSTraceHeader");
    ours.and_then(Trace::from_traceparent)
        .or_else(|| xray().and_then(|text| Trace::from_xray(text)))
        .unwrap_or_else(Trace::fresh)
}

/// How long ago each message was first sent, in milliseconds.
fn ages(event: &SqsEvent) -> Vec<f64> {
    let sent = |record: &SqsMessage| record.attributes.get("SentTimestamp")?.parse().ok();
    let sent = event.records.iter().filter_map(sent);
    sent.filter_map(|ms| Timestamp::from_millisecond(ms).ok())
        .map(|sent| metrics::milliseconds(metrics::since(sent)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Mutex, time::Duration};

    use aws_lambda_events::sqs::SqsMessageAttribute;

    use super::*;
    use crate::aws::deadline::before_end;

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

    #[tokio::test(start_paused = true)]
    async fn what_has_not_begun_in_three_quarters_of_the_time_is_handed_back_and_the_rest_is_done()
    {
        // Four at once, of 20 seconds each: they begin after 0, 20 and 40 seconds, and not after 60.
        let bodies: Vec<String> = (10..24).map(|number| number.to_string()).collect();
        let event = batch(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
        let begun = Mutex::new(0);
        let work = async |_| {
            *begun.lock().unwrap() += 1;
            let twenty = Duration::from_secs(20);
            let never = std::future::pending::<()>();
            assert!(tokio::time::timeout(twenty, never).await.is_err());
            Ok(())
        };
        let response = before_end(Duration::from_secs(60), run_batch(event, work)).await;
        let handed_back = response.batch_item_failures.into_iter();
        let handed_back: Vec<_> = handed_back.map(|one| one.item_identifier).collect();
        assert_eq!(handed_back, ["id-22", "id-23"]);
        assert_eq!(begun.into_inner().unwrap(), 12);
    }

    #[tokio::test]
    async fn work_goes_on_in_the_trace_that_its_message_carries() {
        let (ours, xray) = (Trace::fresh(), Trace::fresh());
        let mut event = batch(&["ours", "xray", "neither"]);
        let mut attribute = SqsMessageAttribute::default();
        attribute.string_value = Some(ours.traceparent());
        event.records[0].message_attributes = HashMap::from([(TRACEPARENT.to_owned(), attribute)]);
        let header = ("AWSTraceHeader".to_owned(), xray.xray());
        event.records[1].attributes = HashMap::from([header]);
        let seen = Mutex::new(HashMap::new());
        let seen_here = &seen;
        let response = run_batch(event, async |record| {
            let body = record.body.unwrap_or_default();
            seen_here.lock().unwrap().insert(body, Trace::current());
            Ok(())
        })
        .await;
        assert!(response.batch_item_failures.is_empty());
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen["ours"], Some(ours));
        assert_eq!(seen["xray"], Some(xray));
        let neither = seen["neither"].unwrap();
        assert!(neither != ours && neither != xray);
    }
}
