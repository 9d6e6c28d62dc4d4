//! Adds up: folds the counts of what a crowd has left, keeps what follows from marks, what is hottest, which lists hold a
//! thing, what was got with what, and by which words it is found.

mod bought;
mod decided;
mod fold;
mod gone;
mod insights;
mod lists;
mod marks;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{engagement::Thresholds, feeds::Findable};
use shared::{
    error::Error,
    queue::{Queue, messages::RollupMessage, run_batch},
    runtime::{Clock, Context, function},
    store::Store,
};

/// What the function needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    /// Its own queue, for its next looks.
    queue: Queue,
    clock: Clock,
    badge: Thresholds,
    shelves: bought::Shelves,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            queue: Queue::new(context.sqs(), context.config.rollup_queue()),
            clock: context.clock.clone(),
            badge: marks::thresholds(&context.config),
            shelves: bought::Shelves::default(),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Queue {
    let work = async |app: App, event| handle(&app, event).await;
    function::Queue::new(App::new(context), work).warmed_by(context.warm_up_by_query())
}

/// Works off a batch of messages.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Works off one message.
///
/// # Errors
/// It cannot be read, or something it asks for was not done.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let body = message.body.unwrap_or_default();
    match serde_json::from_str(&body).map_err(Error::internal)? {
        RollupMessage::Heated(heated) => fold::look(app, heated).await,
        RollupMessage::MarksChanged(changed) => {
            let post = changed.post;
            marks::changed(app, changed).await?;
            app.store.keep_best(post).await
        }
        RollupMessage::Decided(decided) => decided::note(app, decided).await,
        RollupMessage::Gone(gone) => gone::note(app, gone).await,
        RollupMessage::Voted(voted) => app.store.keep_voted(&voted.user, voted.post).await,
        RollupMessage::ListChanged(changed) => lists::changed(app, changed).await,
        RollupMessage::Bought(bought) => bought::got(app, bought).await,
        RollupMessage::FindableChanged(changed) => {
            app.store.keep_findable(&changed.thing).await?;
            match changed.thing {
                Findable::Post(post) => app.store.keep_asked(post).await,
                Findable::Product(_) | Findable::Person(_) => Ok(()),
            }
        }
        RollupMessage::Responded(responded) => insights::keep(app, responded).await,
    }
}
