//! The services answer the real SDK as AWS does, where our code depends on it.

#![expect(clippy::unwrap_used, reason = "what a helper unwraps fails the test")]

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_plane::template::{EventSource, RouteKey};
use data_plane::{DataPlane, Options, Ports, Template};
use sha2::{Digest, Sha256};

fn template() -> Template {
    Template::parse(include_str!("fixture.yaml")).unwrap()
}

async fn plane() -> DataPlane {
    DataPlane::start(Options::ephemeral(template()))
        .await
        .unwrap()
}

fn s3(plane: &DataPlane) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(&plane.sdk_config()).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

async fn put(plane: &DataPlane, pk: &str, expires_at: Option<i64>) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&plane.sdk_config());
    let mut put = dynamodb.put_item().table_name(plane.table());
    put = put
        .item("PK", AttributeValue::S(pk.to_owned()))
        .item("SK", AttributeValue::S("s".into()));
    if let Some(at) = expires_at {
        put = put.item("expires_at", AttributeValue::N(at.to_string()));
    }
    put.send().await.unwrap();
}

/// A presigned upload, as an app gets it: the address, and the headers to send.
struct Ticket {
    url: String,
    headers: Vec<(String, String)>,
}

async fn ticket(plane: &DataPlane, key: &str, body: &[u8]) -> Ticket {
    let request = s3(plane)
        .put_object()
        .bucket(plane.bucket())
        .key(key)
        .content_type("image/jpeg")
        .content_length(i64::try_from(body.len()).unwrap())
        .checksum_sha256(STANDARD.encode(Sha256::digest(body)))
        .if_none_match("*")
        .presigned(PresigningConfig::expires_in(Duration::from_secs(900)).unwrap())
        .await
        .unwrap();
    let headers = request
        .headers()
        .filter(|(name, _)| *name != "content-length");
    Ticket {
        url: request.uri().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

impl Ticket {
    async fn upload(&self, body: &'static [u8]) -> u16 {
        self.upload_with(body, &[]).await
    }

    async fn upload_with(&self, body: &'static [u8], more: &[(&str, &str)]) -> u16 {
        let mut request = reqwest::Client::new().put(&self.url).body(body);
        for (name, value) in &self.headers {
            let changed = more.iter().find(|(changed, _)| changed == name);
            request = request.header(name, changed.map_or(value.as_str(), |(_, value)| value));
        }
        for (name, value) in more {
            if !self.headers.iter().any(|(known, _)| known == name) {
                request = request.header(*name, *value);
            }
        }
        request.send().await.unwrap().status().as_u16()
    }
}

async fn stored(plane: &DataPlane, key: &str) -> bool {
    s3(plane)
        .head_object()
        .bucket(plane.bucket())
        .key(key)
        .send()
        .await
        .is_ok()
}

#[test]
fn the_template_answers_what_it_declares() {
    let template = template();
    let table = template.table().unwrap();
    assert_eq!(
        (table.partition_key.as_str(), table.sort_key.as_deref()),
        ("PK", Some("SK"))
    );
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
    assert_eq!(table.stream_view.as_deref(), Some("NEW_AND_OLD_IMAGES"));
    let queues = template.queues().unwrap();
    let work = queues
        .iter()
        .find(|queue| queue.logical_id == "WorkQueue")
        .unwrap();
    assert_eq!(
        (work.name.as_str(), work.visibility.as_secs()),
        ("work", 120)
    );
    let redrive = work.redrive.as_ref().unwrap();
    assert_eq!(
        (redrive.target.as_str(), redrive.max_receive_count),
        ("WorkDlq", 2)
    );
    let buckets = template.buckets();
    let notification = &buckets[0].notifications[0];
    assert!(notification.wants("uploads/1", "ObjectCreated:Put"));
    assert!(!notification.wants("media/1", "ObjectCreated:Put"));
    let function = template.function("work").unwrap();
    assert_eq!(function.timeout.as_secs(), 20);
    assert_eq!(
        function.environment.keys().collect::<Vec<_>>(),
        ["QUEUE_URL", "TABLE_NAME"]
    );
    let [
        EventSource::Queue(queue),
        EventSource::Stream(stream),
        EventSource::Schedule(tick),
    ] = function.events.as_slice()
    else {
        panic!("{:?}", function.events)
    };
    assert_eq!((queue.batch_size, queue.reports_failures), (5, true));
    assert_eq!(
        (queue.queue.as_str(), queue.maximum_concurrency),
        ("WorkQueue", Some(4))
    );
    assert_eq!(
        (stream.batch_size, stream.bisects, stream.filters.len()),
        (50, true, 1)
    );
    assert_eq!(tick.expression, "rate(5 minutes)");
    let routes = template.routes().unwrap();
    let [closed, default, open] = routes.as_slice() else {
        panic!("{routes:?}")
    };
    assert_eq!(open.key.to_string(), "GET /v1/things/{id}");
    assert_eq!((open.function.as_str(), &open.authorizer), ("Work", &None));
    assert_eq!(closed.authorizer.as_deref(), Some("Authorizer"));
    assert_eq!(default.key, RouteKey::Default);
    assert_eq!(template.api_cors().unwrap().origins, ["*"]);
}

#[tokio::test]
async fn the_stream_tells_each_change_once_and_in_order() {
    let plane = plane().await;
    for pk in ["a", "b", "c"] {
        put(&plane, pk, None).await;
    }
    let tables = plane.tables();
    let first = tables.records_after(None, 2).unwrap();
    let rest = tables.records_after(Some(&first[1].sequence), 10).unwrap();
    let keys: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|r| &r.record["dynamodb"]["Keys"]["PK"]["S"])
        .collect();
    assert_eq!(keys, ["a", "b", "c"]);
    assert_eq!(rest[0].record["eventName"], "INSERT");
    assert_eq!(rest[0].record["dynamodb"]["NewImage"]["SK"]["S"], "s");
    assert!(
        tables
            .records_after(Some(&rest[0].sequence), 10)
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn expired_items_go_when_the_clock_says_so_and_others_stay() {
    let plane = plane().await;
    put(&plane, "past", Some(1_000)).await;
    put(&plane, "later", Some(5_000_000_000)).await;
    put(&plane, "ever", None).await;
    assert_eq!(plane.tables().sweep_expired(4_000_000_000).unwrap(), 1);
    assert_eq!(plane.tables().sweep_expired(5_000_000_000).unwrap(), 1);
    let records = plane.tables().records_after(None, 10).unwrap();
    let gone: Vec<_> = records
        .iter()
        .filter(|r| r.record["eventName"] == "REMOVE")
        .collect();
    assert_eq!(gone.len(), 2);
    assert_eq!(
        gone[0].record["userIdentity"]["principalId"],
        "dynamodb.amazonaws.com"
    );
}

#[tokio::test]
async fn an_upload_that_keeps_to_its_ticket_is_stored_and_told() {
    let plane = plane().await;
    let ticket = ticket(&plane, "uploads/a b", b"photo").await;
    assert_eq!(ticket.upload(b"photo").await, 200);
    let messages = plane.queues().receive("WorkQueue", 10, 0).await.unwrap();
    let event: serde_json::Value =
        serde_json::from_str(messages[0].record["body"].as_str().unwrap()).unwrap();
    let object = &event["Records"][0]["s3"]["object"];
    assert_eq!(
        (messages.len(), object["key"].as_str()),
        (1, Some("uploads/a+b"))
    );
    assert_eq!(
        (&object["size"], messages[0].receives),
        (&serde_json::json!(5), 1)
    );
    assert_eq!(
        messages[0].record["eventSourceARN"],
        "arn:aws:sqs:us-east-1:000000000000:work"
    );
}

#[tokio::test]
async fn an_upload_that_differs_from_its_ticket_is_refused_and_not_stored() {
    let plane = plane().await;
    let ticket = ticket(&plane, "uploads/1", b"photo").await;
    assert_eq!(ticket.upload(b"other").await, 400, "another digest");
    let digest = STANDARD.encode(Sha256::digest(b"photos"));
    let forged = [("x-amz-checksum-sha256", digest.as_str())];
    assert_eq!(
        ticket.upload_with(b"photos", &forged).await,
        403,
        "another length and digest"
    );
    let png = [("content-type", "image/png")];
    assert_eq!(
        ticket.upload_with(b"photo", &png).await,
        403,
        "another type"
    );
    let unsigned = [("x-amz-meta-a", "b")];
    assert_eq!(
        ticket.upload_with(b"photo", &unsigned).await,
        403,
        "an unsigned header"
    );
    assert!(!stored(&plane, "uploads/1").await);
    assert_eq!(plane.queues().depth("WorkQueue").await.unwrap().total(), 0);
    assert_eq!(ticket.upload(b"photo").await, 200);
    assert!(stored(&plane, "uploads/1").await);
}

#[tokio::test]
async fn a_ticket_is_good_once() {
    let plane = plane().await;
    let ticket = ticket(&plane, "uploads/1", b"photo").await;
    let bare = Ticket {
        headers: ticket.headers.clone(),
        url: ticket.url.clone(),
    };
    let bare = Ticket {
        headers: bare
            .headers
            .into_iter()
            .filter(|(name, _)| name != "if-none-match")
            .collect(),
        ..bare
    };
    assert_eq!(bare.upload(b"photo").await, 403, "without the condition");
    let both = futures::join!(ticket.upload(b"photo"), ticket.upload(b"photo"));
    assert!(matches!(both, (200, 412) | (412, 200)), "{both:?}");
    assert_eq!(ticket.upload(b"photo").await, 412);
    assert_eq!(bare.upload(b"photo").await, 403);
    assert_eq!(plane.queues().depth("WorkQueue").await.unwrap().total(), 1);
}

#[tokio::test]
async fn objects_elsewhere_are_not_told_and_strangers_read_nothing() {
    let plane = plane().await;
    let body = ByteStream::from_static(b"photo");
    let put = s3(&plane)
        .put_object()
        .bucket(plane.bucket())
        .key("media/1")
        .body(body);
    put.content_type("image/jpeg").send().await.unwrap();
    assert_eq!(plane.queues().depth("WorkQueue").await.unwrap().total(), 0);
    let url = format!("{}/{}/media/1", plane.endpoints().s3, plane.bucket());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 403);
    let elsewhere = s3(&plane).put_object().bucket("elsewhere").key("a");
    let refusal = elsewhere.send().await.unwrap_err().into_service_error();
    assert_eq!(refusal.meta().code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn browsers_may_upload_from_the_sites_that_the_template_names() {
    let plane = plane().await;
    let request = reqwest::Client::new()
        .request(
            http::Method::OPTIONS,
            format!("{}/{}/k", plane.endpoints().s3, plane.bucket()),
        )
        .header("origin", "https://app.example")
        .header("access-control-request-method", "PUT")
        .header(
            "access-control-request-headers",
            "content-type,x-amz-checksum-sha256",
        );
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
}

#[tokio::test]
async fn a_message_received_too_often_ends_in_the_dead_letter_queue() {
    let plane = plane().await;
    let queues = plane.queues();
    let sqs = aws_sdk_sqs::Client::new(&plane.sdk_config());
    let url = plane.queue_url("WorkQueue").unwrap();
    sqs.send_message()
        .queue_url(&url)
        .message_body("poison")
        .send()
        .await
        .unwrap();
    for receives in 1..=2 {
        let messages = queues.receive("WorkQueue", 10, 0).await.unwrap();
        assert_eq!(messages[0].receives, receives);
        assert_eq!(queues.depth("WorkQueue").await.unwrap().in_flight, 1);
        queues
            .release("WorkQueue", &messages[0].receipt)
            .await
            .unwrap();
    }
    assert!(queues.receive("WorkQueue", 10, 0).await.unwrap().is_empty());
    assert_eq!(queues.peek("WorkDlq").await.unwrap(), ["poison"]);
    assert_eq!(
        queues.peek("WorkDlq").await.unwrap(),
        ["poison"],
        "peeking takes nothing"
    );
    assert_eq!(queues.depth("WorkQueue").await.unwrap().waiting, 0);
}

#[tokio::test]
async fn what_is_kept_outlives_the_plane_and_unsettled_objects_are_told_again() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let data_dir = Some(dir.path().to_owned());
        DataPlane::start(Options {
            template: template(),
            data_dir,
            ports: Ports::default(),
            contention: None,
        })
    };
    let plane = start().await.unwrap();
    put(&plane, "a", None).await;
    put(&plane, "b", None).await;
    let records = plane.tables().records_after(None, 10).unwrap();
    plane.tables().trim_stream(&records[1].sequence).unwrap();
    for key in ["uploads/1", "uploads/2"] {
        assert_eq!(
            ticket(&plane, key, b"photo").await.upload(b"photo").await,
            200
        );
    }
    let told = plane.told_objects();
    plane.settle_objects(&told[..1]);
    drop(plane);

    let plane = start().await.unwrap();
    let left = plane.tables().records_after(None, 10).unwrap();
    assert_eq!(
        left.len(),
        1,
        "the stream goes on from the last record kept"
    );
    assert!(stored(&plane, "uploads/1").await);
    let messages = plane.queues().receive("WorkQueue", 10, 0).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0].record["body"]
            .as_str()
            .unwrap()
            .contains("uploads/2")
    );
    plane.settle_objects(&plane.told_objects());
    plane.stop();

    let plane = start().await.unwrap();
    assert_eq!(plane.queues().depth("WorkQueue").await.unwrap().total(), 0);
}

#[tokio::test]
async fn many_planes_run_side_by_side() {
    let planes = futures::future::join_all((0..20).map(|_| plane())).await;
    for (pk, plane) in planes.iter().enumerate() {
        put(plane, &pk.to_string(), None).await;
    }
    for (pk, plane) in planes.iter().enumerate() {
        let records = plane.tables().records_after(None, 10).unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(
            records[0].record["dynamodb"]["Keys"]["PK"]["S"],
            pk.to_string()
        );
    }
}
