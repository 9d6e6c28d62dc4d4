//! What a form of the store's pages sends, and the same as JSON.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::error::Invalid;
use shared::http::{BODY_LIMIT, JsonBody, Wire};
use url::form_urlencoded;

use crate::gateway::plain;

/// The longest name of a customer, in characters (MONEY 17).
const CUSTOMER: usize = 128;
/// The most of a product that one line has (MONEY 17).
const MOST: i64 = 100_000;

/// A body, as a form or as JSON, whatever its media type says; and whether JSON is wanted in return.
pub(super) struct Sent<W: Wire> {
    pub(super) said: W::Parsed,
    pub(super) json: bool,
}

/// Whether a caller asks for JSON.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter();
    let mut accept = accept.filter_map(|value| value.to_str().ok());
    accept.any(|value| value.contains("application/json"))
}

impl<W: Wire, S: Send + Sync> FromRequest<S> for Sent<W> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
            return Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large"));
        };
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_json = kind.starts_with("application/json") || bytes.starts_with(b"{");
        let json = is_json || wants_json(&parts.headers);
        let body = match is_json {
            true => Body::from(bytes),
            false => Body::from(fields(&bytes).to_string()),
        };
        let is = HeaderValue::from_static("application/json");
        parts.headers.insert(header::CONTENT_TYPE, is);
        let body = JsonBody::from_request(Request::from_parts(parts, body), state).await;
        let said = body.and_then(|body| body.parse::<W>());
        let said = said.map_err(IntoResponse::into_response)?;
        Ok(Self { said, json })
    }
}

/// The fields of a form: numbers as numbers, and without those that were left blank.
fn fields(form: &[u8]) -> Value {
    let pairs = form_urlencoded::parse(form);
    let pairs = pairs.filter(|(_, value)| !value.trim().is_empty());
    let fields = pairs.map(|(name, value)| {
        let number = value.trim().parse::<i64>().ok();
        let value = match (&*name, number) {
            ("quantity" | "amount", Some(number)) => Value::from(number),
            ("ship", _) => Value::from(&*value == "true"),
            (_, _) => Value::from(&*value),
        };
        (name.into_owned(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

/// What is wanted of a product.
#[derive(Debug, Deserialize)]
pub(super) struct NewPurchase {
    customer: Option<String>,
    quantity: Option<i64>,
    ship: Option<bool>,
}

/// The same, read.
pub(super) struct Purchase {
    /// `None` for a guest.
    pub(super) customer: Option<String>,
    pub(super) quantity: i64,
    /// Whether it is shipped at once.
    pub(super) ship: bool,
}

impl Wire for NewPurchase {
    type Parsed = Purchase;

    fn parse(self, invalid: &mut Invalid) -> Option<Purchase> {
        let long = |name: &String| (1..=CUSTOMER).contains(&name.chars().count());
        let customer = match self.customer {
            Some(name) if !long(&name) => Err("must have 1 to 128 characters".to_owned()),
            customer => Ok(customer),
        };
        let customer = invalid.check("/customer", customer);
        let quantity = self.quantity.unwrap_or(1);
        let fits = (1..=MOST).contains(&quantity);
        let why = || format!("must be from 1 to {MOST}");
        let quantity = invalid.check("/quantity", fits.then_some(quantity).ok_or_else(why));
        Some(Purchase {
            customer: customer?,
            quantity: quantity?,
            ship: self.ship.unwrap_or(true),
        })
    }
}

/// What is to be paid back, in minor units.
#[derive(Debug, Deserialize)]
pub(super) struct NewRefund {
    amount: Option<i64>,
}

impl Wire for NewRefund {
    /// `None` for all that is left.
    type Parsed = Option<i64>;

    fn parse(self, invalid: &mut Invalid) -> Option<Option<i64>> {
        let amount = match self.amount {
            Some(amount) if amount < 1 => Err("must be 1 or more".to_owned()),
            amount => Ok(amount),
        };
        invalid.check("/amount", amount)
    }
}

/// Nothing but the wish.
#[derive(Debug, Deserialize)]
pub(super) struct NoFields {}

impl Wire for NoFields {
    type Parsed = ();

    fn parse(self, _invalid: &mut Invalid) -> Option<()> {
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_json_would() {
        let form = b"customer=7&quantity=+2&ship=false&note=&amount=x";
        let json =
            serde_json::json!({"customer": "7", "quantity": 2, "ship": false, "amount": "x"});
        assert_eq!(fields(form), json);
        assert_eq!(fields(b""), serde_json::json!({}));
    }
}
