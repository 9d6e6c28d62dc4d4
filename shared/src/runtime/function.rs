//! A function as its crate makes it of a [`Context`]: what triggers it, and what it does then. Lambda
//! runs it by [`serve`], the local cloud in its own process.

use std::{convert::Infallible, sync::Arc, time::Duration};

use aws_lambda_events::{
    sqs::{SqsBatchResponse, SqsEvent},
    streams::DynamoDbEventResponse,
};
use axum::Router;
use futures::{FutureExt, future::BoxFuture};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tower::ServiceExt;

use super::{Context, answer::Answer, clock, gateway::as_the_gateway_read_it, telemetry};
use crate::{aws::deadline::before_end, error::Error};

/// Why a function did not start, or ended.
pub type Failure = lambda_runtime::Error;

/// A worker of a queue's batches.
pub type QueueWorker = Arc<dyn Fn(SqsEvent) -> BoxFuture<'static, SqsBatchResponse> + Send + Sync>;
/// A worker of a stream's batches, given the event as it came.
pub type StreamWorker =
    Arc<dyn Fn(Value) -> BoxFuture<'static, DynamoDbEventResponse> + Send + Sync>;
/// A worker of a schedule's calls, given the schedule's input.
pub type ScheduleWorker = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// Done once before the first event, while the CPU is not throttled.
pub type WarmUp = BoxFuture<'static, ()>;

/// A function that Lambda can run.
pub trait Function {
    /// What is done before the first event, instead of working any off.
    fn warm_up(self) -> WarmUp;

    /// Works off events for ever.
    fn run(self) -> impl Future<Output = Result<(), Failure>>;
}

/// Runs a function on Lambda: this is all that a `main` does.
///
/// It is made twice. What is made first reads where its secrets are and not what they are, and does no
/// more than to warm up, while they are fetched.
///
/// # Errors
/// Names the settings that the function reads and is not given, a secret that is withheld; else as
/// the runtime ends.
pub fn serve<F: Function>(function: fn(&Context) -> F) -> Result<(), Failure> {
    telemetry::init();
    let context = Context::from_env();
    let warm_up = function(&context).warm_up();
    context.config.complete()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (context, ()) = futures::join!(context.with_secrets(), warm_up);
        function(&context?).run().await
    })
}

macro_rules! triggered {
    ($(#[$doc:meta])* $name:ident $what:ty) => {
        $(#[$doc])*
        pub struct $name {
            /// What it does when it is triggered.
            pub work: $what,
            warm_up: WarmUp,
        }

        impl $name {
            /// Has this done before the first event.
            #[must_use]
            pub fn warmed_by(self, warm_up: WarmUp) -> Self {
                Self { warm_up, ..self }
            }

            fn of(work: $what) -> Self {
                let warm_up = std::future::ready(()).boxed();
                Self { work, warm_up }
            }
        }
    };
}

triggered!(
    /// Answers the gateway's requests.
    Http Router
);
triggered!(
    /// Works off a queue's batches.
    Queue QueueWorker
);
triggered!(
    /// Works off the stream's batches.
    Stream StreamWorker
);
triggered!(
    /// Does what is due.
    Schedule ScheduleWorker
);

/// Works off a queue's batches, and does what is due.
pub struct QueueAndSchedule {
    /// What it does with a batch.
    pub queue: QueueWorker,
    /// What it does by the clock.
    pub schedule: ScheduleWorker,
    warm_up: WarmUp,
}

impl QueueAndSchedule {
    /// A function that is both; it warms up as the first does.
    pub fn new(queue: Queue, schedule: Schedule) -> Self {
        Self {
            queue: queue.work,
            schedule: schedule.work,
            warm_up: queue.warm_up,
        }
    }
}

impl Http {
    /// A function of these routes.
    pub fn new(router: Router) -> Self {
        let read_once = router.map_request(as_the_gateway_read_it);
        Self::of(Router::new().fallback_service(read_once))
    }
}

impl Queue {
    /// A function of an app, and of what it does with a batch.
    pub fn new<A, W, R>(app: A, work: W) -> Self
    where
        A: Clone + Send + Sync + 'static,
        W: Fn(A, SqsEvent) -> R + Send + Sync + 'static,
        R: Future<Output = SqsBatchResponse> + Send + 'static,
    {
        Self::of(Arc::new(move |event| work(app.clone(), event).boxed()))
    }
}

impl Stream {
    /// A function of an app, and of what it does with a batch.
    pub fn new<A, W, R>(app: A, work: W) -> Self
    where
        A: Clone + Send + Sync + 'static,
        W: Fn(A, Value) -> R + Send + Sync + 'static,
        R: Future<Output = DynamoDbEventResponse> + Send + 'static,
    {
        Self::of(Arc::new(move |event| work(app.clone(), event).boxed()))
    }
}

impl Schedule {
    /// A function of an app, and of what it does when it is due.
    pub fn new<A, W, R>(app: A, work: W) -> Self
    where
        A: Clone + Send + Sync + 'static,
        W: Fn(A, Value) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::of(Arc::new(move |input| work(app.clone(), input).boxed()))
    }
}

impl Function for Http {
    fn warm_up(self) -> WarmUp {
        self.warm_up
    }

    async fn run(self) -> Result<(), Failure> {
        let work = ServiceExt::<lambda_http::Request>::map_response(self.work, Answer);
        lambda_http::run(work).await
    }
}

impl Function for Queue {
    fn warm_up(self) -> WarmUp {
        self.warm_up
    }

    async fn run(self) -> Result<(), Failure> {
        let work = &self.work;
        lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
            let left = left(&event.context);
            Ok::<_, Infallible>(before_end(left, work(event.payload)).await)
        }))
        .await
    }
}

impl Function for Stream {
    fn warm_up(self) -> WarmUp {
        self.warm_up
    }

    async fn run(self) -> Result<(), Failure> {
        let work = &self.work;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
            let left = left(&event.context);
            Ok::<_, Infallible>(before_end(left, work(event.payload)).await)
        }))
        .await
    }
}

impl Function for Schedule {
    fn warm_up(self) -> WarmUp {
        self.warm_up
    }

    async fn run(self) -> Result<(), Failure> {
        let work = &self.work;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
            let left = left(&event.context);
            let done = before_end(left, work(event.payload)).await;
            done.map_err(Failure::from)
        }))
        .await
    }
}

impl Function for QueueAndSchedule {
    fn warm_up(self) -> WarmUp {
        self.warm_up
    }

    async fn run(self) -> Result<(), Failure> {
        let (queue, schedule) = (&self.queue, &self.schedule);
        lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
            let left = left(&event.context);
            // What a queue sends has records; what a schedule sends has none.
            if event.payload.get("Records").is_none() {
                let done = before_end(left, schedule(event.payload)).await;
                return done.map(|()| Value::Null).map_err(Failure::from);
            }
            let batch: SqsEvent = serde_json::from_value(event.payload)?;
            let answer = before_end(left, queue(batch)).await;
            Ok::<_, Failure>(serde_json::to_value(answer)?)
        }))
        .await
    }
}

/// How long an invocation may go on before Lambda ends it. None that has just begun is over already: of `cargo lambda`,
/// which tells a time of 1970, it is not known, and may be as long as Lambda lets any.
fn left(invocation: &lambda_runtime::Context) -> Duration {
    /// AWS Lambda quotas, function timeout.
    const LONGEST: Duration = Duration::from_secs(900);
    let left = clock::until(invocation.deadline());
    if left.is_zero() { LONGEST } else { left }
}
