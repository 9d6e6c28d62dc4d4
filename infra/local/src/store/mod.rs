//! The store, played (MONEY 43): a page a product, on which one buys, and a page an order. What it sells it reads from
//! Spark, as anybody may; of orders it tells Spark by the door of stores, signed; what was earned it asks as its own staff.

mod doors;
mod orders;
mod pages;
mod picture;
mod sent;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::routing::{get, post};
use domain::ids::ProductId;
use http::{Method, StatusCode, header};
use serde_json::Value;
use shared::runtime::{Clock, Ids};
use shared::seal;
use tower::ServiceExt;

use crate::issuer::{Issuer, TokenRequest};
use orders::Orders;

/// The longest answer of Spark's that the store reads, in bytes.
const LONGEST_ANSWER: usize = 6 * 1024 * 1024;
/// The one line of every order.
const LINE: &str = "1";

/// What the store is given to stand on.
pub(crate) struct Ground {
    /// The gateway of Spark.
    api: Router,
    issuer: Arc<Issuer>,
    clock: Clock,
    /// What it signs with, and its hosts, each parted by commas.
    keys: String,
    hosts: String,
}

impl Ground {
    /// That of a cloud with these variables.
    pub(crate) fn of(
        values: &BTreeMap<String, String>,
        api: Router,
        issuer: Arc<Issuer>,
        clock: Clock,
    ) -> Self {
        let value = |name: &str| values.get(name).cloned().unwrap_or_default();
        Self {
            keys: value("STORE_KEYS"),
            hosts: value("STORE_HOSTS"),
            api,
            issuer,
            clock,
        }
    }
}

/// The store.
pub(crate) struct Shop {
    on: Ground,
    ids: Ids,
    orders: Orders,
    /// Held by what is done at an order that is there, so that no two pay back the same.
    deeds: tokio::sync::Mutex<()>,
}

impl Shop {
    /// A store that keeps its orders in the file.
    pub(crate) fn open(on: Ground, file: Option<&Path>) -> Result<Self> {
        Ok(Self {
            ids: Ids::new(on.clock.clone()),
            orders: Orders::open(file)?,
            deeds: tokio::sync::Mutex::default(),
            on,
        })
    }

    async fn ask(&self, request: Request) -> Result<(StatusCode, Value)> {
        let Ok(answer) = self.on.api.clone().oneshot(request).await;
        let status = answer.status();
        let said = to_bytes(answer.into_body(), LONGEST_ANSWER).await?;
        Ok((status, serde_json::from_slice(&said).unwrap_or_default()))
    }

    /// A product as Spark shows it to everybody; `None` where it has none of that id.
    async fn product(&self, id: &ProductId) -> Result<Option<Value>> {
        let path = format!("/v1/products/{}", id.public());
        let request = Request::get(path).body(Body::empty())?;
        let (status, product) = self.ask(request).await?;
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status => {
                ensure!(status == StatusCode::OK, "{status}: {product}");
                Ok(Some(product))
            }
        }
    }

    /// Tells Spark of an order.
    async fn tell(&self, event: &Value) -> Result<()> {
        let body = event.to_string();
        let at = self.on.clock.now().as_second();
        let key = self.on.keys.split(',').next().unwrap_or_default();
        let v1 = seal::sign(key, &[format!("{at}.{body}").as_bytes()]);
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/store/events")
            .header(header::CONTENT_TYPE, "application/json")
            .header("spark-signature", format!("t={at},v1={v1}"))
            .body(Body::from(body))?;
        let (status, said) = self.ask(request).await?;
        ensure!(status == StatusCode::ACCEPTED, "{status}: {said}");
        Ok(())
    }

    /// What Spark's books have of an order; `None` before it worked off anything of it.
    async fn books(&self, order: &str) -> Result<Option<Value>> {
        let staff = TokenRequest::staff("local-store");
        let token = self.on.issuer.token(&staff, self.on.clock.now())?;
        let path = format!("/v1/admin/order-lines?order_id={order}&line_id={LINE}");
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())?;
        let (status, books) = self.ask(request).await?;
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status => {
                ensure!(status == StatusCode::OK, "{status}: {books}");
                Ok(Some(books))
            }
        }
    }
}

/// The text at a place of an answer.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default()
}

/// The amount of money at a place of an answer, and its currency.
fn money(value: &Value, pointer: &str) -> Result<(i64, String)> {
    let money = value.pointer(pointer).context("no amount")?;
    let amount = money["amount"].as_i64().context("no amount")?;
    Ok((amount, text(money, "/currency").to_owned()))
}

/// The store's addresses.
pub(crate) fn router(shop: Arc<Shop>) -> Router {
    let order = |deed: &str| format!("/store/orders/{{id}}{deed}");
    Router::new()
        .route("/local/store", get(doors::tell_of))
        .route("/store/style.css", get(pages::style))
        .route("/store/p/{id}", get(doors::show_product))
        .route("/store/p/{id}/picture.svg", get(doors::show_picture))
        .route("/store/p/{id}/buy", post(doors::buy))
        .route(&order(""), get(doors::show_order))
        .route(&order("/ship"), post(doors::ship))
        .route(&order("/refund"), post(doors::refund))
        .route(&order("/cancel"), post(doors::cancel))
        .with_state(shop)
}
