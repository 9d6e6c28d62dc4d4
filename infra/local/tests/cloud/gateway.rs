//! What the cloud answers over HTTP.

use data_plane::Template;
use local::{Cloud, Contexts, Functions, Kept, Options};
use serde_json::{Value, json};

use crate::diary::{call, ephemeral, token, upload};

#[tokio::test]
async fn the_gateway_answers_by_itself_what_no_function_may_see() {
    let (cloud, _) = ephemeral().await;
    let no_route = call(&cloud, "GET", "/v2/things/1", None).await;
    assert_eq!(no_route, (404, r#"{"message":"Not Found"}"#.to_owned()));
    let signed_out = call(&cloud, "PUT", "/v1/things/1", None).await;
    assert_eq!(
        signed_out,
        (401, r#"{"message":"Unauthorized"}"#.to_owned())
    );
    let token = token(&cloud, json!({"sub": "ana", "groups": ["prime"]})).await;
    let (status, text) = call(&cloud, "PUT", "/v1/things/1?a=b", Some(&token)).await;
    assert_eq!((status, text.as_str()), (200, "PUT 1 a=b 0"));
    assert_eq!(call(&cloud, "GET", "/v1/things/1", None).await.0, 200);
    let body = reqwest::Client::new()
        .put(format!("{}/v1/things/1", cloud.url()))
        .bearer_auth(&token)
        .body(vec![0; 10 * 1024 * 1024 + 1]);
    assert_eq!(body.send().await.unwrap().status(), 413);
    assert_eq!(call(&cloud, "GET", "/v1/things/panic", None).await.0, 500);
    assert_eq!(call(&cloud, "GET", "/v1/things/hang", None).await.0, 503);
}

#[tokio::test]
async fn a_token_ends_by_the_clouds_clock() {
    let (cloud, _) = ephemeral().await;
    let long = token(&cloud, json!({"sub": "ana"})).await;
    let short = token(&cloud, json!({"sub": "ana", "expires_in": 3600})).await;
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&short)).await.0,
        200
    );
    let url = format!("{}/local/clock", cloud.url());
    let turn = reqwest::Client::new()
        .post(url)
        .json(&json!({"advance": "24h"}));
    let now: Value = turn.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        now["now"].as_str().map(|now| now.ends_with('Z')),
        Some(true)
    );
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&short)).await.0,
        401
    );
    assert_eq!(
        call(&cloud, "PUT", "/v1/things/1", Some(&long)).await.0,
        200
    );
}

#[tokio::test]
async fn browsers_may_call_from_any_site_on_this_machine() {
    let (cloud, _) = ephemeral().await;
    let request = reqwest::Client::new()
        .request(
            http::Method::OPTIONS,
            format!("{}/v1/things/1", cloud.url()),
        )
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "PUT");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn the_cdn_serves_renditions_and_nothing_else() {
    let (cloud, _) = ephemeral().await;
    upload(&cloud, "media/ab/320.jpg").await;
    upload(&cloud, "uploads/1").await;
    let answer = reqwest::get(format!("{}/media/ab/320.jpg", cloud.url()))
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=86400");
    assert_eq!(answer.bytes().await.unwrap(), "photo");
    for path in [
        "/media/..%2Fuploads%2F1",
        "/media/%2e%2e/uploads/1",
        "/media/none",
        "/uploads/1",
    ] {
        assert_ne!(call(&cloud, "GET", path, None).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn the_capacity_that_a_function_consumes_is_counted_by_operation() {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let (give, take) = tokio::sync::oneshot::channel();
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let options = Options {
        template,
        port: 0,
        kept: Kept::Nothing,
        contention: None,
        networks: None,
    };
    let compose = move |contexts: &Contexts<'_>| {
        give.send(contexts("things")).unwrap();
        Functions::default()
    };
    let cloud = Cloud::start(options, compose).await.unwrap();
    let table = take.await.unwrap().dynamodb;
    for text in ["x".to_owned(), "x".repeat(1500)] {
        let put = table
            .put_item()
            .table_name(cloud.plane().table())
            .item("PK", S("a".to_owned()));
        put.item("SK", S("s".to_owned()))
            .item("text", S(text))
            .send()
            .await
            .unwrap();
    }
    let get = table
        .get_item()
        .table_name(cloud.plane().table())
        .key("PK", S("a".to_owned()));
    get.key("SK", S("s".to_owned())).send().await.unwrap();
    let status = reqwest::get(format!("{}/local/status", cloud.url()))
        .await
        .unwrap();
    let status: Value = status.json().await.unwrap();
    let expected = json!({"things": {
        "GetItem": {"requests": 1, "rcu": 0.5, "wcu": 0.0},
        "PutItem": {"requests": 2, "rcu": 0.0, "wcu": 3.0},
    }});
    assert_eq!(status["capacity"], expected);
}

/// Sends bytes as they are, and reads all that comes back.
async fn speak(cloud: &Cloud, said: &[u8]) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", cloud.port()))
        .await
        .unwrap();
    socket.write_all(said).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_that_breaks_off_reaches_no_function() {
    let (cloud, _) = ephemeral().await;
    let token = token(&cloud, json!({"sub": "ana"})).await;
    for (length, body) in [
        ("content-length: 100", "{\"text\": \"half"),
        ("transfer-encoding: chunked", "40\r\n{\"text\": \"half"),
        ("transfer-encoding: chunked", "5\r\nwhole\r\n"),
    ] {
        let said = format!(
            "PUT /v1/things/1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{length}\r\n\r\n{body}"
        );
        let answer = speak(&cloud, said.as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{length}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_refusal_is_read_however_long_the_body() {
    let (cloud, _) = ephemeral().await;
    let url = format!("{}/v1/things/1", cloud.url());
    for (megabytes, token, refused) in [(5, None, 401), (9, Some("bad"), 401), (30, None, 401)] {
        let put = reqwest::Client::new()
            .put(&url)
            .body(vec![b' '; megabytes << 20]);
        let put = token
            .into_iter()
            .fold(put, reqwest::RequestBuilder::bearer_auth);
        let answer = put.send().await.unwrap();
        assert_eq!(answer.status(), refused);
        let challenge = if token.is_some() {
            "Bearer error=\"invalid_token\""
        } else {
            "Bearer"
        };
        assert_eq!(answer.headers()["www-authenticate"], challenge);
    }
}

#[tokio::test]
async fn a_path_is_decoded_once_in_all_and_headers_of_one_name_are_one() {
    let (cloud, _) = ephemeral().await;
    for (path, seen) in [
        ("/v1/things/%7Ea", "~a"),
        ("/v1/things/50%25OFF", "50%OFF"),
        ("/v1/things/%2541", "%41"),
        ("/v1/things/what%3F", "what?"),
        ("/v1/things/no%231", "no#1"),
        ("/v1/things/a%20b", "a b"),
    ] {
        let (status, text) = call(&cloud, "GET", &format!("{path}?a=%26b"), None).await;
        assert_eq!(status, 200, "{path}");
        let (told, _) = text
            .split_once(" a=%26b")
            .unwrap_or_else(|| panic!("{path}: {text}"));
        assert_eq!(told, format!("GET {seen}"), "{path}");
    }
    // An escaped slash parts segments: the gateway has decoded it.
    assert_eq!(
        call(&cloud, "GET", "/v1/things/SHOE%2FRED", None).await.0,
        404
    );
    assert_eq!(call(&cloud, "GET", "/v1/things/%ff", None).await.0, 400);
}

#[tokio::test]
async fn an_answer_that_lambda_would_not_take_is_the_gateways_500() {
    let (cloud, _) = ephemeral().await;
    let long = |length: usize| format!("/v1/things/long?{length}");
    assert_eq!(call(&cloud, "GET", &long(5_000_000), None).await.0, 200);
    assert_eq!(call(&cloud, "GET", &long(7_000_000), None).await.0, 500);
}
