//! Takes the store's product feeds out of the bucket into the table.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use shared::{
    error::Error,
    queue::{arrived_keys, run_batch},
    runtime::{Clock, Context},
    store::Store,
};

pub mod feed;
mod import;
mod price;
mod records;
pub mod report;

/// What the worker needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    s3: aws_sdk_s3::Client,
    bucket: String,
    clock: Clock,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), &context.config.table),
            s3: context.s3.clone(),
            bucket: context.config.bucket.clone(),
            clock: context.clock.clone(),
        }
    }
}

/// Works off a batch of the `catalogue` queue.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Imports the feeds that a message of S3 says have arrived. Safe to do again: products are
/// overwritten with what the feed says now, and so is the report.
///
/// # Errors
/// A message that is not S3's, an object that is no feed of ours, a service that fails.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    for key in arrived_keys(message.body.as_deref().unwrap_or_default())? {
        Box::pin(import::import(app, &key)).await?;
    }
    Ok(())
}
