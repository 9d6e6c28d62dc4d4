//! The functions of these tests: they write down what they saw and did.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_lambda_events::{
    sqs::SqsBatchResponse,
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use axum::{
    Router,
    extract::{Path, Request},
    routing::any,
};
use data_plane::Template;
use local::{Cloud, Function, Functions, Kept, Options};
use serde_json::Value;
use shared::{
    error::Error,
    queue::Queue,
    runtime::{Context, function::Http},
};

/// What the functions saw and did, and how they are to behave.
#[derive(Clone, Default)]
pub(crate) struct Diary {
    pub(crate) seen: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Bodies or keys that fail as long as they are in here.
    pub(crate) failing: Arc<Mutex<Vec<String>>>,
    /// Bodies at which the whole function panics.
    pub(crate) panicking: Arc<Mutex<Vec<String>>>,
    /// Messages that are never finished with.
    pub(crate) hanging: Arc<Mutex<bool>>,
}

impl Diary {
    fn note(&self, what: &str) {
        *self
            .seen
            .lock()
            .unwrap()
            .entry(what.to_owned())
            .or_default() += 1;
    }

    pub(crate) fn seen(&self, what: &str) -> usize {
        self.seen
            .lock()
            .unwrap()
            .get(what)
            .copied()
            .unwrap_or_default()
    }

    fn fails(&self, what: &str) -> bool {
        self.failing
            .lock()
            .unwrap()
            .iter()
            .any(|failing| what.contains(failing))
    }

    pub(crate) fn fail(&self, what: &str) {
        self.failing.lock().unwrap().push(what.to_owned());
    }

    pub(crate) fn recover(&self) {
        self.failing.lock().unwrap().clear();
    }

    fn functions(&self) -> Functions {
        let (queue, ticks) = (self.clone(), self.clone());
        Functions::default()
            .with("things", Http::new(things()).into())
            .with(
                "worker",
                Function::queue(move |event| queue.clone().work(event)),
            )
            .with(
                "worker",
                Function::schedule(move |input| ticks.clone().tick(input)),
            )
    }

    async fn work(self, event: aws_lambda_events::sqs::SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for message in event.records {
            let body = message.body.unwrap_or_default();
            let fails = self.fails(&body);
            self.note(&body);
            assert!(
                !self.panicking.lock().unwrap().contains(&body),
                "as a bug would"
            );
            if *self.hanging.lock().unwrap() {
                std::future::pending::<()>().await;
            }
            if fails {
                response.add_failure(message.message_id.unwrap_or_default());
            } else {
                self.note(&format!("done {body}"));
            }
        }
        response
    }

    async fn tick(self, input: Value) -> Result<(), Error> {
        self.note(&format!("tick {input}"));
        Ok(())
    }

    /// Sends the key of each new post to the queue.
    async fn tell(self, context: Context, event: Value) -> DynamoDbEventResponse {
        let url = context
            .sqs()
            .get_queue_url()
            .queue_name("work")
            .send()
            .await
            .unwrap();
        let url = url.queue_url().unwrap();
        let mut response = DynamoDbEventResponse::default();
        for record in event["Records"].as_array().unwrap() {
            let key = record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap();
            self.note(&format!("told {key}"));
            if self.fails(key) {
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = record["dynamodb"]["SequenceNumber"]
                    .as_str()
                    .map(str::to_owned);
                response.batch_item_failures.push(failure);
                break;
            }
            context
                .sqs()
                .send_message()
                .queue_url(url)
                .message_body(key)
                .send()
                .await
                .unwrap();
        }
        response
    }
}

fn things() -> Router {
    Router::new().route(
        "/v1/things/{id}",
        any(|Path(id): Path<String>, request: Request| async move {
            assert_ne!(id, "panic", "as a bug would");
            if id == "hang" {
                std::future::pending::<()>().await;
            }
            let (parts, body) = request.into_parts();
            let query = parts.uri.query().unwrap_or_default();
            if id == "long" {
                return "x".repeat(query.parse().unwrap());
            }
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            format!("{} {id} {query} {}", parts.method, body.len())
        }),
    )
}

pub(crate) async fn start(kept: Kept, diary: &Diary) -> Cloud {
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let diary = diary.clone();
    Cloud::start(
        Options {
            template,
            port: 0,
            kept,
            contention: None,
            networks: None,
        },
        move |contexts| {
            let context = contexts("teller");
            let teller = diary.clone();
            diary.functions().with(
                "teller",
                Function::stream(move |event| teller.clone().tell(context.clone(), event)),
            )
        },
    )
    .await
    .unwrap()
}

pub(crate) async fn ephemeral() -> (Cloud, Diary) {
    let diary = Diary::default();
    (start(Kept::Nothing, &diary).await, diary)
}

pub(crate) async fn send(cloud: &Cloud, body: &str) {
    cloud
        .plane()
        .queues()
        .send("WorkQueue", body.to_owned())
        .await
        .unwrap();
}

/// Sends a message that is due in a minute.
pub(crate) async fn send_later(cloud: &Cloud, body: &str) {
    let url = cloud.plane().queue_url("WorkQueue").unwrap();
    let queue = Queue::new(cloud.context().sqs(), url);
    queue.send_later(&[body], 60).await.unwrap();
}

pub(crate) async fn put(cloud: &Cloud, pk: &str) {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let put = cloud
        .context()
        .dynamodb
        .put_item()
        .table_name(cloud.plane().table());
    put.item("PK", S(pk.to_owned()))
        .item("SK", S("s".to_owned()))
        .send()
        .await
        .unwrap();
}

pub(crate) async fn upload(cloud: &Cloud, key: &str) {
    let put = cloud
        .context()
        .s3()
        .put_object()
        .bucket(cloud.plane().bucket())
        .key(key);
    put.content_type("image/jpeg")
        .body(b"photo".to_vec().into())
        .send()
        .await
        .unwrap();
}

pub(crate) async fn token(cloud: &Cloud, request: Value) -> String {
    let url = format!("{}/local/token", cloud.url());
    let answer = reqwest::Client::new()
        .post(url)
        .json(&request)
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn call(
    cloud: &Cloud,
    method: &str,
    path: &str,
    token: Option<&str>,
) -> (u16, String) {
    let method = method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, format!("{}{path}", cloud.url()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
