//! What one does in the store: looks at a product, buys it, looks at the order, and has it shipped, paid back or cancelled.

use std::sync::Arc;

use anyhow::Result;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use domain::catalogue::product::Money;
use domain::ids::ProductId;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::orders::Order;
use super::sent::{NewPurchase, NewRefund, NoFields, Sent, wants_json};
use super::{Shop, money, pages, picture, text};
use crate::gateway::plain;

/// By what the store knows a click, in an address and as a cookie.
const CLICK: &str = "spark_click";
/// By what it knows a guest again.
const GUEST: &str = "store_guest";
/// A cookie is kept for as long as a basket may wait (MONEY 20), in seconds.
const KEPT: u32 = 90 * 24 * 60 * 60;
/// The longest id of a click, in characters.
const LONGEST_CLICK: usize = 200;
/// The highest net of a line, in minor units (MONEY 17).
const HIGHEST_NET: i64 = 1_000_000_000_000;

/// The store's keys and hosts, for whoever tells of orders in its stead.
pub(super) async fn tell_of(State(shop): State<Arc<Shop>>) -> Response {
    let parts = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let keys = parts(&shop.on.keys);
    Json(json!({"keys": keys, "hosts": parts(&shop.on.hosts)})).into_response()
}

/// A product's page. A click's id goes from the address into a cookie.
pub(super) async fn show_product(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    if let Some((_, click)) = pairs.iter().find(|(name, _)| name == CLICK) {
        let others = pairs.iter().filter(|(name, _)| name != CLICK);
        let others: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .finish();
        let Some(product) = ProductId::from_public(&id) else {
            return pages::missing("There is no such product.");
        };
        let mut to = format!("/store/p/{}", product.public());
        if !others.is_empty() {
            to = format!("{to}?{others}");
        }
        let cookie = is_click(click).then(|| cookie(CLICK, click));
        return sent_on(StatusCode::FOUND, &to, cookie.flatten());
    }
    match shop.found(&id).await {
        Ok(Some((product, card))) => pages::product(&product, &card),
        Ok(None) => pages::missing("There is no such product."),
        Err(error) => failed(&error),
    }
}

/// A product's picture.
pub(super) async fn show_picture(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
) -> Response {
    match shop.found(&id).await {
        Ok(Some((product, card))) => {
            let drawn = picture::draw(
                &product.public(),
                text(&card, "/title"),
                text(&card, "/category"),
            );
            pages::picture(drawn)
        }
        Ok(None) => pages::missing("There is no such product."),
        Err(error) => failed(&error),
    }
}

/// Buys: tells Spark of the order and, unless it is to wait, of its shipment.
pub(super) async fn buy(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent<NewPurchase>,
) -> Response {
    let (product, card) = match shop.found(&id).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            return refused(
                sent.json,
                StatusCode::NOT_FOUND,
                "There is no such product.",
            );
        }
        Err(error) => return failed(&error),
    };
    let Ok((price, currency)) = money(&card, "/price") else {
        return refused(sent.json, StatusCode::CONFLICT, "It has no price.");
    };
    if text(&card, "/availability") != "in_stock" {
        return refused(sent.json, StatusCode::CONFLICT, "It is not in stock.");
    }
    let wanted = sent.said;
    let net = price.checked_mul(wanted.quantity);
    let Some(amount) = net.filter(|net| *net <= HIGHEST_NET) else {
        return refused(
            sent.json,
            StatusCode::CONFLICT,
            "That is more than one order may cost.",
        );
    };
    let guest = || {
        let before = read(&headers, GUEST).filter(|guest| is_guest(guest));
        before.unwrap_or_else(|| format!("guest-{}", shop.ids.ulid()))
    };
    let known = wanted.customer.is_some();
    let customer = wanted.customer.unwrap_or_else(guest);
    let order = Order {
        id: format!("o-{}", shop.ids.ulid()),
        ordered_at: shop.on.clock.now(),
        customer: customer.clone(),
        product,
        title: text(&card, "/title").to_owned(),
        quantity: wanted.quantity,
        net: Money { amount, currency },
        click: read(&headers, CLICK).filter(|click| is_click(click)),
        shipped: wanted.ship,
        cancelled: false,
        refunds: Vec::new(),
    };
    if let Err(error) = shop.take(&order).await {
        return failed(&error);
    }
    let to = format!("/store/orders/{}", order.id);
    let cookie = match known {
        true => None,
        false => cookie(GUEST, &customer),
    };
    match sent.json {
        true => {
            let on = sent_on(StatusCode::CREATED, &to, cookie);
            let body = Json(json!({"order_id": order.id}));
            (StatusCode::CREATED, on.headers().clone(), body).into_response()
        }
        false => sent_on(StatusCode::SEE_OTHER, &to, cookie),
    }
}

/// An order's page: what was earned by it, and why.
pub(super) async fn show_order(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let json = wants_json(&headers);
    let Some(order) = shop.orders.get(&id) else {
        return refused(json, StatusCode::NOT_FOUND, "There is no such order.");
    };
    let books = match shop.books(&order.id).await {
        Ok(books) => books,
        Err(error) => return failed(&error),
    };
    if json {
        let mut told = json!({
            "order_id": order.id,
            "ordered_at": format!("{:.3}", order.ordered_at),
            "customer": order.customer,
            "product_id": order.product.public(),
            "quantity": order.quantity,
            "net": order.net,
            "shipped": order.shipped,
            "cancelled": order.cancelled,
            "refunded": order.refunds.iter().sum::<i64>(),
        });
        told["books"] = books.unwrap_or(Value::Null);
        let mut answer = Json(told).into_response();
        no_store(&mut answer);
        return answer;
    }
    pages::order(&order, books.as_ref())
}

/// Ships an order that waited.
pub(super) async fn ship(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    sent: Sent<NoFields>,
) -> Response {
    let deed = |order: &mut Order| {
        if order.shipped || order.cancelled {
            return Err("It was shipped, or cancelled.");
        }
        order.shipped = true;
        Ok(("shipment".to_owned(), "shipment", order.net.amount))
    };
    shop.change(&id, sent.json, deed).await
}

/// Pays back some of an order, or all that is left of it.
pub(super) async fn refund(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    sent: Sent<NewRefund>,
) -> Response {
    let deed = |order: &mut Order| {
        let left = order.left();
        let amount = sent.said.unwrap_or(left);
        if amount > left || left == 0 {
            return Err("So much of it is not left to be paid back.");
        }
        order.refunds.push(amount);
        let name = format!("refund-{}", order.refunds.len());
        Ok((name, "refund", amount))
    };
    shop.change(&id, sent.json, deed).await
}

/// Cancels an order. Of what was shipped that takes nothing back.
pub(super) async fn cancel(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    sent: Sent<NoFields>,
) -> Response {
    let deed = |order: &mut Order| {
        if order.cancelled {
            return Err("It was cancelled before.");
        }
        order.cancelled = true;
        Ok(("cancellation".to_owned(), "cancellation", order.net.amount))
    };
    shop.change(&id, sent.json, deed).await
}

impl Shop {
    /// A product by Spark's id, and its card.
    async fn found(&self, id: &str) -> Result<Option<(ProductId, Value)>> {
        let Some(product) = ProductId::from_public(id) else {
            return Ok(None);
        };
        let card = self.product(&product).await?;
        Ok(card.map(|card| (product, card)))
    }

    /// Tells Spark of a new order, and keeps it.
    async fn take(&self, order: &Order) -> Result<()> {
        let (at, amount) = (order.ordered_at, order.net.amount);
        self.tell(&order.event("order", "order", at, amount))
            .await?;
        if order.shipped {
            self.tell(&order.event("shipment", "shipment", at, amount))
                .await?;
        }
        self.orders.put(order.clone())
    }

    /// Does something at an order: gives the event's name, its type and how much it is of, or why it cannot be.
    async fn change(
        &self,
        id: &str,
        json: bool,
        deed: impl FnOnce(&mut Order) -> Result<(String, &'static str, i64), &'static str>,
    ) -> Response {
        let _one_at_a_time = self.deeds.lock().await;
        let Some(mut order) = self.orders.get(id) else {
            return refused(json, StatusCode::NOT_FOUND, "There is no such order.");
        };
        let (name, kind, amount) = match deed(&mut order) {
            Ok(event) => event,
            Err(why) => return refused(json, StatusCode::CONFLICT, why),
        };
        let event = order.event(&name, kind, self.on.clock.now(), amount);
        let told = self.tell(&event).await;
        if let Err(error) = told.and_then(|()| self.orders.put(order)) {
            return failed(&error);
        }
        let mut answer = match json {
            true => Json(json!({"order_id": id, "event_id": event["event_id"]})).into_response(),
            false => sent_on(StatusCode::SEE_OTHER, &format!("/store/orders/{id}"), None),
        };
        no_store(&mut answer);
        answer
    }
}

/// Whether this can be the id of a click.
fn is_click(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    (1..=LONGEST_CLICK).contains(&text.len()) && text.bytes().all(known)
}

/// Whether this is what the store calls a guest.
fn is_guest(text: &str) -> bool {
    let id = text.strip_prefix("guest-").unwrap_or_default();
    id.len() == 26 && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The value of a cookie.
fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned())
}

fn cookie(name: &str, value: &str) -> Option<HeaderValue> {
    let kept = format!("{name}={value}; Path=/store; HttpOnly; SameSite=Lax; Max-Age={KEPT}");
    HeaderValue::try_from(kept).ok()
}

fn sent_on(status: StatusCode, to: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(to) = HeaderValue::try_from(to) else {
        return plain(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let mut answer = (status, [(header::LOCATION, to)]).into_response();
    if let Some(cookie) = cookie {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    no_store(&mut answer);
    answer
}

fn no_store(answer: &mut Response) {
    let value = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, value);
}

fn refused(json: bool, status: StatusCode, why: &str) -> Response {
    match json {
        true => plain(status, why),
        false => pages::refused(status, why),
    }
}

fn failed(error: &anyhow::Error) -> Response {
    tracing::error!(
        error = format!("{error:#}"),
        "the store's question to Spark"
    );
    plain(StatusCode::BAD_GATEWAY, "Spark does not answer the store.")
}
