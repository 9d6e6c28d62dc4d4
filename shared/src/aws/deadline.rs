//! Until when the work under way may go on: set where work comes in, read where calls are made again.
//!
//! The times nest: a try takes at most [`super::TRY`], a request [`REQUEST`], and the function and the
//! gateway wait longer than both; so a caller is told "later" in time, and never left without an answer.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::error::Error;

/// A request is answered within this time, or told to come again: function and gateway wait 10 s.
pub const REQUEST: Duration = Duration::from_secs(7);
/// A worker makes no call again in the last of its time, which it needs to say what it did not do.
const TO_TELL: Duration = Duration::from_secs(3);

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Does work that must come to its end within this time; all calls in it know. Work within work ends by
/// the earlier deadline.
///
/// # Errors
/// [`Error::Unavailable`] when the time was up: what had been done then is done.
pub async fn within<F: Future>(time: Duration, work: F) -> Result<F::Output, Error> {
    let deadline = earlier(Instant::now() + time);
    let done = timeout_at(deadline, DEADLINE.scope(deadline, work)).await;
    done.map_err(|_late| Error::unavailable(format!("not done within {time:?}")))
}

/// Does the work of a worker that will be ended after this time: no call in it is made again so late
/// that nothing could be told of it any more.
pub async fn before_end<F: Future>(time: Duration, work: F) -> F::Output {
    let deadline = earlier(Instant::now() + time.saturating_sub(TO_TELL));
    DEADLINE.scope(deadline, work).await
}

/// Until when the work under way may go on; for work that nobody set a time for, that of a request.
pub(super) fn current() -> Instant {
    set().unwrap_or_else(|| Instant::now() + REQUEST)
}

/// How much time the work under way has; `None` where nobody set any.
pub fn left() -> Option<Duration> {
    set().map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

fn set() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

fn earlier(deadline: Instant) -> Instant {
    set().map_or(deadline, |set| set.min(deadline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_in_time_is_unavailable_and_not_waited_for() {
        let began = Instant::now();
        let late = within(REQUEST, std::future::pending::<()>()).await;
        assert!(late.unwrap_err().retryable());
        assert_eq!(began.elapsed().as_secs(), REQUEST.as_secs());
        assert_eq!(within(REQUEST, async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_stops_trying_while_it_can_still_tell() {
        let began = Instant::now();
        let end = Duration::from_secs(60);
        let until = before_end(end, async { current() }).await;
        assert_eq!(until, began + end - TO_TELL);
        let short = before_end(Duration::from_secs(1), async { current() }).await;
        assert_eq!(short, began);
        let inner = before_end(end, within(REQUEST, async { current() })).await;
        assert_eq!(inner.unwrap(), began + REQUEST);
        let outer = before_end(TO_TELL, within(REQUEST, async { current() })).await;
        assert_eq!(outer.unwrap(), began);
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_knows_how_long_it_has_and_keeps_time_to_tell() {
        let end = Duration::from_secs(60);
        assert_eq!(before_end(end, async { left() }).await, Some(end - TO_TELL));
        let short = before_end(Duration::from_secs(1), async { left() }).await;
        assert_eq!(short, Some(Duration::ZERO));
        assert_eq!(left(), None);
    }
}
