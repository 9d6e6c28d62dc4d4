//! What every client may count on, at one's own profile.

use harness::{Http, World};
use serde_json::{Value, json};

use super::{is, joining, pointers, problem, world};

/// A world, its member Ana's own router, and her token.
async fn joined() -> (World, Http, String) {
    let (world, http) = world().await;
    let token = world.token("ana", &[]);
    let joined = http.post("/v1/me").token(&token).json(joining("ana"));
    joined.send().await.expect(201);
    (world, http, token)
}

#[tokio::test]
async fn a_name_shows_something_and_turns_nothing_round() {
    let (_world, http, token) = joined().await;
    let names: Vec<Value> = serde_json::from_str(include_str!("names.json")).unwrap();
    for case in &names {
        let name = json!({"display_name": case["display_name"]});
        let answer = http.patch("/v1/me").token(&token).json(name).send().await;
        assert_eq!(answer.status.as_u16(), case["status"], "{case}");
        if answer.status == 200 {
            assert_eq!(
                answer.json()["display_name"],
                case["display_name"],
                "{case}"
            );
        } else {
            assert_eq!(pointers(&answer), ["/display_name"], "{case}");
        }
        let mut join = joining("ben");
        join["display_name"] = case["display_name"].clone();
        let joined = http.post("/v1/me").token(&token).json(join).send().await;
        let refused = if case["status"] == 422 { 422 } else { 409 };
        assert_eq!(joined.status, refused, "{case}");
    }
}

#[tokio::test]
async fn a_change_of_a_profile_is_bound_to_what_was_read_where_its_sender_says_so() {
    let (_world, http, token) = joined().await;
    let read = http.get("/v1/me").token(&token).send().await;
    let tag = read.header("etag").unwrap();
    let change = |bio: &str, tag: &str| {
        let patch = http.patch("/v1/me").token(&token).header("if-match", tag);
        patch.json(json!({"bio": bio})).send()
    };
    let changes = (0..8).map(|number| {
        let bio = format!("Bio {number}");
        async move { change(&bio, tag).await }
    });
    let mut answers = futures::future::join_all(changes).await;
    answers.sort_by_key(|answer| answer.status);
    assert_eq!(answers[0].status, 200);
    for refused in &answers[1..] {
        assert_eq!(problem(refused), is(412, "precondition-failed"));
    }
    let now = http.get("/v1/me").token(&token).send().await;
    assert_eq!(now.json()["bio"], answers[0].json()["bio"]);
    assert_eq!(now.header("etag"), answers[0].header("etag"));
    change("Last", now.header("etag").unwrap())
        .await
        .expect(200);
}

#[tokio::test]
async fn a_patch_of_a_profile_names_every_field_that_cannot_change() {
    let (_world, http, token) = joined().await;
    let fixed = json!({
        "id": "x", "handle": "ben", "avatar": null, "prime": true, "badges": [], "counts": {},
        "status": "published", "notify": [true, true, true], "display_name": "Ana",
    });
    let refused = http.patch("/v1/me").token(&token).json(fixed).send().await;
    let all = [
        "/avatar", "/badges", "/counts", "/handle", "/id", "/notify", "/prime",
    ];
    assert_eq!(pointers(&refused), all);
    let unknown = json!({"status": "published", "bio": "Tea"});
    let changed = http
        .patch("/v1/me")
        .token(&token)
        .json(unknown)
        .send()
        .await;
    assert_eq!(changed.expect(200).json()["bio"], "Tea");
}

#[tokio::test]
async fn nobody_is_called_by_what_their_issuer_calls_them() {
    let (world, http) = world().await;
    let token = world.token("auth0|7/b", &[]);
    let joined = http
        .post("/v1/me")
        .token(&token)
        .json(joining("ana"))
        .send()
        .await;
    let id = joined.expect(201).json()["id"].clone();
    let shown = http.get("/v1/users/ana").send().await.json();
    assert_eq!(shown["id"], id);
    let id = id.as_str().unwrap();
    let opaque = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    assert!(
        (16..=64).contains(&id.len()) && id.chars().all(opaque),
        "{id}"
    );
    assert!(!shown.to_string().contains("auth0"), "{shown}");
}
