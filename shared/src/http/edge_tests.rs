//! The edge as a client sees it.

use axum::{
    Json,
    body::Body,
    routing::{get, post},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    http::{
        MaybeViewer, Path, Prime, Viewer,
        body::tests::read_json,
        edge::*,
        verifier::tests::{ISSUER_KEY, config, user},
    },
    runtime::Clock,
};

fn router() -> Router {
    let verifier = Verifier::new(&config(&ISSUER_KEY.jwks()), Clock::system());
    let routes = Router::new()
        .route(
            "/open",
            get(async |MaybeViewer(viewer): MaybeViewer| {
                Json(json!({"viewer": viewer.map(|viewer| viewer.id)}))
            }),
        )
        .route(
            "/mine",
            get(async |viewer: Viewer| Json(json!({"viewer": viewer.id}))),
        )
        .route(
            "/posts",
            post(async |Prime(_): Prime| http::StatusCode::CREATED),
        )
        .route(
            "/numbers/{number}",
            get(async |Path(number): Path<u8>| Json(number)),
        )
        .route(
            "/public",
            get(async || ([("cache-control", "public, max-age=60")], Json(1))),
        )
        .route(
            "/long",
            get(async || Json("long ".repeat(1_000))).patch(async || Json("long ".repeat(1_000))),
        )
        .route(
            "/panics",
            get(async || -> Json<Value> { panic!("told to") }),
        )
        .route("/hangs", get(std::future::pending::<Json<Value>>));
    let edge = Edge {
        verifier,
        clock: Clock::system(),
        patience: deadline::REQUEST,
    };
    around(routes, edge)
}

async fn call(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn read(path: &str, token: Option<&str>) -> Response {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = bearer
        .iter()
        .map(|bearer| ("authorization", bearer.as_str()))
        .collect();
    call("GET", path, &headers).await
}

async fn code(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    (status, read_json(response).await["type"].clone())
}

#[tokio::test]
async fn a_viewer_is_who_the_token_names() {
    let ana = ISSUER_KEY.token("ana", &[]);
    assert_eq!(
        read_json(read("/mine", Some(&ana)).await).await,
        json!({"viewer": user("ana")})
    );
    assert_eq!(
        read_json(read("/open", Some(&ana)).await).await,
        json!({"viewer": user("ana")})
    );
    assert_eq!(
        read_json(read("/open", None).await).await,
        json!({"viewer": null})
    );
    let lower = [("authorization", &*format!("bearer {ana}"))];
    assert_eq!(call("GET", "/mine", &lower).await.status(), 200);
}

#[tokio::test]
async fn a_bad_token_is_401_everywhere_and_none_only_where_one_is_needed() {
    let unauthenticated = (401, json!("/problems/unauthenticated"));
    let none = read("/mine", None).await;
    assert_eq!(none.headers()["www-authenticate"], "Bearer");
    assert_eq!(code(none).await, unauthenticated);
    for path in ["/mine", "/open", "/public", "/nowhere"] {
        assert_eq!(
            code(read(path, Some("bad")).await).await,
            unauthenticated,
            "{path}"
        );
    }
    let ana = format!("Bearer {}", ISSUER_KEY.token("ana", &[]));
    for headers in [
        &[("authorization", "")][..],
        &[("authorization", "Bearer")],
        &[("authorization", "Basic YTpi")],
        &[("authorization", &ana), ("authorization", &ana)],
    ] {
        let response = call("GET", "/open", headers).await;
        assert_eq!(
            response.headers()["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
        assert_eq!(code(response).await, unauthenticated, "{headers:?}");
    }
}

#[tokio::test]
async fn who_is_not_prime_is_refused_after_who_is_not_signed_in() {
    let post = async |groups: Option<&[&str]>| {
        let bearer = groups.map(|groups| format!("Bearer {}", ISSUER_KEY.token("ana", groups)));
        let headers: Vec<_> = bearer
            .iter()
            .map(|bearer| ("authorization", &**bearer))
            .collect();
        call("POST", "/posts", &headers).await
    };
    assert_eq!(code(post(None).await).await.0, 401);
    assert_eq!(
        code(post(Some(&[])).await).await,
        (403, json!("/problems/prime-required"))
    );
    assert_eq!(post(Some(&["prime"])).await.status(), 201);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    assert_eq!(
        code(read("/nowhere", None).await).await,
        (404, json!("/problems/not-found"))
    );
    assert_eq!(
        code(read("/numbers/x", None).await).await,
        (404, json!("/problems/not-found"))
    );
    assert_eq!(code(read("/numbers/%ff", None).await).await.0, 404);
    assert_eq!(read("/numbers/7", None).await.status(), 200);
    let wrong = call("DELETE", "/open", &[]).await;
    assert_eq!(wrong.headers()["allow"], "GET,HEAD");
    assert_eq!(
        code(wrong).await,
        (405, json!("/problems/method-not-allowed"))
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_a_500_that_says_nothing() {
    let response = read("/panics", None).await;
    assert_eq!(response.status(), 500);
    let body = read_json(response).await;
    assert_eq!(body["type"], "/problems/internal");
    assert!(!body.to_string().contains("told to"));
}

#[tokio::test]
async fn personalised_answers_are_private_and_writes_are_not_stored() {
    let ana = ISSUER_KEY.token("ana", &["prime"]);
    let cache = async |response: Response| response.headers()["cache-control"].clone();
    let personal = read("/open", Some(&ana)).await;
    assert_eq!(personal.headers()["vary"], "Authorization, Accept-Encoding");
    assert_eq!(cache(personal).await, "private, no-cache");
    assert_eq!(cache(read("/open", None).await).await, "no-cache");
    assert_eq!(
        cache(read("/public", None).await).await,
        "public, max-age=60"
    );
    let bearer = format!("Bearer {ana}");
    let written = call("POST", "/posts", &[("authorization", &bearer)]).await;
    assert_eq!(cache(written).await, "no-store");
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_that_nothing_changed() {
    let first = read("/public", None).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let again = call("GET", "/public", &[("if-none-match", &known)]).await;
        assert_eq!(again.status(), 304, "{known}");
        assert_eq!(again.headers()["etag"], tag.as_str());
        assert_eq!(again.headers()["cache-control"], "public, max-age=60");
        assert!(!again.headers().contains_key("content-type"));
    }
    assert_eq!(
        call("GET", "/public", &[("if-none-match", "\"x\"")])
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn tags_on_several_lines_are_one_list() {
    let tag = read("/public", None).await.headers()["etag"].clone();
    let tag = tag.to_str().unwrap();
    let lines = [("if-none-match", "\"x\""), ("if-none-match", tag)];
    assert_eq!(call("GET", "/public", &lines).await.status(), 304);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let got = read("/long", None).await;
    let head = call("HEAD", "/long", &[]).await;
    assert_eq!(
        (head.status(), got.status()),
        (200.try_into().unwrap(), head.status())
    );
    for header in ["etag", "content-type", "cache-control", "vary"] {
        assert_eq!(head.headers()[header], got.headers()[header], "{header}");
    }
    let length: usize = head.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let [got, head] = [got, head].map(|answer| axum::body::to_bytes(answer.into_body(), 1 << 20));
    assert_eq!(
        (got.await.unwrap().len(), head.await.unwrap().len()),
        (length, 0)
    );
    assert_eq!(call("HEAD", "/nowhere", &[]).await.status(), 404);
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_accepts_it_under_a_tag_of_their_own() {
    let plain = read("/long", None).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    let plain_tag = plain.headers()["etag"].to_str().unwrap().to_owned();
    let gzip = [("accept-encoding", "br, gzip")];
    let zipped = call("GET", "/long", &gzip).await;
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    let tag = zipped.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(tag, plain_tag);
    assert!(!tag.starts_with("W/"), "{tag} is for If-Match, too");
    let bytes = axum::body::to_bytes(zipped.into_body(), usize::MAX)
        .await
        .unwrap();
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
    std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
    assert_eq!(text, format!("{:?}", "long ".repeat(1_000)));

    for known in [&plain_tag, &tag] {
        let again = [gzip[0], ("if-none-match", known.as_str())];
        let again = call("GET", "/long", &again).await;
        assert_eq!(
            (
                again.status().as_u16(),
                again.headers()["etag"].to_str().unwrap()
            ),
            (304, known.as_str())
        );
    }
    assert!(
        !call("GET", "/open", &gzip)
            .await
            .headers()
            .contains_key("content-encoding")
    );
    let changed = call("PATCH", "/long", &[]).await;
    assert_eq!(
        changed.headers()["etag"],
        plain_tag.as_str(),
        "what a GET would say"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_answered_in_time_is_told_to_come_again() {
    let began = tokio::time::Instant::now();
    let response = read("/hangs", None).await;
    assert_eq!(began.elapsed().as_secs(), deadline::REQUEST.as_secs());
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(read_json(response).await["code"], "unavailable");
}
