//! Checks uploads, makes their renditions, and publishes the posts that waited for them.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use shared::{
    error::Error,
    photos::Bucket,
    queue::{arrived_keys, run_batch},
    runtime::{Clock, Context},
    store::Store,
};
use tokio::sync::Semaphore;

mod settle;

/// What the worker needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    bucket: Bucket,
    clock: Clock,
    /// One photo in memory at a time: the largest needs half a gigabyte.
    turn: Arc<Semaphore>,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), &context.config.table),
            bucket: Bucket::new(context.s3.clone(), &context.config.bucket),
            clock: context.clock.clone(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

/// Works off a batch of the `photos` queue.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Settles the uploads that a message of S3 says have arrived, and the posts that waited for
/// them. Safe to do again from any point: renditions go to where the ticket says, photo and post
/// are each settled once by a condition of the table.
///
/// # Errors
/// A message that is not S3's, an object that is no upload, a service that fails. A bad file is
/// none: its photo is rejected.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    for key in arrived_keys(message.body.as_deref().unwrap_or_default())? {
        Box::pin(settle::settle(app, &key)).await?;
    }
    Ok(())
}
