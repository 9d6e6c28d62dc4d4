//! Exports: asked for, read, and fetched by whoever owns them.

use domain::{ids::ExportId, people::export::Export};
use harness::{Http, Member, World, user};
use jiff::SignedDuration;
use serde_json::json;
use shared::bucket::{export_key, original_key};

use super::{is, problem, world};

async fn begin() -> (World, Http, Member) {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    (world, http, ana)
}

/// Makes the export ready, as the janitor does.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
async fn ready(world: &World, id: &str) -> Export {
    let id: ExportId = id.parse().unwrap();
    let store = world.store();
    let export = store.export(&user("ana"), id).await.unwrap().unwrap();
    world
        .put_object(&export_key(id), "application/json", b"{}".to_vec())
        .await;
    let ready = export.ready(world.now());
    assert!(store.finish_export(&ready).await.unwrap());
    ready
}

#[tokio::test]
async fn an_export_is_asked_for_and_the_file_fetched_once_it_is_ready() {
    let (world, http, ana) = begin().await;
    let asked = http.post("/v1/me/exports").token(&ana.token).send().await;
    assert_eq!(asked.status, 201, "{}", asked.json());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.json(), json!({"id": id, "status": "queued"}));
    let path = format!("/v1/me/exports/{id}");
    let location = format!("https://api.test{path}");
    assert_eq!(asked.header("location"), Some(location.as_str()));
    let read = http.get(&path).token(&ana.token).send().await;
    assert_eq!(read.json(), asked.json());

    ready(&world, &id).await;
    let read = http.get(&path).token(&ana.token).send().await.json();
    assert_eq!(read["status"], "ready");
    let week = world.now() + SignedDuration::from_hours(7 * 24);
    let expires: jiff::Timestamp = read["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(week.duration_since(expires).as_secs() < 60);
    let url = read["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Expires=900"), "{url}");

    world.advance(SignedDuration::from_hours(7 * 24 + 1));
    let token = world.token("ana", &[]);
    let read = http.get(&path).token(&token).send().await.json();
    assert_eq!(
        (&read["status"], read.get("url")),
        (&json!("expired"), None)
    );
}

#[tokio::test]
async fn one_is_unfinished_at_a_time_and_two_are_a_day() {
    let (world, http, ana) = begin().await;
    let ask = || http.post("/v1/me/exports").token(&ana.token).send();
    for _ in 0..2 {
        let asked = ask().await;
        assert_eq!(asked.status, 201);
        assert_eq!(problem(&ask().await), is(409, "export-running"));
        ready(&world, asked.json()["id"].as_str().unwrap()).await;
    }
    let third = ask().await;
    assert_eq!(problem(&third), is(429, "too-many-requests"));
    assert!(third.header("retry-after").is_some());
    world.advance(SignedDuration::from_hours(24));
    let token = world.token("ana", &[]);
    let tomorrow = http.post("/v1/me/exports").token(&token).send().await;
    assert_eq!(tomorrow.status, 201);
}

#[tokio::test]
async fn the_same_request_twice_asks_once() {
    let (world, http, ana) = begin().await;
    let ask = |key: &'static str| {
        let post = http.post("/v1/me/exports").token(&ana.token);
        post.header("idempotency-key", key).send()
    };
    let first = ask("a").await;
    let again = ask("a").await;
    assert_eq!((first.status, &first.json()), (again.status, &again.json()));
    ready(&world, first.json()["id"].as_str().unwrap()).await;
    assert_eq!(ask("a").await.json()["status"], "ready");
    assert_eq!(problem(&ask("a b").await), is(400, "malformed-header"));
    let empty = http.post("/v1/me/exports").token(&ana.token);
    assert_eq!(empty.json(json!({})).send().await.status, 201);
}

#[tokio::test]
async fn nobody_else_reads_an_export_or_what_it_leads_to() {
    let (world, http, ana) = begin().await;
    let ben = world.member("ben").await;
    let photo = world.ready_photo("ana").await;
    let his = world.ready_photo("ben").await;
    let waiting = world.awaited_photo("ana").await;
    let original = original_key(photo.id);
    world
        .put_object(&original, "image/jpeg", b"jpeg".to_vec())
        .await;
    let asked = http.post("/v1/me/exports").token(&ana.token).send().await;
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/me/exports/{id}");
    let of = |photo: &str| format!("{path}/photos/{photo}");
    let mine = of(&photo.id.to_string());
    let early = http.get(&mine).token(&ana.token).send().await;
    assert_eq!(problem(&early), is(404, "not-found"));
    ready(&world, &id).await;

    let found = http.get(&mine).token(&ana.token).send().await;
    assert_eq!(found.status, 302);
    let leads = found.header("location").unwrap();
    assert!(
        leads.contains(&original) && leads.contains("X-Amz-Signature="),
        "{leads}"
    );
    for (path, who, refused) in [
        (path.clone(), &ben, is(404, "not-found")),
        (mine.clone(), &ben, is(404, "not-found")),
        (of(&his.id.to_string()), &ana, is(404, "not-found")),
        (of(&waiting.id.to_string()), &ana, is(404, "not-found")),
        (of("x"), &ana, is(404, "not-found")),
        ("/v1/me/exports/x".to_owned(), &ana, is(404, "not-found")),
    ] {
        let answer = http.get(&path).token(&who.token).send().await;
        assert_eq!(problem(&answer), refused, "{path}");
    }
    for path in [&path, &mine] {
        let nobody = http.get(path).send().await;
        assert_eq!(problem(&nobody), is(401, "unauthenticated"));
        let stranger = http.get(path).token(world.token("eve", &[])).send().await;
        assert_eq!(problem(&stranger), is(403, "not-joined"));
    }
    let nobody = http.post("/v1/me/exports").send().await;
    assert_eq!(problem(&nobody), is(401, "unauthenticated"));
}
