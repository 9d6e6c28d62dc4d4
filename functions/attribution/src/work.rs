//! An event while it is worked: what it says, what of it no book takes, and doing what concerns its lines side by side.

use domain::money::{
    book::{Heard, Odd},
    told::Told,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{error::Error, store::EventConflict};

use crate::App;

/// So many lines of an event are worked side by side.
const SIDE_BY_SIDE: usize = 8;

/// An event that is being worked.
pub(crate) struct Work<'w> {
    /// What it tells.
    pub(crate) told: &'w Told,
    /// Its id, hashed.
    pub(crate) hash: String,
    /// What it said.
    pub(crate) said: &'w Value,
    /// When it was received.
    pub(crate) received: Timestamp,
}

/// Does these, some side by side; what they come to, in their order.
pub(crate) async fn side_by_side<T, F: Future<Output = Result<T, Error>>>(
    all: Vec<F>,
) -> Result<Vec<T>, Error> {
    let done = stream::iter(all).buffered(SIDE_BY_SIDE);
    done.try_collect().await
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
        heard: &Heard,
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
pub(crate) async fn conflict(
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
