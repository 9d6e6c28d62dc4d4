//! Joining: what is taken, what is refused, and what happens once.

use harness::user;
use serde_json::json;

use super::{is, joining, pointers, problem, topics, world};

#[tokio::test]
async fn who_joins_has_a_profile() {
    let (world, http) = world().await;
    let token = world.token("ana", &["prime"]);
    assert_eq!(
        problem(&http.get("/v1/me").token(&token).send().await),
        is(404, "not-found")
    );

    let joined = http
        .post("/v1/me")
        .token(&token)
        .json(joining("Ana_1"))
        .send()
        .await;
    assert_eq!(joined.status, 201, "{}", joined.json());
    assert_eq!(
        joined.header("location"),
        Some("https://api.test/v1/users/Ana_1")
    );
    assert_eq!(joined.header("cache-control"), Some("no-store"));
    let mut interests = topics(0, 5);
    interests.sort_unstable();
    assert_eq!(
        joined.json(),
        json!({
            "id": user("ana"), "handle": "Ana_1", "display_name": "Ana", "bio": "", "badges": [],
            "interests": interests, "prime": true,
            "notify": {"posts": true, "replies": false, "follows": false},
            "counts": {"followers": 0, "following": 0, "posts": 0},
        })
    );
    let read = http.get("/v1/me").token(&token).send().await;
    assert_eq!(read.json(), joined.json());
    assert_eq!(read.header("cache-control"), Some("private, no-cache"));
    assert_eq!(read.header("vary"), Some("Authorization, Accept-Encoding"));
}

#[tokio::test]
async fn notifications_are_off_unless_asked_for() {
    let (world, http) = world().await;
    let mut body = joining("ana");
    body.as_object_mut().unwrap().remove("notify");
    let joined = http
        .post("/v1/me")
        .token(world.token("ana", &[]))
        .json(body)
        .send()
        .await;
    let off = json!({"posts": false, "replies": false, "follows": false});
    assert_eq!(joined.json()["notify"], off);
}

#[tokio::test]
async fn a_bad_join_names_every_bad_field_and_writes_nothing() {
    let (world, http) = world().await;
    let token = world.token("ana", &[]);
    let mut interests = topics(0, 4);
    interests[2] = "no-such-thing";
    let body = json!({
        "display_name": "", "handle": "a-b!", "interests": interests,
        "notify": {"posts": "yes"},
    });
    let refused = http.post("/v1/me").token(&token).json(body).send().await;
    assert_eq!(
        pointers(&refused),
        [
            "/display_name",
            "/handle",
            "/interests",
            "/interests/2",
            "/notify/posts"
        ]
    );
    let errors = refused.json()["errors"].to_string();
    assert!(errors.contains("no-such-thing"), "{errors}");
    assert_eq!(http.get("/v1/me").token(&token).send().await.status, 404);

    let missing = http
        .post("/v1/me")
        .token(&token)
        .json(json!({}))
        .send()
        .await;
    assert_eq!(
        pointers(&missing),
        ["/display_name", "/handle", "/interests"]
    );
    let mut twice = joining("ana");
    twice["interests"] = json!([topics(0, 5), topics(0, 1)].concat());
    let refused = http.post("/v1/me").token(&token).json(twice).send().await;
    assert_eq!(pointers(&refused), ["/interests/5"]);
    let mut special = joining("ana");
    special["interests"] = json!([topics(0, 5), vec!["trending-and-polls"]].concat());
    let refused = http.post("/v1/me").token(&token).json(special).send().await;
    assert_eq!(pointers(&refused), ["/interests/5"]);
    let mut reserved = joining("Admin");
    reserved["display_name"] = json!("x".repeat(51));
    let refused = http
        .post("/v1/me")
        .token(&token)
        .json(reserved)
        .send()
        .await;
    assert_eq!(pointers(&refused), ["/display_name", "/handle"]);

    assert_eq!(http.get("/v1/me").token(&token).send().await.status, 404);
    let joined = http
        .post("/v1/me")
        .token(&token)
        .json(joining("ana"))
        .send()
        .await;
    assert_eq!(joined.status, 201);
}

#[tokio::test]
async fn what_is_not_json_is_refused_before_its_fields() {
    let (world, http) = world().await;
    let post = || http.post("/v1/me").token(world.token("ana", &[]));
    let cut = post().body("application/json", "{\"handle\":").send().await;
    assert_eq!(problem(&cut), is(400, "malformed-body"));
    let form = post()
        .body("application/x-www-form-urlencoded", "handle=ana")
        .send()
        .await;
    assert_eq!(problem(&form), is(415, "unsupported-media-type"));
    let large = post()
        .body("application/json", vec![b' '; 300_000])
        .send()
        .await;
    assert_eq!(problem(&large), is(413, "too-large"));
}

#[tokio::test]
async fn a_handle_is_unique_whatever_the_case_and_a_person_joins_once() {
    let (world, http) = world().await;
    let join = async |sub: &str, handle: &str| {
        http.post("/v1/me")
            .token(world.token(sub, &[]))
            .json(joining(handle))
            .send()
            .await
    };
    assert_eq!(join("ana", "Ana").await.status, 201);
    assert_eq!(problem(&join("ben", "aNA").await), is(409, "handle-taken"));
    assert_eq!(
        problem(&join("ana", "other").await),
        is(409, "already-joined")
    );
    assert_eq!(join("ben", "other").await.status, 201);
    let me = http
        .get("/v1/me")
        .token(world.token("ana", &[]))
        .send()
        .await;
    assert_eq!(me.json()["handle"], "Ana");
}

#[tokio::test]
async fn of_fifty_who_want_one_handle_at_once_one_gets_it() {
    let (world, http) = world().await;
    let requests = (0..50).map(|n| {
        let token = world.token(&format!("user-{n}"), &[]);
        http.post("/v1/me")
            .token(token)
            .json(joining("wanted"))
            .send()
    });
    let answers = futures::future::join_all(requests).await;
    let count = |status: u16| answers.iter().filter(|a| a.status == status).count();
    assert_eq!((count(201), count(409)), (1, 49));
    let winner = answers
        .iter()
        .find(|answer| answer.status == 201)
        .unwrap()
        .json();
    let profile = http.get("/v1/users/wanted").send().await;
    assert_eq!(profile.json()["id"], winner["id"]);
}

#[tokio::test]
async fn the_same_join_sent_twice_is_answered_twice() {
    let (world, http) = world().await;
    let join = async |key: &str, handle: &str| {
        let post = http.post("/v1/me").token(world.token("ana", &[]));
        post.header("idempotency-key", key)
            .json(joining(handle))
            .send()
            .await
    };
    let first = join("k1", "ana").await;
    let again = join("k1", "ana").await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(
        problem(&join("k1", "anna").await),
        is(422, "idempotency-mismatch")
    );
    assert_eq!(problem(&join("k2", "ana").await), is(409, "already-joined"));
    assert_eq!(
        problem(&join("k 3", "ana").await),
        is(400, "malformed-header")
    );
}
