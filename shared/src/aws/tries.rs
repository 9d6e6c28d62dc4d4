//! The one layer in which calls of DynamoDB and SQS, and looks at single objects, are made again: until they go well, or the
//! time is up.
//!
//! The SDK's own retries are off for both: two layers would multiply, and only this one knows the
//! deadline, conflicts of transactions, and what a batch left undone.

use std::{future::Future, time::Duration};

use aws_sdk_dynamodb::config::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_types::SdkConfig;
use tokio::time::{Instant, sleep};

use super::deadline;
use crate::error::Error;

/// One try may take this long, connecting included: the answers to most take milliseconds.
pub const TRY: Duration = Duration::from_secs(2);

/// The SDK's configuration for clients whose calls are made through [`call`].
pub fn tried_here(sdk: &SdkConfig) -> SdkConfig {
    let one = TimeoutConfig::builder().operation_attempt_timeout(TRY);
    let sdk = sdk.to_builder().retry_config(RetryConfig::disabled());
    sdk.timeout_config(one.build()).build()
}

/// The tries at one call, or at one deed.
#[derive(Debug)]
pub struct Tries {
    made: u32,
    until: Instant,
    pace: Pace,
}

/// How soon something is tried again.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// The longest wait after the first try, in milliseconds; it doubles with each.
    first: u64,
    /// No wait is longer, in milliseconds.
    longest: u64,
}

impl Tries {
    /// The first, now.
    #[expect(clippy::new_without_default, reason = "it begins when it is made")]
    pub fn new() -> Self {
        Self::at(Pace {
            first: 50,
            longest: 800,
        })
    }

    /// The first of an act on what many act on at once: it goes on after up to 20 ms, doubling to 500 ms.
    pub fn in_a_crowd() -> Self {
        Self::at(Pace {
            first: 20,
            longest: 500,
        })
    }

    fn at(pace: Pace) -> Self {
        let until = deadline::current();
        Self {
            made: 0,
            until,
            pace,
        }
    }

    /// Waits until the next may be made: "full jitter", up to 50 ms doubling to 800 ms
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    ///
    /// # Errors
    /// Gives back what the last one failed with when there is no time for another.
    pub async fn again<E>(&mut self, failure: E) -> Result<(), E> {
        let ceiling = self.pace.first << self.made.min(16);
        let wait = Duration::from_millis(rand::random_range(1..=ceiling.min(self.pace.longest)));
        if Instant::now() + wait >= self.until {
            return Err(failure);
        }
        sleep(wait).await;
        self.made += 1;
        Ok(())
    }

    /// As [`Tries::again`], of what was answered well but not done.
    ///
    /// # Errors
    /// [`Error::Unavailable`], for this reason, when there is no time for another.
    pub async fn after(&mut self, why: &str) -> Result<(), Error> {
        self.again(()).await.map_err(|()| Error::unavailable(why))
    }
}

/// Makes a call until it does not fail, or does so in a way that will not pass, or the time is up.
///
/// # Errors
/// The last failure.
pub async fn call<T, E, F>(
    send: impl Fn() -> F,
    passes: impl Fn(&SdkError<E, HttpResponse>) -> bool,
) -> Result<T, SdkError<E, HttpResponse>>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut tries = Tries::new();
    loop {
        // The SDK's futures are large, and a call's would be part of all that it is made in.
        match Box::pin(send()).await {
            Err(failure) if passes(&failure) => tries.again(failure).await?,
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tries_are_given_up_before_the_deadline_and_not_at_a_number() {
        let began = Instant::now();
        let tried = deadline::within(deadline::REQUEST, async {
            let (mut tries, mut made) = (Tries::new(), 1);
            while tries.again(()).await.is_ok() {
                made += 1;
            }
            made
        });
        let tried = tried.await.unwrap();
        assert!((10..200).contains(&tried), "{tried}");
        let took = began.elapsed();
        assert!(took < deadline::REQUEST, "{took:?}");
        assert!(
            took > deadline::REQUEST - Duration::from_secs(1),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_deadline_is_tried_as_long_as_a_request() {
        let began = Instant::now();
        let mut tries = Tries::new();
        let given_up = loop {
            if let Err(given_up) = tries.after("throttled").await {
                break given_up;
            }
        };
        assert!(given_up.retryable());
        assert!(began.elapsed() < deadline::REQUEST);
    }
}
