//! Every sample event is one that its function takes.

use std::path::Path;

use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use domain::ids::{PhotoId, PostId};
use harness::{World, sqs_event};
use local::{Function, functions};
use serde_json::Value;
use shared::runtime::function::{QueueWorker, StreamWorker};

use crate::tree;

const PHOTO: &[u8] = include_bytes!("../../../infra/local/demo/photos/tabby-portrait.jpg");
const FEED: &[u8] = include_bytes!("../../../infra/local/demo/products.tsv");

/// The function that a sample is for: the longest name that its file name begins with.
fn function_of(file: &str) -> String {
    let mut functions = tree::folders("functions");
    functions.retain(|function| file.starts_with(&format!("{function}-")));
    assert_eq!(functions.len(), 1, "{file} belongs to one function");
    functions.remove(0)
}

#[test]
fn every_function_has_a_sample_event() {
    let samples: Vec<_> = tree::files()
        .iter()
        .filter_map(|file| file.path.strip_prefix("events/"))
        .filter(|file| file.ends_with(".json"))
        .map(function_of)
        .collect();
    for function in tree::folders("functions") {
        assert!(samples.contains(&function), "{function} has no sample");
    }
}

#[tokio::test]
async fn every_sample_event_is_handled_by_its_function() {
    for file in tree::files() {
        let Some(name) = file.path.strip_prefix("events/") else {
            continue;
        };
        if Path::new(name)
            .extension()
            .is_some_and(|kind| kind == "json")
        {
            let world = World::new().await;
            let function = function_of(name);
            let listed = functions::ALL.iter().find(|one| one.name == function);
            let made = listed.expect("a function of the list").of(&world.context());
            match made {
                Function::Http(router) => {
                    request(&world, router, &function, name, &file.text).await
                }
                Function::Queue(work) => worker(&world, &work, name, &file.text).await,
                Function::Stream(work) => stream(&world, &work, name, &file.text).await,
                Function::Schedule(work) => {
                    work(serde_json::from_str(&file.text).unwrap())
                        .await
                        .unwrap();
                }
                Function::QueueAndSchedule(work, due) => {
                    let event: Value = serde_json::from_str(&file.text).unwrap();
                    if event.get("Records").is_some() {
                        worker(&world, &work, name, &file.text).await;
                    } else {
                        due(event).await.unwrap();
                    }
                }
            }
            for queue in [
                "fanout",
                "fanout-bulk",
                "photos",
                "catalogue",
                "rollup",
                "notifier",
                "janitor",
                "attribution",
            ] {
                world.receive_all(queue).await;
            }
        }
    }
}

async fn stream(world: &World, work: &StreamWorker, name: &str, text: &str) {
    let event: Value = serde_json::from_str(text).unwrap();
    let answer = work(event).await;
    assert!(answer.batch_item_failures.is_empty(), "{name}: {answer:?}");
    assert!(!world.receive_all("fanout").await.is_empty(), "{name}");
    assert!(world.receive_all("relay-dlq").await.is_empty(), "{name}");
}

async fn worker(world: &World, work: &QueueWorker, name: &str, text: &str) {
    let event: SqsEvent = serde_json::from_str(text).unwrap();
    for record in &event.records {
        arrive(world, record.body.as_deref().unwrap()).await;
    }
    let answer = work(event).await;
    assert!(answer.batch_item_failures.is_empty(), "{name}: {answer:?}");
}

/// Puts there what a message of S3 says has arrived.
async fn arrive(world: &World, body: &str) {
    let body: Value = serde_json::from_str(body).unwrap();
    if let Some(key) = body["file"]["key"].as_str() {
        let kind = "text/tab-separated-values";
        world.put_object(key, kind, FEED.to_vec()).await;
        world.receive_all("catalogue").await;
        let arrived = serde_json::json!({"Records": [{
            "eventName": "ObjectCreated:Put",
            "eventTime": body["file"]["at"],
            "s3": {"object": {"key": key}},
        }]});
        let app = catalogue::App::new(&world.context());
        let answer = catalogue::handle(&app, sqs_event(&[arrived.to_string()])).await;
        assert!(answer.batch_item_failures.is_empty(), "{key}: {answer:?}");
    }
    for record in body["Records"].as_array().into_iter().flatten() {
        let key = record["s3"]["object"]["key"].as_str().unwrap();
        if let Some(id) = key.strip_prefix("uploads/") {
            give_ticket(world, id).await;
            world.put_object(key, "image/jpeg", PHOTO.to_vec()).await;
        } else {
            let kind = "text/tab-separated-values";
            world.put_object(key, kind, FEED.to_vec()).await;
        }
    }
}

async fn give_ticket(world: &World, photo: &str) {
    let mut ticket = world.awaited_photo("ana").await;
    ticket.id = photo.parse::<PhotoId>().unwrap();
    world
        .store()
        .give_ticket(&ticket, None, None)
        .await
        .unwrap();
}

/// Makes what a request's path names, and lets the caller join unless that is what they ask for.
async fn prepare(world: &World, event: &Value) {
    let route = event["routeKey"].as_str().unwrap();
    if route != "POST /v1/me" {
        world.member("ana").await;
    }
    for (name, value) in event["pathParameters"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap();
        match name.as_str() {
            "handle" if value != "ana" => drop(world.member(value).await),
            "post_id" => {
                let id: PostId = value.parse().unwrap();
                world.published_post("ana").with(|post| post.id = id).await;
            }
            "id" if route.contains("/photos/") => give_ticket(world, value).await,
            "id" if route.contains("/products/") => drop(world.product(value).await),
            _ => {}
        }
    }
}

/// The store's signature of a call, under the key of this world.
fn signed(world: &World, target: &str, body: &[u8]) -> String {
    let said = if body.is_empty() {
        target.as_bytes()
    } else {
        body
    };
    let config = world.context().config;
    let key = config.store_keys().split(',').next().unwrap_or_default();
    let at = world.now().as_second();
    let v1 = shared::seal::sign(key, &[format!("{at}.").as_bytes(), said]);
    format!("t={at},v1={v1}")
}

/// A request as API Gateway sends it; its token is replaced by one of this world's.
async fn request(world: &World, router: Router, function: &str, name: &str, text: &str) {
    let event: Value = serde_json::from_str(text).unwrap();
    let route = event["routeKey"].as_str().unwrap();
    let routes = harness::template().routes().unwrap();
    let logical_id = harness::template().function(function).unwrap().logical_id;
    let known = routes
        .iter()
        .any(|known| known.function == logical_id && known.key.to_string() == route);
    assert!(known, "{name}: {function} has no route {route}");

    prepare(world, &event).await;
    let request = lambda_http::request::from_str(text).unwrap();
    let (parts, body) = request.into_parts();
    let http = world.serve(router);
    let target = parts.uri.path_and_query().unwrap().as_str();
    let mut call = http.call(parts.method, target);
    for (header, value) in &parts.headers {
        if header == "spark-signature" {
            call = call.header("spark-signature", &signed(world, target, &body));
        } else if header != "authorization" {
            call = call.header(header.as_str(), value.to_str().unwrap());
        }
    }
    if parts.headers.contains_key("authorization") {
        call = call.token(world.token("ana", &["prime", "admin", "seller"]));
    }
    if !body.is_empty() {
        let kind = parts.headers["content-type"].to_str().unwrap();
        call = call.body(kind, body.to_vec());
    }
    let answer = call.send().await;
    let status = answer.status.as_u16();
    let body = String::from_utf8_lossy(&answer.body);
    let expected = if name.contains("not-found") {
        404..405
    } else {
        200..300
    };
    assert!(expected.contains(&status), "{name}: {status} {body}");
}
