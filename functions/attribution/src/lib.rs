//! Works off what the store tells of its orders: credits their lines, posts what is earned, seals it into the chains of
//! accounts, and pays what is due.

mod events;
mod known;
mod lines;
mod orders;
mod payouts;
mod seal;
mod work;

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::Timestamp;
use serde_json::Value;
use shared::{
    error::Error,
    queue::{Queue, messages::LedgerMessage, run_batch},
    runtime::{Clock, Context, Ids, function},
    seal::{LinkSeal, People, Salt},
    store::Store,
};

/// What the function needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    /// Its own queue: for orders that are ahead of the clock, and the next slices of a run.
    queue: Queue,
    clock: Clock,
    ids: Ids,
    people: People,
    clicks: Arc<LinkSeal>,
    salt: Salt,
    return_days: u16,
    minimum: domain::money::payable::Minimum,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        Self {
            store: Store::new(context.dynamodb.clone(), config.table()),
            queue: Queue::new(context.sqs(), config.attribution_queue()),
            people: People::new(config.token_issuer(), config.people_key()),
            clicks: Arc::new(LinkSeal::new(config.link_key())),
            salt: Salt::new(config.ledger_salt()),
            return_days: config.return_days().parse().unwrap_or(30),
            minimum: config.payout_minimum().parse().unwrap_or_default(),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
        }
    }

    /// Now, in whole milliseconds.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::QueueAndSchedule {
    let app = App::new(context);
    let told = async |app: App, event| handle(&app, event).await;
    let told = function::Queue::new(app.clone(), told).warmed_by(context.warm_up());
    let due = async |app: App, _| look(&app).await;
    function::QueueAndSchedule::new(told, function::Schedule::new(app, due))
}

/// Works off a batch of messages.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Begins the run of a month, once its first day has come.
///
/// # Errors
/// It could not be begun; it is due again at the next look.
pub async fn look(app: &App) -> Result<(), Error> {
    payouts::look(app).await
}

/// Works off one message: one of ours, or an event of the store's, which has no version.
///
/// # Errors
/// Something that it asks for was not done.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let sent = message.attributes.get("SentTimestamp");
    let sent = sent.and_then(|ms| Timestamp::from_millisecond(ms.parse().ok()?).ok());
    let received = sent.unwrap_or_else(|| app.now());
    let body = message.body.unwrap_or_default();
    let said: Value = serde_json::from_str(&body).unwrap_or_default();
    let ours = said["type"].as_str().is_some_and(|kind| kind.contains('.'));
    if !ours {
        return Box::pin(events::told(app, &said, &body, received)).await;
    }
    match serde_json::from_value(said).map_err(Error::internal)? {
        LedgerMessage::Posted(posted) => seal::all(app, &posted.account).await,
        LedgerMessage::Payouts(asked) => Box::pin(payouts::pay(app, asked)).await,
    }
}
