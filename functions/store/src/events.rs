//! What the store tells of its orders (MONEY 16, 17): read, and on its way to the books once this has answered.

use axum::{Json, extract::State};
use domain::money::told::Told;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::Signed,
    queue::Outgoing,
    telemetry::Trace,
    views::MoneyView,
};
use utoipa::ToSchema;

use crate::App;

/// What the store tells of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes what `Told` reads")]
pub struct NewStoreEvent {
    /// What the store calls it, for ever: told again with the same content, it changes nothing.
    #[schema(pattern = "^[A-Za-z0-9._:-]{1,64}$")]
    event_id: String,
    /// What it tells.
    #[serde(rename = "type")]
    kind: StoreEventType,
    /// When it was: at most 5 minutes ahead, and 30 days ago.
    #[schema(format = "date-time")]
    occurred_at: String,
    /// Of which order.
    #[schema(pattern = "^[A-Za-z0-9._:-]{1,64}$")]
    order_id: String,
    /// Who ordered: the shopper's `sub`, or an opaque id of one person.
    #[schema(min_length = 1, max_length = 128)]
    customer: String,
    /// Of which of its lines.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<NewStoreLine>,
}

/// What an event tells.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreEventType {
    /// Somebody ordered.
    Order,
    /// Some of it was shipped.
    Shipment,
    /// Some of it was cancelled.
    Cancellation,
    /// Some of it was paid back.
    Refund,
}

/// A line that an event tells of.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes what `Told` reads")]
pub struct NewStoreLine {
    /// Which of its order's.
    #[schema(pattern = "^[A-Za-z0-9._:-]{1,64}$")]
    line_id: String,
    /// What, by the store's own id.
    #[schema(min_length = 1, max_length = 50)]
    product_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 100_000)]
    quantity: u32,
    /// Of all of them, discounts off, without tax and delivery; of all lines in one currency.
    #[schema(value_type = MoneyView)]
    net: serde_json::Value,
    /// The path of its category; the catalogue's where it is left out.
    category: Option<String>,
    /// The `spark_click` that the shopper came with.
    click_id: Option<String>,
    /// When it was put into the basket.
    #[schema(format = "date-time")]
    basket_added_at: Option<String>,
}

/// An event that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventTaken {
    /// Which.
    pub event_id: String,
}

/// Takes an event of the store's: it is worked off soon, and surely.
#[utoipa::path(
    post,
    path = "/v1/store/events",
    tag = "store",
    request_body = NewStoreEvent,
    security(("store" = [])),
    responses((status = 202, description = "It is taken.", body = EventTaken))
)]
pub async fn tell(
    State(app): State<App>,
    signed: Signed,
) -> Result<(StatusCode, Json<EventTaken>), Error> {
    let said = signed.json()?;
    let told = Told::read(&said, app.clock.now()).map_err(|wrong| {
        let mut invalid = Invalid::default();
        for (pointer, why) in wrong {
            invalid.add(pointer, why);
        }
        Error::Invalid(invalid)
    })?;
    let message = Outgoing {
        body: signed.text,
        trace: Trace::current(),
        delay: 0,
    };
    for sent in app.ledger.send_each(vec![message]).await {
        sent?;
    }
    let event_id = told.happened.event;
    Ok((StatusCode::ACCEPTED, Json(EventTaken { event_id })))
}
