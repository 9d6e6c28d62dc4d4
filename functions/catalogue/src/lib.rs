//! Takes the store's files out of the bucket into the table: product feeds and reviews; and the
//! prices that its systems send by themselves.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::{
    bucket::Bucket,
    error::Error,
    queue::{Queue, arrivals, messages::CatalogueMessage, run_batch},
    runtime::{Clock, Context, function},
    seal::People,
    store::Store,
};

pub mod feed;
mod import;
mod prices;
mod retire;
pub mod reviews;
mod source;
mod state;
mod stock;

/// Records of a file that one message handles: some seconds, so that prices need not wait long.
pub const SLICE: u64 = 5_000;

/// So far the clocks of the store's systems may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What the worker needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    bucket: Bucket,
    own: Queue,
    people: People,
    clock: Clock,
    slice: u64,
}

impl App {
    /// Of the function's context, by slices of [`SLICE`].
    pub fn new(context: &Context) -> Self {
        Self::with_slice(context, SLICE)
    }

    /// By slices of another size, 1 or more.
    pub fn with_slice(context: &Context, slice: u64) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            bucket: Bucket::new(context.s3(), context.config.bucket()),
            own: Queue::new(context.sqs(), context.config.catalogue_queue()),
            people: People::new(context.config.token_issuer(), context.config.people_key()),
            clock: context.clock.clone(),
            slice: slice.max(1),
        }
    }

    /// Whose time lies after this is refused: it would outrank all later news.
    fn latest(&self) -> Timestamp {
        self.clock
            .now()
            .saturating_add(AHEAD)
            .unwrap_or(Timestamp::MAX)
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Queue {
    let work = async |app: App, event| handle(&app, event).await;
    function::Queue::new(App::new(context), work).warmed_by(context.warm_up())
}

/// Works off a batch of the `catalogue` queue.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Works off one message: S3's, about files that have arrived, or one of ours. Safe to do again.
///
/// # Errors
/// A message that is neither, a file that is none of the store's, a service that fails.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let body = message.body.unwrap_or_default();
    let said: Value = serde_json::from_str(&body).map_err(Error::internal)?;
    if said.get("type").is_none() {
        for arrival in arrivals(&body)? {
            import::arrive(app, &arrival.key, arrival.at).await?;
        }
        return Ok(());
    }
    match serde_json::from_value(said).map_err(Error::internal)? {
        CatalogueMessage::SliceImported(done) => import::go_on(app, done).await,
        CatalogueMessage::FeedRead(read) => Box::pin(retire::finish(app, read)).await,
        CatalogueMessage::PriceChanged(changed) => prices::change(app, changed).await,
    }
}
