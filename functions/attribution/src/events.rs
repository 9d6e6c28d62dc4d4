//! An event of the store's: read, claimed, worked; what contradicts what is known is kept for the admins (MONEY 17, 18).

use domain::money::{
    book::Odd,
    entries::Cause,
    told::{Told, What},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    error::Error,
    store::{Claimed, EventConflict, NotedOrder},
};

use crate::{App, lines, orders};

/// So many lines of an event are worked side by side.
const SIDE_BY_SIDE: usize = 8;
/// SQS keeps a message back for so many seconds at most.
const LONGEST_DELAY: i64 = 900;

/// An event that is being worked.
pub(crate) struct Work<'w> {
    /// What it tells.
    pub(crate) told: &'w Told,
    /// Its id, hashed.
    pub(crate) hash: String,
    /// What it said.
    said: &'w Value,
    /// When it was received.
    received: Timestamp,
}

/// Works off what the store told.
pub(crate) async fn told(
    app: &App,
    said: &Value,
    body: &str,
    received: Timestamp,
) -> Result<(), Error> {
    let told = match Told::read(said, received) {
        Ok(told) => told,
        Err(wrong) => {
            let fields = wrong.iter().map(|(at, why)| format!("{at} {why}"));
            let fields: Vec<_> = fields.take(3).collect();
            let reason = format!("invalid: {}", fields.join("; "));
            return conflict(app, said, "", &reason, received).await;
        }
    };
    let work = Work {
        hash: app.salt.hash(&told.happened.event),
        told: &told,
        said,
        received,
    };
    match told.what {
        What::Order => order(app, &work, body).await,
        What::Shipment => became(app, &work, Cause::Shipment).await,
        What::Cancellation => became(app, &work, Cause::Else).await,
        What::Refund => became(app, &work, Cause::Refund).await,
    }
}

async fn order(app: &App, work: &Work<'_>, body: &str) -> Result<(), Error> {
    let told = work.told;
    let ahead = told.happened.at.duration_since(app.now());
    if ahead.is_positive() {
        let seconds = ahead.as_secs() + i64::from(ahead.subsec_nanos() > 0);
        let delay = u16::try_from(seconds.min(LONGEST_DELAY)).unwrap_or_default();
        let again = shared::queue::Outgoing {
            body: body.to_owned(),
            trace: shared::telemetry::Trace::current(),
            delay,
        };
        let sent = app.queue.send_each(vec![again]).await.into_iter();
        return sent
            .map(|sent| sent.map_err(Error::from))
            .collect::<Result<(), _>>();
    }
    let order = orders::noted(app, told).await?;
    if !claim(app, work, order.since.is_some() || !order.names.is_empty()).await? {
        return Ok(());
    }
    let now = app.now();
    app.store.note_order(&order, now).await?;
    Box::pin(orders::settle(app, &order, Cause::OwnOrder, work)).await?;
    for later in orders::affected(app, &order).await? {
        Box::pin(orders::settle(app, &later, Cause::Else, work)).await?;
    }
    Ok(())
}

async fn became(app: &App, work: &Work<'_>, cause: Cause) -> Result<(), Error> {
    let told = work.told;
    let lines = told.lines.iter();
    let hashes = lines.map(|line| app.salt.hash(&told.line_id(line).to_string()));
    let hashes: Vec<_> = hashes.collect();
    let known = app.store.books(hashes.iter().cloned()).await?;
    let stays = |hash| known.get(hash).is_none_or(domain::money::book::Book::stays);
    if !claim(app, work, hashes.iter().any(stays)).await? {
        return Ok(());
    }
    let heard = told.lines.iter().zip(&hashes);
    let heard = heard.map(|(line, hash)| lines::hear(app, work, line, hash, cause));
    let heard: Vec<_> = heard.collect();
    side_by_side(heard).await.map(drop)
}

/// Does these, some side by side; what they come to, in their order.
pub(crate) async fn side_by_side<T, F: Future<Output = Result<T, Error>>>(
    all: Vec<F>,
) -> Result<Vec<T>, Error> {
    let done = stream::iter(all).buffered(SIDE_BY_SIDE);
    done.try_collect().await
}

/// Claims the event: whether its content is what it ever said.
async fn claim(app: &App, work: &Work<'_>, stays: bool) -> Result<bool, Error> {
    let content = serde_json::to_string(work.told).map_err(Error::internal)?;
    let hash = app.salt.hash(&content);
    let event = &work.told.happened.event;
    match app
        .store
        .claim_event(event, &hash, stays, app.now())
        .await?
    {
        Claimed::Same => Ok(true),
        Claimed::Other => {
            conflict(app, work.said, "", "event-reused", work.received).await?;
            Ok(false)
        }
    }
}

impl Work<'_> {
    /// Keeps that a line of the event cannot be taken into the books.
    pub(crate) async fn odd(&self, app: &App, line: &str, odd: Odd) -> Result<(), Error> {
        let reason = match odd {
            Odd::OrderedTwice => "ordered-twice",
            Odd::Currency => "currency",
            Odd::TooMany => "too-many-events",
        };
        conflict(app, self.said, line, reason, self.received).await
    }

    /// Keeps that what another event told of a line before is in another currency than its order.
    pub(crate) async fn odd_before(
        &self,
        app: &App,
        line: &str,
        heard: &domain::money::book::Heard,
    ) -> Result<(), Error> {
        let net = json!({"amount": heard.later.net, "currency": heard.currency});
        let said = json!({
            "event_id": heard.later.happened.event,
            "occurred_at": format!("{:.3}", heard.later.happened.at),
            "order_id": self.told.order,
            "lines": [{"line_id": line, "net": net}],
        });
        conflict(app, &said, line, "currency", self.received).await
    }
}

/// Keeps what cannot be taken into the books, its customer hashed. Told again, it is kept once.
async fn conflict(
    app: &App,
    said: &Value,
    line: &str,
    reason: &str,
    received: Timestamp,
) -> Result<(), Error> {
    let mut said = said.clone();
    if let Some(customer) = said.get_mut("customer") {
        let hash = customer.as_str().map(|customer| app.salt.hash(customer));
        *customer = hash.map_or(Value::Null, Value::String);
    }
    let event = said["event_id"].as_str().unwrap_or_default();
    let conflict = EventConflict {
        event: event.chars().take(64).collect(),
        line: line.to_owned(),
        reason: reason.to_owned(),
        received_at: received,
        body: said.to_string(),
    };
    tracing::warn!(reason, "an event of the store's contradicts what is known");
    app.store.note_conflict(&conflict).await
}

/// An order, of which something is to be settled.
pub(crate) fn order_of(order: &NotedOrder) -> domain::money::Order {
    domain::money::Order {
        happened: order.happened.clone(),
        id: order.order.clone(),
        customer: order.user.clone(),
    }
}
