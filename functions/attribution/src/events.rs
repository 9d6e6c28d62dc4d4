//! An event of the store's: read, claimed, worked; what contradicts what is known is kept for the admins (MONEY 17, 18).

use domain::money::{
    book::Book,
    entries::Cause,
    told::{Told, What},
};
use jiff::Timestamp;
use serde_json::Value;
use shared::{error::Error, queue::Outgoing, store::Claimed, telemetry::Trace};

use crate::{
    App, lines, orders,
    work::{Work, conflict, side_by_side},
};

/// SQS keeps a message back for so many seconds at most.
const LONGEST_DELAY: i64 = 900;

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
        let again = Outgoing {
            body: body.to_owned(),
            trace: Trace::current(),
            delay,
        };
        let mut sent = app.queue.send_each(vec![again]).await.into_iter();
        return sent.try_for_each(|sent| sent.map_err(Error::from));
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
    let stays = |hash| known.get(hash).is_none_or(Book::stays);
    if !claim(app, work, hashes.iter().any(stays)).await? {
        return Ok(());
    }
    let heard = told.lines.iter().zip(&hashes);
    let heard = heard.map(|(line, hash)| lines::hear(app, work, line, hash, cause));
    let heard: Vec<_> = heard.collect();
    side_by_side(heard).await.map(drop)
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
