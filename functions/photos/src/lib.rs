//! Checks uploads, makes their renditions, publishes the posts that waited for them, and deletes
//! what lay in the bucket for photos that are gone.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use shared::{
    bucket::{Bucket, MediaNames, original_key, upload_key},
    error::Error,
    queue::{
        arrived_keys,
        messages::{PhotoRemoved, PhotosMessage},
        run_batch,
    },
    runtime::{Clock, Context, function},
    store::Store,
};
use tokio::sync::Semaphore;

mod settle;

/// What the worker needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    bucket: Bucket,
    media: MediaNames,
    clock: Clock,
    /// One photo in memory at a time: the largest needs half a gigabyte.
    turn: Arc<Semaphore>,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            bucket: Bucket::new(context.s3(), context.config.bucket()),
            media: MediaNames::new(context.config.media_key()),
            clock: context.clock.clone(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Queue {
    let work = async |app: App, event| handle(&app, event).await;
    function::Queue::new(App::new(context), work).warmed_by(context.warm_up())
}

/// Works off a batch of the `photos` queue.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Settles the uploads that a message of S3 says have arrived, and the posts that waited for
/// them; looks for one that was not settled in time; or deletes what the bucket holds of a photo
/// that is gone. Safe to do again from any
/// point: renditions go to where the ticket says, photo and post are each settled once by a
/// condition of the table, and what is deleted stays so.
///
/// # Errors
/// A message that is neither, an object that is no upload, a service that fails. A bad file is
/// none: its photo is rejected.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let body = message.body.unwrap_or_default();
    match serde_json::from_str(&body) {
        Ok(PhotosMessage::PhotoRemoved(removed)) => return delete(app, &removed).await,
        Ok(PhotosMessage::PhotoAwaited(awaited)) => return settle::look_for(app, &awaited).await,
        Err(_of_s3) => {}
    }
    for key in arrived_keys(&body)? {
        Box::pin(settle::settle(app, &key)).await?;
    }
    Ok(())
}

/// Deletes the upload, the original and the renditions of a photo that is gone. A worker that still makes them
/// finds the photo gone when it is done, and deletes them itself.
async fn delete(app: &App, removed: &PhotoRemoved) -> Result<(), Error> {
    app.bucket.delete(&upload_key(removed.photo)).await?;
    app.bucket.delete(&original_key(removed.photo)).await?;
    app.bucket.delete_renditions(&removed.media).await?;
    tracing::info!(photo.id = %removed.photo, "deleted with its renditions");
    Ok(())
}
