//! What the embedded DynamoDB lets pass and the real one does not: writes that meet in time on an item, and
//! calls that come too fast. Refused here, in front of it.
//!
//! Which meetings are conflicts, and what is answered:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling>

mod items;
mod refusals;
mod running;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, Uri, header};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::template::Table;
use items::Keys;
use running::Running;

/// DynamoDB's largest request.
const LARGEST: usize = 16 << 20;

/// How unkind the table is.
#[derive(Debug, Clone)]
pub struct Contention {
    /// How long a transaction is under way, in milliseconds.
    pub transaction: RangeInclusive<u64>,
    /// How long a write by itself is under way, in milliseconds.
    pub write: RangeInclusive<u64>,
    /// How many of a thousand calls are throttled, or done by half where they are batches.
    pub throttled: u32,
}

impl Default for Contention {
    /// As the real one from within its region, where nothing is throttled.
    fn default() -> Self {
        Self {
            transaction: 5..=10,
            write: 1..=3,
            throttled: 0,
        }
    }
}

/// What stands in front of the engine.
struct Front {
    contention: Contention,
    keys: Keys,
    running: Arc<Running>,
    engine: String,
    client: Client<HttpConnector, Body>,
}

/// Serves on `listener` in front of the engine at this port.
pub(crate) async fn serve(
    contention: Contention,
    table: &Table,
    listener: TcpListener,
    engine: u16,
) -> Result<()> {
    let front = Front {
        contention,
        keys: Keys::of(table),
        running: Arc::default(),
        engine: format!("127.0.0.1:{engine}"),
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    let router = Router::new().fallback(meet).with_state(Arc::new(front));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn meet(State(front): State<Arc<Front>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let target = parts.headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    let operation = operation.unwrap_or_default().to_owned();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if operation == "BatchWriteItem" {
        return front.batch(parts, body).await;
    }
    if front.throttles() {
        return refusals::throttled(&operation, &body);
    }
    let held = match operation.as_str() {
        "TransactWriteItems" => {
            let token = body["ClientRequestToken"].as_str();
            front
                .running
                .transaction(front.keys.of_transaction(&body), token)
        }
        "TransactGetItems" => front.running.reading(&front.keys.of_transaction(&body)),
        "PutItem" | "UpdateItem" | "DeleteItem" => {
            front.running.write(front.keys.of_write(&operation, &body))
        }
        _ => return front.pass(parts, bytes).await,
    };
    let held = match held {
        Ok(held) => held,
        Err(refusal) => return refusal.answer(),
    };
    let time = if operation == "TransactWriteItems" {
        &front.contention.transaction
    } else {
        &front.contention.write
    };
    pause(time).await;
    let answer = front.pass(parts, bytes).await;
    drop(held);
    answer
}

impl Front {
    fn throttles(&self) -> bool {
        rand::random_range(0..1_000) < self.contention.throttled
    }

    /// Each write of a batch is one by itself: what meets a transaction is handed back.
    async fn batch(&self, parts: Parts, mut body: Value) -> Response {
        let (mut held, mut wanted, mut left) = (Vec::new(), Map::new(), Map::new());
        let throttled = self.throttles();
        let tables = body["RequestItems"].as_object_mut().map(std::mem::take);
        for (table, writes) in tables.into_iter().flatten() {
            let writes = writes.as_array().into_iter().flatten();
            let (mut done, mut back) = (Vec::new(), Vec::new());
            for write in writes.cloned() {
                let hold = self.running.write(self.keys.of_batch(&table, &write));
                match hold.ok().filter(|_| !throttled || held.is_empty()) {
                    Some(hold) => {
                        held.push(hold);
                        done.push(write);
                    }
                    None => back.push(write),
                }
            }
            for (part, writes) in [(&mut wanted, done), (&mut left, back)] {
                if !writes.is_empty() {
                    part.insert(table.clone(), Value::Array(writes));
                }
            }
        }
        if wanted.is_empty() {
            return refusals::done(&json!({ "UnprocessedItems": left }));
        }
        body["RequestItems"] = Value::Object(wanted);
        pause(&self.contention.write).await;
        let answer = self.pass(parts, Bytes::from(body.to_string())).await;
        drop(held);
        if left.is_empty() || !answer.status().is_success() {
            return answer;
        }
        let Ok(bytes) = to_bytes(answer.into_body(), LARGEST).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        answer["UnprocessedItems"] = Value::Object(left);
        refusals::done(&answer)
    }

    /// Has the engine answer.
    async fn pass(&self, mut parts: Parts, body: Bytes) -> Response {
        let path = parts.uri.path_and_query().cloned();
        let engine = Uri::builder()
            .scheme("http")
            .authority(self.engine.as_str())
            .path_and_query(path.map_or_else(|| "/".to_owned(), |path| path.to_string()))
            .build();
        let Ok(engine) = engine else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        parts.uri = engine;
        parts.headers.remove(header::CONTENT_LENGTH);
        let request = Request::from_parts(parts, Body::from(body));
        match self.client.request(request).await {
            Ok(answer) => answer.map(Body::new),
            Err(error) => {
                tracing::error!(%error, "the engine did not answer");
                StatusCode::BAD_GATEWAY.into_response()
            }
        }
    }
}

async fn pause(time: &RangeInclusive<u64>) {
    let time = rand::random_range(time.clone());
    tokio::time::sleep(Duration::from_millis(time)).await;
}
