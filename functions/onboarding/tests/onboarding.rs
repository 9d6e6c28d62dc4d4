//! Onboarding against a real store: every route, and what must never happen.

use harness::{Answer, Forgery, Http, World};
use jiff::SignedDuration;
use onboarding::{App, router};
use serde_json::{Value, json};
use shared::{domain::ids::UserId, domain::interests};
use tower::ServiceExt;

async fn world() -> (World, Http) {
    let world = World::new().await;
    let http = world.serve(router(App::new(&world.context())));
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
            "id": "ana", "handle": "Ana_1", "display_name": "Ana", "bio": "", "badges": [],
            "interests": interests, "prime": true,
            "notify": {"posts": true, "replies": false, "follows": false},
            "counts": {"followers": 0, "following": 0, "posts": 0},
        })
    );
    let read = http.get("/v1/me").token(&token).send().await;
    assert_eq!(read.json(), joined.json());
    assert_eq!(read.header("cache-control"), Some("private"));
    assert_eq!(read.header("vary"), Some("Authorization"));
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

#[tokio::test]
async fn only_a_good_token_signs_in() {
    let (world, http) = world().await;
    let all = [
        http.get("/v1/me"),
        http.post("/v1/me").json(joining("ana")),
        http.patch("/v1/me").json(json!({})),
    ];
    for request in all {
        assert_eq!(problem(&request.send().await), is(401, "unauthenticated"));
    }
    for forgery in Forgery::ALL {
        let token = world.forged("ana", &[], forgery);
        for path in ["/v1/me", "/v1/interests", "/v1/users/ana"] {
            let answer = http.get(path).token(&token).send().await;
            assert_eq!(problem(&answer), is(401, "unauthenticated"), "{path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[tokio::test]
async fn a_patch_changes_what_it_names_alone() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let patch = async |body: Value| {
        let answer = http
            .patch("/v1/me")
            .token(&ana.token)
            .json(body)
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let read = http.get("/v1/me").token(&ana.token).send().await.json();
        assert_eq!(answer.json(), read);
        read
    };
    let before = patch(json!({})).await;
    let named = patch(json!({"display_name": " Anna ", "bio": "Hi 👋"})).await;
    assert_eq!(
        (&named["display_name"], &named["bio"]),
        (&json!("Anna"), &json!("Hi 👋"))
    );
    assert_eq!(named["interests"], before["interests"]);
    let switched = patch(json!({"bio": null, "notify": {"follows": true}})).await;
    assert_eq!(switched["bio"], "");
    assert_eq!(switched["display_name"], "Anna");
    let switched = patch(json!({"notify": {"posts": true, "follows": null}})).await;
    assert_eq!(
        switched["notify"],
        json!({"posts": true, "replies": false, "follows": false})
    );
    let off = patch(json!({"notify": null})).await;
    assert_eq!(
        off["notify"],
        json!({"posts": false, "replies": false, "follows": false})
    );
    let mut chosen = topics(5, 6);
    chosen.sort_unstable();
    assert_eq!(
        patch(json!({"interests": chosen})).await["interests"],
        json!(chosen)
    );
}

#[tokio::test]
async fn a_bad_patch_names_every_bad_field_and_changes_nothing() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let patch = |body: Value| http.patch("/v1/me").token(&ana.token).json(body).send();
    let before = http.get("/v1/me").token(&ana.token).send().await.json();
    let refused = patch(json!({
        "handle": "anna", "display_name": null, "bio": "x".repeat(501),
        "interests": topics(0, 4), "notify": {"replies": 1}, "avatar_photo_id": "nothing",
    }))
    .await;
    assert_eq!(
        pointers(&refused),
        [
            "/avatar_photo_id",
            "/bio",
            "/display_name",
            "/handle",
            "/interests",
            "/notify/replies"
        ]
    );
    assert_eq!(pointers(&patch(json!({"handle": null})).await), ["/handle"]);
    assert_eq!(
        pointers(&patch(json!({"interests": null})).await),
        ["/interests"]
    );
    assert_eq!(pointers(&patch(json!([])).await), [""]);
    assert_eq!(
        http.get("/v1/me").token(&ana.token).send().await.json(),
        before
    );
}

#[tokio::test]
async fn an_avatar_is_a_ready_photo_of_ones_own() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    world.member("ben").await;
    let patch = |photo: Value| {
        http.patch("/v1/me")
            .token(&ana.token)
            .json(json!({"avatar_photo_id": photo}))
            .send()
    };
    let waiting = world.awaited_photo("ana").await;
    let of_ben = world.ready_photo("ben").await;
    for photo in [
        waiting.id.to_string(),
        of_ben.id.to_string(),
        of_ben.id.to_string().to_lowercase(),
    ] {
        assert_eq!(pointers(&patch(json!(photo)).await), ["/avatar_photo_id"]);
    }
    let mine = world.ready_photo("ana").await;
    let changed = patch(json!(mine.id.to_string())).await;
    assert_eq!(changed.status, 200);
    let rendition = &changed.json()["avatar"]["renditions"][0];
    assert_eq!(
        rendition["url"],
        format!("https://media.test/media/{}/320.jpg", mine.media)
    );
    let card = http.get("/v1/users/ana").send().await.json();
    assert_eq!(card["avatar"], changed.json()["avatar"]);
    let cleared = patch(Value::Null).await;
    assert_eq!(cleared.json().get("avatar"), None);
}

#[tokio::test]
async fn who_has_not_joined_has_nothing_to_change() {
    let (world, http) = world().await;
    let patch = http.patch("/v1/me").token(world.token("ana", &[]));
    assert_eq!(
        problem(&patch.json(json!({"bio": 1})).send().await),
        is(403, "not-joined")
    );
}

#[tokio::test]
async fn a_profile_is_public_and_tells_a_viewer_whether_they_follow() {
    let (world, http) = world().await;
    let (ana, ben) = (world.member("Ana").await, world.member("ben").await);
    let read = |token: Option<&str>| {
        let get = http.get("/v1/users/aNa");
        token.map_or(get.clone(), |token| get.token(token)).send()
    };
    let public = read(None).await.json();
    assert_eq!(
        (&public["handle"], &public["id"]),
        (&json!("Ana"), &json!(ana.id.as_str()))
    );
    for secret in ["viewer", "notify", "interests", "prime"] {
        assert_eq!(public.get(secret), None, "{secret}");
    }
    assert_eq!(
        read(Some(&ben.token)).await.json()["viewer"],
        json!({"following": false})
    );
    world.follow("ben", "Ana").await;
    let followed = read(Some(&ben.token)).await.json();
    assert_eq!(followed["viewer"], json!({"following": true}));
    assert_eq!(followed["counts"]["followers"], 1);
    assert_eq!(
        read(Some(&ana.token)).await.json()["viewer"],
        json!({"following": false})
    );
}

#[tokio::test]
async fn a_handle_that_nobody_has_is_not_found() {
    let (world, http) = world().await;
    world.member("ana").await;
    assert_eq!(http.get("/v1/users/ana").send().await.status, 200);
    for path in [
        "ben",
        "admin",
        "a%00b",
        "ana%23",
        "%ff",
        "a",
        &"x".repeat(3000),
    ] {
        let answer = http.get(&format!("/v1/users/{path}")).send().await;
        assert_eq!(problem(&answer), is(404, "not-found"), "{path:.20}");
    }
    assert_eq!(http.delete("/v1/users/ana").send().await.status, 405);
    assert_eq!(http.get("/v1/nothing").send().await.status, 404);
}

#[tokio::test]
async fn counts_of_others_do_not_move_when_a_profile_changes() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    world.member("ben").await;
    world.follow("ben", "ana").await;
    let answer = http
        .patch("/v1/me")
        .token(&ana.token)
        .json(json!({"bio": "new"}))
        .send()
        .await;
    assert_eq!(answer.json()["counts"]["followers"], 1);
    world.advance(SignedDuration::from_mins(30));
    let id = UserId::parse("ana").unwrap();
    assert_eq!(
        world.store().profile(&id).await.unwrap().unwrap().followers,
        1
    );
}

#[tokio::test]
async fn the_sample_event_joins() {
    let (world, _) = world().await;
    let event = include_str!("../../../events/onboarding-join.json");
    let event = event.replace("TOKEN", &world.token("ana", &[]));
    let request: lambda_http::Request = lambda_http::request::from_str(&event).unwrap();
    let Ok(response) = router(App::new(&world.context())).oneshot(request).await;
    assert_eq!(response.status(), 201);
    let id = UserId::parse("ana").unwrap();
    assert!(world.store().profile(&id).await.unwrap().is_some());
}
