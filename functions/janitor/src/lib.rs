//! Does what is due by the clock, and takes away what is left of what is gone.

mod days;
mod due;
mod export;
mod leaving;
mod lists;
mod monthly;
mod moves;
mod posts;
mod sitemap;
mod vetting;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::money::programmes::Thresholds;
use shared::{
    bucket::{Bucket, Exports, Objects},
    error::Error,
    queue::{Queue, messages::JanitorMessage, run_batch},
    runtime::{Clock, Context, Ids, function},
    store::Store,
};

pub use due::handle;
pub use sitemap::make as make_sitemap;

/// How much is done before a message to itself goes on.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// So many pages of what is deleted, or exported.
    pub pages: usize,
    /// So many bytes of an export are put into the bucket together.
    pub piece: usize,
}

/// An account with little is done in one.
const SLICE: Slice = Slice {
    pages: 80,
    piece: 8 << 20,
};

/// What the janitor needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    exports: Exports,
    bucket: Bucket,
    /// The public base address of pages.
    pages_url: String,
    /// Where the API is, for what an export leads to.
    api_url: String,
    fanout: Queue,
    photos: Queue,
    /// Its own queue, for its next slices.
    own: Queue,
    clock: Clock,
    ids: Ids,
    /// What applicants are measured by.
    thresholds: Thresholds,
    slice: Slice,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self::with_slice(context, SLICE)
    }

    /// The same with other slices.
    pub fn with_slice(context: &Context, slice: Slice) -> Self {
        let queue = |url: &str| Queue::new(context.sqs(), url);
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            exports: Exports::new(
                Bucket::new(context.s3(), context.config.bucket()),
                Objects::new(&context.sdk, context.config.bucket(), Clock::real),
            ),
            bucket: Bucket::new(context.s3(), context.config.bucket()),
            pages_url: context.config.pages_url().to_owned(),
            api_url: context.config.api_url().to_owned(),
            fanout: queue(context.config.fanout_queue()),
            photos: queue(context.config.photos_queue()),
            own: queue(context.config.janitor_queue()),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            thresholds: Thresholds::read(
                context.config.least_audience(),
                context.config.least_posts(),
                context.config.least_shoppable(),
                context.config.least_engagement(),
                context.config.vetting_hours(),
            ),
            slice,
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::QueueAndSchedule {
    let app = App::new(context);
    let told = async |app: App, event| work_off(&app, event).await;
    let told = function::Queue::new(app.clone(), told).warmed_by(context.warm_up_by_query());
    let due = async |app: App, _| {
        let looked = Box::pin(handle(&app)).await;
        // Whatever failed, search engines are told; and the other way round.
        let told = Box::pin(make_sitemap(&app)).await;
        looked.and(told)
    };
    function::QueueAndSchedule::new(told, function::Schedule::new(app, due))
}

/// Works off a batch of messages.
pub async fn work_off(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Works off one message.
///
/// # Errors
/// It cannot be read, or something it asks for was not done.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let body = message.body.unwrap_or_default();
    match serde_json::from_str(&body).map_err(Error::internal)? {
        JanitorMessage::PostDeleted(gone) => posts::deleted(app, gone).await,
        JanitorMessage::WallsLeft(left) => posts::left_walls(app, left).await,
        JanitorMessage::ListDeleted(gone) => lists::deleted(app, gone).await,
        JanitorMessage::Deletion(leaving) => leaving::go_on(app, leaving).await,
        JanitorMessage::ReaderRated(rated) => Box::pin(moves::rated(app, rated)).await,
        JanitorMessage::MovesPlanned(planned) => Box::pin(moves::planned(app, planned)).await,
        JanitorMessage::Export(asked) => export::go_on(app, asked).await,
    }
}
