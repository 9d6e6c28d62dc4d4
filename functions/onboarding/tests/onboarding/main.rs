//! Onboarding against a real store: every route, and what must never happen.

mod about;
mod exports;
mod joining;
mod leaving;
mod manners;
mod profiles;
mod suggested;

use domain::people::interests;
use harness::{Answer, Forgery, Http, World};
use onboarding::router;
use serde_json::{Value, json};
use tower::ServiceExt;

async fn world() -> (World, Http) {
    let world = World::contended().await;
    let http = world.serve(router(&world.context()));
    (world, http)
}

/// Ids of the catalogue, from the `skip`-th on.
fn topics(skip: usize, count: usize) -> Vec<&'static str> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.map(|interest| interest.id.as_str())
        .skip(skip)
        .take(count)
        .collect()
}

fn joining(handle: &str) -> Value {
    json!({
        "display_name": "Ana",
        "handle": handle,
        "interests": topics(0, 5),
        "notify": {"posts": true, "replies": false},
    })
}

fn pointers(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.json());
    let errors = answer.json()["errors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut pointers: Vec<_> = errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap_or("?").to_owned())
        .collect();
    pointers.sort();
    pointers
}

fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let kind = answer.json()["type"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), kind)
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, format!("/problems/{code}"))
}

#[tokio::test]
async fn anyone_may_read_the_interests_and_caches_may_keep_them() {
    let (_world, http) = world().await;
    let answer = http.get("/v1/interests").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    let groups = answer.json()["groups"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let count: usize = groups
        .iter()
        .map(|group| group["interests"].as_array().map_or(0, Vec::len))
        .sum();
    assert!(groups.len() >= 5 && count >= 40, "{count}");
    assert!(groups[0]["interests"][0]["name"].is_string());
}

#[tokio::test]
async fn only_a_good_token_signs_in() {
    let (world, http) = world().await;
    let all = [
        http.get("/v1/me"),
        http.post("/v1/me").json(joining("ana")),
        http.patch("/v1/me").json(json!({})),
    ];
    for request in all {
        let answer = request.send().await;
        assert_eq!(problem(&answer), is(401, "unauthenticated"));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    for forgery in Forgery::ALL {
        let token = world.forged("ana", &[], forgery);
        for path in ["/v1/me", "/v1/interests", "/v1/users/ana"] {
            let answer = http.get(path).token(&token).send().await;
            assert_eq!(problem(&answer), is(401, "unauthenticated"), "{path}");
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Bearer error=\"invalid_token\"")
            );
        }
    }
}

#[tokio::test]
async fn the_sample_event_joins() {
    let (world, _) = world().await;
    let event = include_str!("../../../../events/onboarding-join.json");
    let event = event.replace("TOKEN", &world.token("ana", &[]));
    let request: lambda_http::Request = lambda_http::request::from_str(&event).unwrap();
    let Ok(response) = router(&world.context()).oneshot(request).await;
    assert_eq!(response.status(), 201);
    let id = harness::user("ana");
    assert!(world.store().profile(&id).await.unwrap().is_some());
}
