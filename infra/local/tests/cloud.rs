//! The local cloud treats functions as AWS does: the gateway, the triggers, and what a crash leaves.

#![expect(clippy::unwrap_used, reason = "what a helper unwraps fails the test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use axum::Router;
use axum::routing::any;
use data_plane::Template;
use jiff::SignedDuration;
use local::{Cloud, Contexts, Function, Functions, Kept, Options};
use serde_json::{Value, json};
use shared::runtime::Context;

/// What the functions saw and did, and how they are to behave.
#[derive(Clone, Default)]
struct Diary {
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Bodies or keys that fail as long as they are in here.
    failing: Arc<Mutex<Vec<String>>>,
    /// Bodies at which the whole function panics.
    panicking: Arc<Mutex<Vec<String>>>,
    /// Messages that are never finished with.
    hanging: Arc<Mutex<bool>>,
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

    fn seen(&self, what: &str) -> usize {
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

    fn fail(&self, what: &str) {
        self.failing.lock().unwrap().push(what.to_owned());
    }

    fn recover(&self) {
        self.failing.lock().unwrap().clear();
    }

    fn functions(&self) -> Functions {
        let (queue, ticks) = (self.clone(), self.clone());
        Functions::default()
            .with("things", Function::Http(things()))
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
            self.note(&body);
            assert!(
                !self.panicking.lock().unwrap().contains(&body),
                "as a bug would"
            );
            if *self.hanging.lock().unwrap() {
                std::future::pending::<()>().await;
            }
            if self.fails(&body) {
                response.add_failure(message.message_id.unwrap_or_default());
            } else {
                self.note(&format!("done {body}"));
            }
        }
        response
    }

    async fn tick(self, input: Value) {
        self.note(&format!("tick {input}"));
    }

    /// Sends the key of each new post to the queue.
    async fn tell(self, context: Context, event: Value) -> DynamoDbEventResponse {
        let url = context
            .sqs
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
                .sqs
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
        any(|request: axum::extract::Request| async move {
            assert!(!request.uri().path().ends_with("panic"), "as a bug would");
            if request.uri().path().ends_with("hang") {
                std::future::pending::<()>().await;
            }
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            format!("{} {} {}", parts.method, parts.uri, body.len())
        }),
    )
}

async fn start(kept: Kept, diary: &Diary) -> Cloud {
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let diary = diary.clone();
    Cloud::start(
        Options {
            template,
            port: 0,
            kept,
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

async fn ephemeral() -> (Cloud, Diary) {
    let diary = Diary::default();
    (start(Kept::Nothing, &diary).await, diary)
}

async fn send(cloud: &Cloud, body: &str) {
    cloud
        .plane()
        .queues()
        .send("WorkQueue", body.to_owned())
        .await
        .unwrap();
}

async fn put(cloud: &Cloud, pk: &str) {
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

async fn upload(cloud: &Cloud, key: &str) {
    let put = cloud
        .context()
        .s3
        .put_object()
        .bucket(cloud.plane().bucket())
        .key(key);
    put.content_type("image/jpeg")
        .body(b"photo".to_vec().into())
        .send()
        .await
        .unwrap();
}

async fn token(cloud: &Cloud, request: Value) -> String {
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

async fn call(cloud: &Cloud, method: &str, path: &str, token: Option<&str>) -> (u16, String) {
    let method = method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, format!("{}{path}", cloud.url()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_gateway_answers_by_itself_what_no_function_may_see() {
    let (cloud, _) = ephemeral().await;
    let no_route = call(&cloud, "GET", "/v2/things/1", None).await;
    assert_eq!(no_route, (404, r#"{"message":"Not Found"}"#.to_owned()));
    let signed_out = call(&cloud, "PUT", "/v1/things/1", None).await;
    assert_eq!(
        signed_out,
        (401, r#"{"message":"Unauthorized"}"#.to_owned())
    );
    let token = token(&cloud, json!({"sub": "ana", "groups": ["prime"]})).await;
    let (status, text) = call(&cloud, "PUT", "/v1/things/1?a=b", Some(&token)).await;
    assert_eq!((status, text.as_str()), (200, "PUT /v1/things/1?a=b 0"));
    assert_eq!(call(&cloud, "GET", "/v1/things/1", None).await.0, 200);
    let body = reqwest::Client::new()
        .put(format!("{}/v1/things/1", cloud.url()))
        .bearer_auth(&token)
        .body(vec![0; 10 * 1024 * 1024 + 1]);
    assert_eq!(body.send().await.unwrap().status(), 413);
    assert_eq!(call(&cloud, "GET", "/v1/things/panic", None).await.0, 500);
    assert_eq!(call(&cloud, "GET", "/v1/things/hang", None).await.0, 503);
}

#[tokio::test]
async fn a_token_ends_by_the_clouds_clock() {
    let (cloud, _) = ephemeral().await;
    let long = token(&cloud, json!({"sub": "ana"})).await;
    let short = token(&cloud, json!({"sub": "ana", "expires_in": 3600})).await;
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&short)).await.0,
        200
    );
    let url = format!("{}/local/clock", cloud.url());
    let turn = reqwest::Client::new()
        .post(url)
        .json(&json!({"advance": "24h"}));
    let now: Value = turn.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        now["now"].as_str().map(|now| now.ends_with('Z')),
        Some(true)
    );
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&short)).await.0,
        401
    );
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&long)).await.0,
        200
    );
}

#[tokio::test]
async fn browsers_may_call_from_any_site_on_this_machine() {
    let (cloud, _) = ephemeral().await;
    let request = reqwest::Client::new()
        .request(
            http::Method::OPTIONS,
            format!("{}/v1/things/1", cloud.url()),
        )
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "PUT");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn the_cdn_serves_renditions_and_nothing_else() {
    let (cloud, _) = ephemeral().await;
    upload(&cloud, "media/ab/320.jpg").await;
    upload(&cloud, "uploads/1").await;
    let answer = reqwest::get(format!("{}/media/ab/320.jpg", cloud.url()))
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=86400");
    assert_eq!(answer.bytes().await.unwrap(), "photo");
    for path in [
        "/media/..%2Fuploads%2F1",
        "/media/%2e%2e/uploads/1",
        "/media/none",
        "/uploads/1",
    ] {
        assert_ne!(call(&cloud, "GET", path, None).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn half_a_batch_that_fails_is_tried_again_and_the_other_half_is_not() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("bad");
    for body in ["good", "bad", "fine"] {
        send(&cloud, body).await;
    }
    cloud.drain().await.unwrap();
    assert_eq!(
        (diary.seen("good"), diary.seen("fine"), diary.seen("bad")),
        (1, 1, 3)
    );
    assert_eq!(
        cloud.plane().queues().peek("WorkDlq").await.unwrap(),
        ["bad"]
    );
    let status = serde_json::to_value(cloud.status().await.unwrap()).unwrap();
    assert_eq!(
        status["queues"],
        json!([{"name": "work", "waiting": 0, "in_flight": 0, "dead": 1}])
    );
    assert_eq!(status["stream"], json!({"behind": 0}));
}

#[tokio::test]
async fn a_worker_that_panics_fails_its_batch_and_not_the_cloud() {
    let (cloud, diary) = ephemeral().await;
    diary.panicking.lock().unwrap().push("ugly".to_owned());
    send(&cloud, "ugly").await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen("ugly"), 3);
    diary.panicking.lock().unwrap().clear();
    send(&cloud, "good").await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen("done good"), 1);
}

#[tokio::test]
async fn a_failed_message_waits_for_its_time_by_the_clouds_clock() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("late");
    send(&cloud, "late").await;
    while diary.seen("late") == 0 {
        tokio::task::yield_now().await;
    }
    diary.recover();
    assert_eq!(cloud.status().await.unwrap().queues[0].in_flight, 1);
    cloud.advance(SignedDuration::from_secs(121)).await.unwrap();
    while diary.seen("done late") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(diary.seen("late"), 2);
}

#[tokio::test]
async fn the_stream_tells_new_posts_and_nothing_else() {
    let (cloud, diary) = ephemeral().await;
    for pk in ["POST#1", "FEED#1", "POST#1", "POST#2"] {
        put(&cloud, pk).await;
    }
    cloud.drain().await.unwrap();
    assert_eq!(
        (diary.seen("done POST#1"), diary.seen("done POST#2")),
        (1, 1)
    );
    assert_eq!(diary.seen("told FEED#1"), 0);
}

#[tokio::test]
async fn a_failing_record_holds_up_the_stream_until_it_is_done_and_none_is_lost() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("POST#2");
    for pk in ["POST#1", "POST#2", "POST#3", "POST#4"] {
        put(&cloud, pk).await;
    }
    while diary.seen("told POST#2") < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(diary.seen("told POST#3"), 0);
    assert!(cloud.status().await.unwrap().stream.behind > 0);
    diary.recover();
    cloud.drain().await.unwrap();
    let done =
        ["POST#1", "POST#2", "POST#3", "POST#4"].map(|key| diary.seen(&format!("done {key}")));
    assert_eq!(done, [1; 4]);
}

#[tokio::test]
async fn a_schedule_runs_when_the_clock_says_so() {
    let (cloud, diary) = ephemeral().await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen(r#"tick {"tick":true}"#), 0);
    cloud.advance(SignedDuration::from_mins(5)).await.unwrap();
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen(r#"tick {"tick":true}"#), 1);
}

#[tokio::test]
async fn the_capacity_that_a_function_consumes_is_counted_by_operation() {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let (give, take) = tokio::sync::oneshot::channel();
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let options = Options {
        template,
        port: 0,
        kept: Kept::Nothing,
    };
    let compose = move |contexts: &Contexts<'_>| {
        give.send(contexts("things")).unwrap();
        Functions::default()
    };
    let cloud = Cloud::start(options, compose).await.unwrap();
    let table = take.await.unwrap().dynamodb;
    for text in ["x".to_owned(), "x".repeat(1500)] {
        let put = table
            .put_item()
            .table_name(cloud.plane().table())
            .item("PK", S("a".to_owned()));
        put.item("SK", S("s".to_owned()))
            .item("text", S(text))
            .send()
            .await
            .unwrap();
    }
    let get = table
        .get_item()
        .table_name(cloud.plane().table())
        .key("PK", S("a".to_owned()));
    get.key("SK", S("s".to_owned())).send().await.unwrap();
    let status = reqwest::get(format!("{}/local/status", cloud.url()))
        .await
        .unwrap();
    let status: Value = status.json().await.unwrap();
    let expected = json!({"things": {
        "GetItem": {"requests": 1, "rcu": 0.5, "wcu": 0.0},
        "PutItem": {"requests": 2, "rcu": 0.0, "wcu": 3.0},
    }});
    assert_eq!(status["capacity"], expected);
}

fn kept(dir: &Path) -> Kept {
    Kept::In(dir.to_owned())
}

#[tokio::test]
async fn a_crash_loses_nothing_that_was_on_its_way() {
    let dir = tempfile::tempdir().unwrap();
    let before = Diary::default();
    let cloud = start(kept(dir.path()), &before).await;
    put(&cloud, "POST#settled").await;
    upload(&cloud, "uploads/settled").await;
    before.fail("dead");
    send(&cloud, "dead letter").await;
    cloud.drain().await.unwrap();
    cloud.advance(SignedDuration::from_hours(24)).await.unwrap();
    let turned = cloud.clock().now();
    *before.hanging.lock().unwrap() = true;
    for pk in ["POST#1", "POST#2"] {
        put(&cloud, pk).await;
    }
    upload(&cloud, "uploads/open").await;
    while before.seen("POST#2") == 0 {
        tokio::task::yield_now().await;
    }
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let second = Options {
        template,
        port: 0,
        kept: kept(dir.path()),
    };
    let second = Cloud::start(second, |_| Functions::default()).await;
    assert!(second.is_err(), "one cloud at a time has a directory");
    cloud.kill().await;

    let after = Diary::default();
    let cloud = start(kept(dir.path()), &after).await;
    assert!(cloud.clock().now() >= turned, "the clock stays turned");
    cloud.drain().await.unwrap();
    let seen = after.seen.lock().unwrap().clone();
    let done: Vec<_> = seen
        .keys()
        .filter_map(|key| key.strip_prefix("done "))
        .collect();
    assert_eq!(done.len(), 3, "{done:?}");
    assert_eq!(done[0], "POST#1");
    assert_eq!(done[1], "POST#2");
    assert!(done[2].contains("uploads/open"));
    assert_eq!(
        cloud.plane().queues().peek("WorkDlq").await.unwrap(),
        ["dead letter"]
    );
    cloud.stop().await.unwrap();

    let last = Diary::default();
    let cloud = start(kept(dir.path()), &last).await;
    cloud.drain().await.unwrap();
    assert!(last.seen.lock().unwrap().is_empty());
    assert_eq!(
        cloud
            .plane()
            .queues()
            .depth("WorkDlq")
            .await
            .unwrap()
            .total(),
        1
    );
}
