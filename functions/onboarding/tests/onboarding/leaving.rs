//! Leaving: who may, what holds at once, and what is refused.

use domain::people::Handle;
use serde_json::json;

use super::{is, joining, problem, world};

#[tokio::test]
async fn who_leaves_is_gone_at_once_for_themselves_and_for_others() {
    let (world, http) = world().await;
    let token = world.token("ana", &["prime"]);
    let join = http.post("/v1/me").token(&token).json(joining("Ana"));
    assert_eq!(join.send().await.status, 201);
    assert_eq!(http.get("/v1/users/ana").send().await.status, 200);

    let left = http.delete("/v1/me").token(&token).send().await;
    assert_eq!((left.status.as_u16(), left.json()), (202, json!({})));
    assert_eq!(left.header("cache-control"), Some("no-store"));
    let gone = http.get("/v1/users/ana").send().await;
    assert_eq!(problem(&gone), is(404, "not-found"));
    let me = http.get("/v1/me").token(&token).send().await;
    assert_eq!(problem(&me), is(404, "not-found"));
    for call in [
        http.patch("/v1/me").json(json!({"bio": "still here"})),
        http.delete("/v1/me"),
        http.get("/v1/people/suggested"),
        http.post("/v1/me/exports"),
    ] {
        let refused = call.token(&token).send().await;
        assert_eq!(problem(&refused), is(403, "not-joined"));
    }
    let again = http.post("/v1/me").token(&token).json(joining("Ana_2"));
    assert_eq!(problem(&again.send().await), is(409, "leaving"));
    let other = http.post("/v1/me").token(world.token("ben", &[]));
    let other = other.json(joining("ANA")).send().await;
    assert_eq!(problem(&other), is(409, "handle-taken"));
    let handle = Handle::parse("ana").unwrap();
    assert_eq!(world.store().user_by_handle(&handle).await.unwrap(), None);
}

#[tokio::test]
async fn only_a_member_leaves() {
    let (world, http) = world().await;
    let nobody = http.delete("/v1/me").send().await;
    assert_eq!(problem(&nobody), is(401, "unauthenticated"));
    let stranger = http.delete("/v1/me").token(world.token("ana", &[]));
    assert_eq!(problem(&stranger.send().await), is(403, "not-joined"));
}

#[tokio::test]
async fn who_leaves_by_what_they_saw_stays_when_that_changed() {
    let (world, http) = world().await;
    let token = world.token("ana", &[]);
    http.post("/v1/me")
        .token(&token)
        .json(joining("ana"))
        .send()
        .await;
    let seen = http.get("/v1/me").token(&token).send().await;
    let tag = seen.header("etag").unwrap().to_owned();
    let change = http
        .patch("/v1/me")
        .token(&token)
        .json(json!({"bio": "New"}));
    assert_eq!(change.send().await.status, 200);
    let leave = |tag: &str| {
        let leave = http.delete("/v1/me").token(&token);
        leave.header("if-match", tag).send()
    };
    assert_eq!(problem(&leave(&tag).await), is(412, "precondition-failed"));
    let now = http.get("/v1/me").token(&token).send().await;
    assert_eq!(leave(now.header("etag").unwrap()).await.status, 202);
}

#[tokio::test]
async fn of_many_who_leave_at_once_as_one_one_does() {
    let (world, http) = world().await;
    let token = world.token("ana", &[]);
    http.post("/v1/me")
        .token(&token)
        .json(joining("ana"))
        .send()
        .await;
    let calls = (0..20).map(|_| http.delete("/v1/me").token(&token).send());
    let answers = futures::future::join_all(calls).await;
    let count = |status: u16| answers.iter().filter(|a| a.status == status).count();
    assert_eq!((count(202), count(403)), (1, 19));
}
