//! Puts what others did into the inboxes of those who want to know.

mod look;
mod moderation;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::engagement::{Fact, Slot};
use shared::{
    error::Error,
    queue::{
        messages::{ActKind, Acted, NotifierMessage},
        run_batch,
    },
    runtime::{Clock, Context, function},
    store::Store,
    table::Anew,
};

/// What the function needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    clock: Clock,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            clock: context.clock.clone(),
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
        NotifierMessage::Stated(stated) => app.stated(&stated).await,
        NotifierMessage::ReportDecided(decided) => app.report_decided(&decided).await,
        NotifierMessage::Acted(acted) => tell(app, acted).await,
    }
}

/// Brings an inbox in step with what somebody did, as it stands. It is looked at again after each write, until it is as it
/// was written: of what changes after that look there is a message too.
async fn tell(app: &App, acted: Acted) -> Result<(), Error> {
    match acted.kind {
        ActKind::Gone => return app.gone(&acted).await,
        ActKind::BadgeGiven => return app.badge(&acted, Fact::BadgeGiven).await,
        ActKind::BadgeTaken => return app.badge(&acted, Fact::BadgeTaken).await,
        ActKind::Smile
        | ActKind::Vote
        | ActKind::Follow
        | ActKind::Mention
        | ActKind::Comment
        | ActKind::Reply
        | ActKind::Accepted => {}
    }
    let mut anew = Anew::standing_on("what somebody did");
    let mut told: Option<Slot> = None;
    loop {
        let standing = app.look(&acted).await?;
        let stands = standing.as_ref().is_some_and(|standing| standing.stands);
        let slot = standing.as_ref().map(|standing| standing.slot.clone());
        let written = match (standing, &told) {
            (Some(standing), None) if stands => app.tell(&standing).await?,
            // As it was written.
            (_, Some(_)) if stands => false,
            // Its subject may be gone, which no more says whose it was.
            _ => match slot.as_ref().or(told.as_ref()) {
                Some(slot) => app.store.untell(slot, &acted.actor).await?,
                None => false,
            },
        };
        if !written {
            return Ok(());
        }
        told = slot.filter(|_| stands);
        anew.begin().await?;
    }
}
