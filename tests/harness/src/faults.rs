//! Faults between the SDK and AWS, by a seeded schedule: what a network, a busy service and a
//! killed worker do to the calls of a function.

use std::{
    collections::BTreeSet,
    fmt,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::retry::RetryConfig;
use call::{Call, Service};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use shared::{aws::deadline::before_end, runtime::Context};
use tokio::sync::{Notify, Semaphore};

mod call;

/// What may happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Refused as too many, nothing done.
    Throttled,
    /// A write meets a transaction on an item, by itself or as a part of another; nothing done.
    Conflict,
    /// A batch is answered well, and every entry of it is handed back; nothing done.
    Unprocessed,
    /// The service is not reached; nothing done.
    NotReached,
    /// All is done, and the answer never arrives.
    AnswerLost,
    /// All is done and answered, and the process that asked is gone.
    Killed,
}

impl Fault {
    /// Every kind of fault.
    pub const ALL: [Self; 6] = [
        Self::Throttled,
        Self::Conflict,
        Self::Unprocessed,
        Self::NotReached,
        Self::AnswerLost,
        Self::Killed,
    ];
}

/// The faults that the clients of a [`Context`] meet.
#[derive(Clone)]
pub struct Faults {
    schedule: Arc<Mutex<Schedule>>,
}

/// Work whose deadline is near: what fails all the time is made again for half a second.
pub async fn hurried<T>(work: impl Future<Output = T>) -> T {
    before_end(Duration::from_millis(3_500), work).await
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}

/// When which fault comes.
#[derive(Debug)]
enum Plan {
    /// One call in five meets one, and one run in three is killed within its first calls.
    Random(Box<StdRng>),
    /// Every call meets this one once so many went through.
    From(usize, Fault),
    /// Every call that can meets this one when it is first made, and not when it is made again.
    Each(Fault, BTreeSet<(String, u64)>),
    /// Every call is held back once so many went through.
    Held(usize),
    /// None.
    Calm,
}

#[derive(Debug)]
struct Schedule {
    plan: Plan,
    /// Attempts of the SDK at a call of S3.
    attempts: u32,
    /// The run is killed after this many more calls.
    killed_after: Option<u32>,
    /// Told when it is, or is held.
    killed: Arc<Notify>,
    /// What is held waits here until it closes.
    gate: Arc<Semaphore>,
    /// How often each was met, in the order of [`Fault::ALL`].
    met: [usize; Fault::ALL.len()],
}

impl Faults {
    /// Faults at random, the same for the same seed and order of calls.
    pub fn seeded(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let attempts = random.random_range(1..=3);
        Self::new(Plan::Random(Box::new(random)), attempts)
    }

    /// This fault for every call after the first `calls`.
    pub fn after(calls: usize, fault: Fault) -> Self {
        Self::new(Plan::From(calls, fault), 1)
    }

    /// This fault for every call that can meet it, the first time that it is made.
    pub fn each(fault: Fault) -> Self {
        Self::new(Plan::Each(fault, BTreeSet::new()), 1)
    }

    /// Holds back every call after the first `calls`, until [`Faults::go_on`].
    pub fn held_after(calls: usize) -> Self {
        Self::new(Plan::Held(calls), 1)
    }

    /// Lets what was held go on; the next run is killed after the first `calls` of it.
    pub fn go_on(&self, calls: usize) {
        let mut schedule = self.lock();
        schedule.plan = Plan::From(calls, Fault::Killed);
        schedule.gate.close();
    }

    fn new(plan: Plan, attempts: u32) -> Self {
        let schedule = Schedule {
            plan,
            attempts,
            killed_after: None,
            killed: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
            met: Default::default(),
        };
        Self {
            schedule: Arc::new(Mutex::new(schedule)),
        }
    }

    /// No more faults from here on.
    pub fn calm(&self) {
        self.lock().plan = Plan::Calm;
    }

    /// How often this fault was met.
    pub fn met(&self, fault: Fault) -> usize {
        self.lock().met[fault as usize]
    }

    /// The operations that [met](Faults::each) their fault.
    pub fn operations(&self) -> BTreeSet<String> {
        match &self.lock().plan {
            Plan::Each(_, met) => met.iter().map(|(operation, _)| operation.clone()).collect(),
            Plan::Random(_) | Plan::From(..) | Plan::Held(_) | Plan::Calm => BTreeSet::new(),
        }
    }

    /// The same context, whose calls meet these faults. The SDK tries a call of S3 up to three times, by
    /// the seed, and does not dwell between.
    ///
    /// # Panics
    /// When a client of the context has no HTTP client of its own.
    #[must_use]
    pub fn attach(&self, context: &Context) -> Context {
        let retries = RetryConfig::standard()
            .with_max_attempts(self.lock().attempts)
            .with_initial_backoff(Duration::from_millis(1));
        let faulty = |service, inner: Option<SharedHttpClient>| Faulty {
            service,
            inner: inner.expect("an HTTP client of its own"),
            faults: self.clone(),
        };
        let (dynamodb, s3, sqs) = (context.dynamodb.config(), &context.s3, &context.sqs);
        let dynamodb = dynamodb
            .to_builder()
            .http_client(faulty(Service::DynamoDb, dynamodb.http_client()))
            .build();
        let s3 = s3
            .to_builder()
            .http_client(faulty(Service::S3, s3.http_client()))
            .retry_config(retries)
            .build();
        let sqs = sqs
            .to_builder()
            .http_client(faulty(Service::Sqs, sqs.http_client()))
            .build();
        Context {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb),
            s3: Arc::new(s3),
            sqs: Arc::new(sqs),
            ..context.clone()
        }
    }

    /// Runs a worker as one invocation; `None` when it was killed on the way, or is held. It is not
    /// given the time to wait for the end of what does not end.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let killed = self.lock().begin();
        tokio::select! {
            biased;
            done = hurried(work) => Some(done),
            () = killed.notified() => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Schedule {
    fn begin(&mut self) -> Arc<Notify> {
        self.killed = Arc::default();
        self.killed_after = match &mut self.plan {
            Plan::Random(random) => {
                let calls = random.random_range(0..6);
                random.random_ratio(1, 3).then_some(calls)
            }
            Plan::From(calls, Fault::Killed) => u32::try_from(*calls).ok(),
            Plan::From(..) | Plan::Each(..) | Plan::Held(_) | Plan::Calm => None,
        };
        Arc::clone(&self.killed)
    }

    /// What the next call meets, save a kill.
    fn next(&mut self, call: &Call) -> Option<Fault> {
        let possible = call.possible();
        let fault = match &mut self.plan {
            Plan::Random(random) => {
                let any = random.next_u32() as usize % possible.len();
                random.random_ratio(1, 5).then(|| possible[any])
            }
            Plan::Each(fault, met) => {
                let first = possible.contains(fault) && met.insert(call.digest());
                first.then_some(*fault)
            }
            Plan::From(_, Fault::Killed) | Plan::Held(_) | Plan::Calm => None,
            Plan::From(calls, fault) if *calls == 0 => Some(*fault),
            Plan::From(calls, _) => {
                *calls -= 1;
                None
            }
        }?;
        self.met[fault as usize] += 1;
        Some(fault)
    }

    /// Where the next call has to wait, if it has to.
    fn hold(&mut self) -> Option<Arc<Semaphore>> {
        match &mut self.plan {
            Plan::Held(0) => {
                self.killed.notify_one();
                Some(Arc::clone(&self.gate))
            }
            Plan::Held(calls) => {
                *calls -= 1;
                None
            }
            Plan::Random(_) | Plan::From(..) | Plan::Each(..) | Plan::Calm => None,
        }
    }

    /// Whether the worker does not live to see the answer of a call that was just made.
    fn dies(&mut self) -> bool {
        match self.killed_after {
            Some(0) => {
                self.met[Fault::Killed as usize] += 1;
                self.killed_after = None;
                self.killed.notify_one();
                true
            }
            Some(calls) => {
                self.killed_after = Some(calls - 1);
                false
            }
            None => false,
        }
    }
}

/// One client's way to AWS.
#[derive(Debug)]
struct Faulty {
    service: Service,
    inner: SharedHttpClient,
    faults: Faults,
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(FaultyConnector {
            service: self.service,
            inner: self.inner.http_connector(settings, components),
            faults: self.faults.clone(),
        })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    service: Service,
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, faults) = (self.inner.clone(), self.faults.clone());
        let call = Call::of(self.service, &request);
        let fault = faults.lock().next(&call);
        let gate = faults.lock().hold();
        HttpConnectorFuture::new(async move {
            if let Some(gate) = gate {
                // The gate gives nobody a place: it closes, and all go on.
                drop(gate.acquire().await);
            }
            let answer = match fault {
                Some(Fault::Throttled) => Ok(call.throttled()),
                Some(Fault::Conflict) => Ok(call.conflict()),
                Some(Fault::Unprocessed) => Ok(call.unprocessed()),
                Some(Fault::NotReached) => Err(ConnectorError::io("nobody is there".into())),
                Some(Fault::AnswerLost) => match inner.call(request).await {
                    Ok(_) => Err(ConnectorError::timeout("the answer was lost".into())),
                    Err(error) => Err(error),
                },
                Some(Fault::Killed) | None => inner.call(request).await,
            };
            if faults.lock().dies() {
                pending::<()>().await;
            }
            answer
        })
    }
}
