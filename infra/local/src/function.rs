//! A function as the local cloud runs it: in this process, by what triggers it.

use std::sync::Arc;

use aws_lambda_events::{sqs, streams};
use axum::Router;
use serde_json::Value;
use shared::error::Error;
use shared::runtime::Context;
use shared::runtime::function::{
    Http, Queue, QueueAndSchedule, QueueWorker, Schedule, ScheduleWorker, Stream, StreamWorker,
};

/// What a function does when it is triggered.
#[derive(Clone)]
pub enum Function {
    /// Answers the gateway's requests.
    Http(Router),
    /// Works off a queue's batches.
    Queue(QueueWorker),
    /// Works off the stream's batches.
    Stream(StreamWorker),
    /// Does what is due.
    Schedule(ScheduleWorker),
    /// Works off a queue's batches, and does what is due.
    QueueAndSchedule(QueueWorker, ScheduleWorker),
}

impl Function {
    /// A worker of a queue from an async function.
    pub fn queue<F, R>(work: F) -> Self
    where
        F: Fn(sqs::SqsEvent) -> R + Send + Sync + 'static,
        R: Future<Output = sqs::SqsBatchResponse> + Send + 'static,
    {
        Self::Queue(Arc::new(move |event| Box::pin(work(event))))
    }

    /// A worker of the stream from an async function.
    pub fn stream<F, R>(work: F) -> Self
    where
        F: Fn(Value) -> R + Send + Sync + 'static,
        R: Future<Output = streams::DynamoDbEventResponse> + Send + 'static,
    {
        Self::Stream(Arc::new(move |event| Box::pin(work(event))))
    }

    /// A worker of a schedule from an async function.
    pub fn schedule<F, R>(work: F) -> Self
    where
        F: Fn(Value) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::Schedule(Arc::new(move |input| Box::pin(work(input))))
    }
}

impl From<Http> for Function {
    fn from(function: Http) -> Self {
        Self::Http(function.work)
    }
}

impl From<Queue> for Function {
    fn from(function: Queue) -> Self {
        Self::Queue(function.work)
    }
}

impl From<Stream> for Function {
    fn from(function: Stream) -> Self {
        Self::Stream(function.work)
    }
}

impl From<Schedule> for Function {
    fn from(function: Schedule) -> Self {
        Self::Schedule(function.work)
    }
}

impl From<QueueAndSchedule> for Function {
    fn from(function: QueueAndSchedule) -> Self {
        Self::QueueAndSchedule(function.queue, function.schedule)
    }
}

/// The functions, by the name of their binary in the template.
#[derive(Clone, Default)]
pub struct Functions {
    all: Vec<(String, Function)>,
}

impl Functions {
    /// Adds a function.
    #[must_use]
    pub fn with(mut self, binary: &str, function: Function) -> Self {
        self.all.push((binary.to_owned(), function));
        self
    }

    /// Finds what a function does for one kind of trigger.
    pub(crate) fn find<T>(&self, binary: &str, kind: impl Fn(&Function) -> Option<T>) -> Option<T> {
        self.all
            .iter()
            .filter(|(name, _)| name == binary)
            .find_map(|(_, function)| kind(function))
    }
}

/// Gives each function the context that its `App` is made from, by the name of its binary.
pub type Contexts<'a> = dyn Fn(&str) -> Context + 'a;
