//! One trace id finds everything that a request led to, in the logs of every function.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use aws_lambda_events::sqs::SqsEvent;
use domain::feeds::{SIZES, Sizes};
use harness::World;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::queue::TRACEPARENT;
use tracing_subscriber::fmt::MakeWriter;

use crate::spark::{PHOTO, topics};

const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const FOUND: &str = "1c6e0f8a9b7d4c3e2f5a6b7c8d9e0f1a";
const UPLOADED: &str = "2d7f1a9bac8e5d4f3a6b7c8d9e0f1a2b";
const OTHER: &str = "a0b1c2d3e4f5061728394a5b6c7d8e9f";

/// The log, as the functions of this test write it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What the lines say that name this trace, in order.
    fn of(&self, trace: &str) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines = text.lines().filter(|line| line.contains(trace));
        lines
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter_map(|line| line["message"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The log of this whole process: each test finds its own lines by traces of its own. (A log of one
/// thread would miss what another thread's first line has marked as wanted by nobody.)
fn listen() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::INFO)
            .with_writer(log.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    });
    log.clone()
}

fn traceparent(id: &str) -> String {
    format!("00-{id}-00f067aa0ba902b7-01")
}

/// The next messages of fan-out's queue, taken off it, as their worker gets them.
async fn batch(world: &World) -> SqsEvent {
    let queues = world.plane().queues();
    let received = queues.receive("FanoutQueue", 10, 0).await.unwrap();
    let mut records = Vec::new();
    for message in received {
        queues
            .delete("FanoutQueue", &message.receipt)
            .await
            .unwrap();
        records.push(message.record);
    }
    // Of what else the relay told this is not about.
    for queue in ["rollup", "notifier"] {
        world.receive_all(queue).await;
    }
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn trace_in(event: &SqsEvent) -> &str {
    let attribute = &event.records[0].message_attributes[TRACEPARENT];
    let text = attribute.string_value.as_deref().unwrap();
    text.split('-').nth(1).unwrap()
}

#[tokio::test]
async fn one_trace_id_finds_a_post_from_its_request_to_its_last_delivery() {
    let world = World::new().await;
    for member in ["ana", "ben", "cleo"] {
        world.member(member).await;
    }
    for fan in ["ben", "cleo"] {
        world.follow(fan, "ana").await;
    }
    let (_, before) = world.stream_after(None);
    let log = listen();
    let context = world.context();
    let http = world.serve(posting::router(&context));
    let body = json!({"kind": "story", "text": "Found it", "topics": [topics(1)[0]]});
    let request = http.post("/v1/posts").token(world.token("ana", &["prime"]));
    let request = request
        .header("traceparent", &traceparent(FOUND))
        .json(body);
    assert_eq!(request.send().await.status, 201);
    assert_eq!(log.of(FOUND), ["request"]);

    let (event, _) = world.stream_after(before.as_deref());
    relay::handle(&relay::App::new(&context), event).await;
    // To its readers, to who keeps what is hottest, and to who keeps what words find.
    let relayed = ["request", "relayed", "relayed", "relayed"];
    assert_eq!(log.of(FOUND), relayed);

    // Ranges of one reader: each is asked for by fan-out itself.
    let sizes = Sizes { range: 1, ..SIZES };
    let app = fanout::App::with_sizes(&context, sizes);
    let mut wanted = relayed.to_vec();
    loop {
        let event = batch(&world).await;
        if event.records.is_empty() {
            break;
        }
        assert_eq!(trace_in(&event), FOUND);
        wanted.extend(vec!["handled"; event.records.len()]);
        let answer = fanout::handle(&app, event).await;
        assert!(answer.batch_item_failures.is_empty());
        assert_eq!(log.of(FOUND), wanted);
    }
    assert!(wanted.len() >= 4, "{wanted:?}");
}

#[tokio::test]
async fn an_upload_goes_on_in_its_tickets_trace_and_the_post_that_waited_in_its_own() {
    let world = World::new().await;
    world.member("ana").await;
    let log = listen();
    let context = world.context();
    let http = world.serve(posting::router(&context));
    let ana = world.token("ana", &["prime"]);
    let digest = Sha256::digest(PHOTO);
    let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({"content_type": "image/jpeg", "bytes": PHOTO.len(), "sha256": sha256});
    let request = http.post("/v1/photos").token(&ana).json(body);
    let ticket = request
        .header("traceparent", &traceparent(UPLOADED))
        .send()
        .await;
    let ticket = ticket.expect(201).json();
    let photo = ticket["id"].as_str().unwrap();
    let body = json!({"kind": "photo", "photos": [{"id": photo}], "topics": [topics(1)[0]]});
    let request = http.post("/v1/posts").token(&ana).json(body);
    let request = request.header("traceparent", &traceparent(OTHER));
    let post = request.send().await.expect(201).json();
    assert_eq!(post["status"], "processing");
    let (_, before) = world.stream_after(None);

    let key = format!("uploads/{photo}");
    world.put_object(&key, "image/jpeg", PHOTO.to_vec()).await;
    let event = world.receive_event("photos").await;
    let answer = photos::handle(&photos::App::new(&context), event).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(log.of(UPLOADED), ["request", "ready", "settled"]);

    let (event, _) = world.stream_after(before.as_deref());
    relay::handle(&relay::App::new(&context), event).await;
    assert_eq!(log.of(OTHER), ["request", "relayed", "relayed"]);
    assert_eq!(trace_in(&batch(&world).await), OTHER);
}

#[tokio::test]
async fn a_follow_is_back_filled_in_the_trace_of_its_request() {
    let world = World::new().await;
    for member in ["ana", "ben"] {
        world.member(member).await;
    }
    let (_, before) = world.stream_after(None);
    let context = world.context();
    let http = world.serve(engagement::router(&context));
    let request = http
        .put("/v1/users/ana/follow")
        .token(world.token("ben", &[]));
    let request = request.header(
        "x-amzn-trace-id",
        "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736",
    );
    assert_eq!(request.send().await.status, 204);
    let (event, _) = world.stream_after(before.as_deref());
    relay::handle(&relay::App::new(&context), event).await;
    assert_eq!(trace_in(&batch(&world).await), ID);
}
