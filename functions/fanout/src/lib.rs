//! Delivers posts to those who want them: topic walls, followers' timelines by ranges, authors' heads, and the
//! latest posts of an author to a new follower.
//!
//! Readers are cut into ranges by their hash, which are served side by side, in any order and as often as may be. Each
//! that is done is noted by its name, and the marker goes once all are. So, whatever is repeated, overtaken or cut short,
//! a post is never closed too early, and every write can be made again without a trace.

mod follows;
mod publish;
mod ranges;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::feeds::{Ranges, SIZES, Sizes};
use shared::{
    error::Error,
    queue::{Queue, messages::FanoutMessage, run_batch},
    runtime::{Clock, Context, function},
    store::Store,
};

/// What fan-out needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    own: Queue,
    /// Its other queue, for posts to very many.
    bulk: Queue,
    clock: Clock,
    sizes: Sizes,
}

impl App {
    /// Fan-out by the [sizes](SIZES) of the contract.
    pub fn new(context: &Context) -> Self {
        Self::with_sizes(context, SIZES)
    }

    /// Fan-out by other sizes.
    pub fn with_sizes(context: &Context, sizes: Sizes) -> Self {
        let queue = |url: &str| Queue::new(context.sqs(), url);
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            own: queue(context.config.fanout_queue()),
            bulk: queue(context.config.fanout_bulk_queue()),
            clock: context.clock.clone(),
            sizes,
        }
    }

    /// So many ranges, as they are noted.
    fn ranges(&self, count: u32) -> Ranges {
        let block = self.sizes.block;
        Ranges { count, block }
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
        FanoutMessage::PostPublished(published) => publish::appeared(app, published).await,
        FanoutMessage::RangesAsked(asked) => ranges::ask(app, asked).await,
        FanoutMessage::RangeAsked(asked) => ranges::serve_range(app, asked).await,
        FanoutMessage::Followed(followed) => follows::back_fill(app, followed).await,
        FanoutMessage::TopicsChanged(changed) => publish::came_to(app, changed).await,
    }
}
