//! The function `store`, over an embedded data plane.

use harness::{Http, Request, World};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::seal::sign;

const KEY: &str = "the store's key of now";
const OLD: &str = "the store's key until now";
const EVENTS: &str = "/v1/store/events";

async fn begin() -> (World, Http) {
    let world = World::new().await;
    let mut context = world.context();
    let keys = format!("{KEY},{OLD}");
    context.config = std::sync::Arc::new(context.config.with("STORE_KEYS", keys));
    let http = world.serve(store::router(&context));
    (world, http)
}

fn order(world: &World) -> Value {
    order_at(&format!("{:.3}", world.now()))
}

fn order_at(time: &str) -> Value {
    json!({
        "event_id": "e1", "type": "order", "occurred_at": time,
        "order_id": "o1", "customer": "cleo",
        "lines": [{"line_id": "1", "product_id": "lamp", "quantity": 1,
            "net": {"amount": 5, "currency": "USD"}, "category": "a \u{ffff} b"}],
    })
}

/// `t=…,v1=…` of what is said, so many seconds from now.
fn signature(world: &World, key: &str, said: &str, seconds: i64) -> String {
    let at = (world.now() + SignedDuration::from_secs(seconds)).as_second();
    let v1 = sign(key, &[format!("{at}.{said}").as_bytes()]);
    format!("t={at},v1={v1}")
}

fn post(http: &Http, body: &str, signature: &str) -> Request {
    let post = http
        .post(EVENTS)
        .body("application/json", body.as_bytes().to_vec());
    post.header("spark-signature", signature)
}

#[tokio::test]
async fn what_the_store_tells_is_on_its_way_to_the_books_once_it_is_taken() {
    let (world, http) = begin().await;
    let body = order(&world).to_string();
    for key in [KEY, OLD] {
        for seconds in [-300, 0, 299] {
            let signature = signature(&world, key, &body, seconds);
            let taken = post(&http, &body, &signature).send().await.expect(202);
            assert_eq!(taken.json(), json!({"event_id": "e1"}));
        }
    }
    let both = signature(&world, KEY, &body, 0).replacen(",v1", ",v1=00,v1", 1);
    post(&http, &body, &both).send().await.expect(202);
    let sent = world.receive_all("attribution").await;
    assert_eq!(sent.len(), 7);
    let told: Value = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!(told, order_at(told["occurred_at"].as_str().unwrap()));
}

#[tokio::test]
async fn a_call_that_the_store_did_not_sign_is_refused_before_it_is_read() {
    let (world, http) = begin().await;
    let body = order(&world).to_string();
    let good = signature(&world, KEY, &body, 0);
    let (time, v1) = good.split_once(",v1=").unwrap();
    for bad in [
        String::new(),
        "nothing".to_owned(),
        time.to_owned(),
        format!("v1={v1}"),
        format!("{time},v1={}", &v1[1..]),
        format!("{time},{time},v1={v1}"),
        format!("t=soon,v1={v1}"),
        signature(&world, "another key", &body, 0),
        signature(&world, KEY, "another body", 0),
        signature(&world, KEY, &body, -302),
        signature(&world, KEY, &body, 302),
    ] {
        let refused = post(&http, &body, &bad).send().await.expect(401);
        assert_eq!(refused.problem(), "bad-signature", "{bad}");
        let unread = post(&http, "{no JSON", &bad).send().await;
        unread.expect(401);
        post(&http, &"x".repeat(300_000), &bad)
            .send()
            .await
            .expect(401);
    }
    http.post(EVENTS).json(json!({})).send().await.expect(401);
}

#[tokio::test]
async fn what_is_too_large_no_json_or_not_as_it_must_be_is_refused_by_every_bad_field() {
    let (world, http) = begin().await;
    let large = json!({"x": "y".repeat(210_000)}).to_string();
    for (body, status) in [
        (large.as_str(), 413),
        ("{no JSON", 400),
        ("[]", 422),
        ("{}", 422),
    ] {
        let signature = signature(&world, KEY, body, 0);
        post(&http, body, &signature).send().await.expect(status);
    }
    let mut event = order(&world);
    event["type"] = json!("gift");
    event["lines"][0]["quantity"] = json!(0);
    let body = event.to_string();
    let refused = post(&http, &body, &signature(&world, KEY, &body, 0));
    let refused = refused.send().await.expect(422).json();
    let errors = refused["errors"].as_array().unwrap().iter();
    let pointers: Vec<_> = errors
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/type", "/lines/0/quantity"]);
}

#[tokio::test]
async fn the_store_asks_what_people_are_known_for_and_whom_nobody_knows_has_no_badge() {
    let (world, http) = begin().await;
    world.member("ana").await;
    for (asked, badges) in [("?sub=ana", json!([])), ("?sub=nobody", json!([]))] {
        let path = format!("/v1/store/badges{asked}");
        let get = http.get(&path);
        let get = get.header("spark-signature", &signature(&world, KEY, &path, 0));
        assert_eq!(
            get.send().await.expect(200).json(),
            json!({"badges": badges})
        );
    }
    let path = "/v1/store/badges";
    let signed = signature(&world, KEY, path, 0);
    let get = |path: &str| http.get(path).header("spark-signature", &signed);
    let refused = get(path).send().await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "?sub");
    get("/v1/store/badges?sub=ana").send().await.expect(401);
    http.get(path).send().await.expect(401);
}

#[test]
fn every_route_is_described() {
    let described = serde_json::to_value(store::openapi()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let paths: Vec<_> = paths.keys().map(String::as_str).collect();
    assert_eq!(paths, ["/v1/store/badges", EVENTS]);
}
