//! Tickets, and what became of uploads.

use domain::posts::photo::Rejection;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::begin;

fn terms(file: &[u8]) -> Value {
    let digest: String = Sha256::digest(file)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    json!({"content_type": "image/jpeg", "bytes": file.len(), "sha256": digest.to_uppercase()})
}

/// Sends a file as the ticket says.
async fn upload(ticket: &Value, file: &[u8]) -> u16 {
    let ticket = &ticket["upload"];
    let method = ticket["method"].as_str().unwrap().parse().unwrap();
    let mut request = reqwest::Client::new().request(method, ticket["url"].as_str().unwrap());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        if name != "content-length" {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    request
        .body(file.to_vec())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn a_ticket_uploads_the_file_that_it_was_given_for() {
    let (world, ana, http) = begin().await;
    let answer = http
        .post("/v1/photos")
        .token(&ana.token)
        .json(terms(b"a photo"))
        .send()
        .await;
    let answer = answer.expect(201);
    let ticket = answer.json();
    let id = ticket["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        Some(&*format!("https://api.test/v1/photos/{id}"))
    );
    assert_eq!(ticket["status"], "awaiting_upload");
    let expires_at: jiff::Timestamp = ticket["upload"]["expires_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let life = expires_at.duration_since(world.now());
    assert!(life <= SignedDuration::from_mins(15) && life > SignedDuration::from_mins(14));
    assert_eq!(upload(&ticket, b"a photo").await, 200);
    assert_eq!(
        world.object(&format!("uploads/{id}")).await.as_deref(),
        Some(&b"a photo"[..])
    );
    world.receive_all("photos").await;
}

#[tokio::test]
async fn a_ticket_is_good_once_and_only_as_it_was_given() {
    let (world, ana, http) = begin().await;
    let ask = http.post("/v1/photos").token(&ana.token);
    let ticket = ask.json(terms(b"a photo")).send().await.expect(201).json();
    assert_eq!(ticket["upload"]["headers"]["if-none-match"], "*");
    let mut bare = ticket.clone();
    let headers = bare["upload"]["headers"].as_object_mut().unwrap();
    headers.remove("if-none-match");
    assert_eq!(upload(&bare, b"a photo").await, 403);
    assert_eq!(upload(&ticket, b"a photo").await, 200);
    assert_eq!(upload(&ticket, b"a photo").await, 412);
    assert_eq!(upload(&bare, b"a photo").await, 403);
    assert_eq!(world.receive_all("photos").await.len(), 1);
}

#[tokio::test]
async fn a_content_type_may_be_in_any_case_and_jpegs_other_name() {
    let (world, ana, http) = begin().await;
    for name in ["image/jpg", "IMAGE/JPEG", "image/WebP"] {
        let mut terms = terms(b"a photo");
        terms["content_type"] = name.into();
        let ask = http.post("/v1/photos").token(&ana.token).json(terms);
        let ticket = ask.send().await.expect(201).json();
        assert_eq!(ticket["upload"]["headers"]["content-type"], name);
        assert_eq!(upload(&ticket, b"a photo").await, 200);
    }
    assert_eq!(world.receive_all("photos").await.len(), 3);
}

#[tokio::test]
async fn a_ticket_refuses_any_other_file() {
    let (world, ana, http) = begin().await;
    for other in [&b"a PHOTO"[..], b"a photograph"] {
        let answer = http
            .post("/v1/photos")
            .token(&ana.token)
            .json(terms(b"a photo"))
            .send()
            .await;
        let ticket = answer.expect(201).json();
        assert!((400..500).contains(&upload(&ticket, other).await));
        assert!(world.objects("uploads/").await.is_empty());
    }
}

#[tokio::test]
async fn two_tickets_for_the_same_file_are_two_photos() {
    let (_world, ana, http) = begin().await;
    let ask = http
        .post("/v1/photos")
        .token(&ana.token)
        .json(terms(b"a photo"));
    let (one, other) = (ask.clone().send().await.json(), ask.send().await.json());
    assert!(one["id"].is_string());
    assert_ne!(one["id"], other["id"]);
}

#[tokio::test]
async fn a_ticket_asked_for_twice_with_one_key_is_one_photo() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").await;
    let ask = |token: &str, key: &str, file: &[u8]| {
        let request = http.post("/v1/photos").token(token).json(terms(file));
        request.header("idempotency-key", key).send()
    };
    let first = ask(&ana.token, "k", b"a photo").await.expect(201).json();
    world.advance(SignedDuration::from_mins(20));
    let again = ask(&ana.token, "k", b"a photo").await.expect(201).json();
    assert_eq!(again["id"], first["id"]);
    let expires_at = again["upload"]["expires_at"].as_str().unwrap();
    assert!(expires_at.parse::<jiff::Timestamp>().unwrap() > world.now());
    assert_eq!(upload(&again, b"a photo").await, 200);
    world.receive_all("photos").await;

    let other = ask(&ana.token, "k", b"another").await.expect(422);
    assert_eq!(other.problem(), "idempotency-mismatch");
    for (token, key) in [(&ana.token, "l"), (&ben.token, "k")] {
        let another = ask(token, key, b"a photo").await.expect(201).json();
        assert_ne!(another["id"], first["id"]);
    }
}

#[tokio::test]
async fn of_tickets_asked_for_at_once_with_one_key_there_is_one() {
    let (_world, ana, http) = begin().await;
    let ask = || {
        let request = http.post("/v1/photos").token(&ana.token);
        let request = request.json(terms(b"a photo"));
        request.header("idempotency-key", "k").send()
    };
    let answers = futures::future::join_all((0..8).map(|_| ask())).await;
    let ids: std::collections::BTreeSet<_> = answers
        .into_iter()
        .map(|answer| answer.expect(201).json()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn an_upload_that_has_arrived_is_processing_until_it_is_settled() {
    let (world, ana, http) = begin().await;
    let photo = world.awaited_photo("ana").await;
    let status = async || {
        let read = http.get(&format!("/v1/photos/{}", photo.id));
        let answer = read.token(&ana.token).send().await.expect(200);
        answer.json()["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status().await, "awaiting_upload");
    let key = format!("uploads/{}", photo.id);
    world
        .put_object(&key, "image/jpeg", b"a photo".to_vec())
        .await;
    assert_eq!(status().await, "processing");
    let rejected = Err(Rejection::Truncated);
    let settled = world.store().settle_photo(photo.id, rejected).await;
    assert!(settled.unwrap().is_some());
    assert_eq!(status().await, "rejected");
    world.receive_all("photos").await;
}

#[tokio::test]
async fn every_bad_field_of_a_ticket_is_named() {
    let (_world, ana, http) = begin().await;
    let ask = async |body: Value| {
        let answer = http
            .post("/v1/photos")
            .token(&ana.token)
            .json(body)
            .send()
            .await;
        answer.expect(422).pointers()
    };
    let all = ["/content_type", "/bytes", "/sha256"];
    assert_eq!(ask(json!({})).await, all);
    let bad = json!({"content_type": "image/gif", "bytes": 0, "sha256": "ab"});
    assert_eq!(ask(bad).await, all);
    let bad = json!({"content_type": "image/png", "bytes": 20_000_001, "sha256": "g".repeat(64)});
    assert_eq!(ask(bad).await, ["/bytes", "/sha256"]);
}

#[tokio::test]
async fn only_members_get_tickets() {
    let (world, _ana, http) = begin().await;
    let ask = || http.post("/v1/photos").json(terms(b"a photo"));
    assert_eq!(ask().send().await.expect(401).problem(), "unauthenticated");
    let stranger = world.token("stranger", &["prime"]);
    assert_eq!(
        ask().token(&stranger).send().await.expect(403).problem(),
        "not-joined"
    );
    let empty = http.post("/v1/photos").json(json!({})).token(&stranger);
    assert_eq!(empty.send().await.expect(403).problem(), "not-joined");
    let ben = world.member("ben").await;
    ask().token(&ben.token).send().await.expect(201);
}

#[tokio::test]
async fn the_owner_sees_what_became_of_an_upload() {
    let (world, ana, http) = begin().await;
    let read = async |id| {
        let answer = http
            .get(&format!("/v1/photos/{id}"))
            .token(&ana.token)
            .send()
            .await;
        answer.expect(200).json()
    };
    let waiting = world.awaited_photo("ana").await;
    let id = waiting.id.to_string();
    assert_eq!(
        read(waiting.id).await,
        json!({"id": id, "status": "awaiting_upload"})
    );

    let settled = world
        .store()
        .settle_photo(waiting.id, Err(Rejection::TypeMismatch))
        .await;
    assert!(settled.unwrap().is_some());
    let rejected = json!({"id": id, "status": "rejected", "reason": "type-mismatch"});
    assert_eq!(read(waiting.id).await, rejected);

    let ready = read(world.ready_photo("ana").await.id).await;
    assert_eq!(
        (&ready["status"], &ready["width"], &ready["height"]),
        (&json!("ready"), &json!(1200), &json!(800))
    );
    assert!(ready["placeholder"].is_string());
    let renditions = ready["renditions"].as_array().unwrap();
    assert_eq!(renditions.len(), 3);
    let url = renditions[0]["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://media.test/media/") && url.ends_with("/320.jpg"),
        "{url}"
    );
}

#[tokio::test]
async fn an_upload_is_its_owners_affair() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let photo = world.ready_photo("ana").await;
    let read = |id: &str| http.get(&format!("/v1/photos/{id}"));
    let id = photo.id.to_string();
    read(&id).token(&ana.token).send().await.expect(200);
    assert_eq!(
        read(&id).send().await.expect(401).problem(),
        "unauthenticated"
    );
    let stranger = world.token("stranger", &[]);
    assert_eq!(
        read(&id)
            .token(&stranger)
            .send()
            .await
            .expect(403)
            .problem(),
        "not-joined"
    );
    assert_eq!(
        read("x")
            .token(&stranger)
            .send()
            .await
            .expect(403)
            .problem(),
        "not-joined"
    );
    assert_eq!(
        read(&id)
            .token(&ben.token)
            .send()
            .await
            .expect(404)
            .problem(),
        "not-found"
    );
    for nothing in ["x", &world.context().ids.ulid().to_string()] {
        read(nothing).token(&ana.token).send().await.expect(404);
    }
}

#[tokio::test]
async fn a_photo_that_nothing_claims_is_forgotten_after_a_day() {
    let (world, _, http) = begin().await;
    let photo = world.ready_photo("ana").await;
    let path = format!("/v1/photos/{}", photo.id);
    let read = async || {
        let token = world.token("ana", &["prime"]);
        http.get(&path).token(token).send().await
    };
    read().await.expect(200);
    world.advance(SignedDuration::from_hours(25));
    read().await.expect(404);
    let post = json!({"kind": "photo", "photos": [{"id": photo.id.to_string()}]});
    let token = world.token("ana", &["prime"]);
    let posted = http.post("/v1/posts").token(token).json(post).send().await;
    assert_eq!(posted.expect(422).pointers(), ["/photos/0/id"]);
}
