//! What every client may count on, on every route: the description is walked, and the API asked.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    places::everywhere,
    spark::{LocalSpark, Spark},
};

const DESCRIPTION: &str = include_str!("../../../functions/pages/openapi.json");

everywhere!(a_page_that_says_the_same_is_not_sent_again);

/// The operations of the API, by path.
fn paths() -> BTreeMap<String, Map<String, Value>> {
    let api: Value = serde_json::from_str(DESCRIPTION).unwrap();
    let paths = api["paths"].as_object().unwrap().iter();
    let of_the_api = paths.filter(|(path, _)| path.starts_with("/v1/"));
    of_the_api
        .map(|(path, operations)| (path.clone(), operations.as_object().unwrap().clone()))
        .collect()
}

#[tokio::test]
async fn a_path_of_the_api_refuses_other_methods_and_says_which_it_takes() {
    let spark = Spark::local_cloud().await;
    for (path, operations) in paths() {
        let address = path.replace(['{', '}'], "x");
        let taken: Vec<_> = operations
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        for method in [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            if taken.contains(&method.to_string()) {
                continue;
            }
            let answer = spark.send(spark.call(method.clone(), &address)).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let allow = answer.headers["allow"].to_str().unwrap().split(',');
            let allow: Vec<_> = allow.map(str::to_owned).collect();
            assert_eq!(allow, taken, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_patch_refuses_every_field_of_its_answer_that_it_does_not_take() {
    let api: Value = serde_json::from_str(DESCRIPTION).unwrap();
    let resolved = |schema: &Value| {
        let reference = schema["$ref"].as_str().unwrap().trim_start_matches('#');
        let schema = api.pointer(reference).unwrap();
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let parts = parts
            .chain([schema])
            .map(|part| match part["$ref"].as_str() {
                Some(reference) => api.pointer(reference.trim_start_matches('#')).unwrap(),
                None => part,
            });
        let fields = parts.filter_map(|part| part["properties"].as_object());
        fields
            .flat_map(|fields| fields.keys().cloned())
            .collect::<Vec<_>>()
    };
    let spark = Spark::local_cloud().await;
    let name = spark.name("ana");
    let ana = spark.member(&name).await;
    // A storefront is an influencer's.
    let admin = spark.token(&spark.name("root"), &["admin"]).await;
    let approved = json!({"programme": "influencer", "decision": "approved", "reason": "Known."});
    let decision = format!("/v1/admin/influencers/{name}/decision");
    let decision = spark.call(Method::PUT, &decision).bearer_auth(&admin);
    spark.send(decision.json(&approved)).await.expect(200);
    let post = spark.story(&ana, "First").await;
    let list = json!({"name": "Gifts", "visibility": "private"});
    let list = spark.post("/v1/lists", &ana, &list).await.expect(201);
    let list = list["id"].as_str().unwrap().to_owned();
    let mut asked = 0;
    for (path, operations) in paths() {
        let Some(patch) = operations.get("patch") else {
            continue;
        };
        let taken = &patch["requestBody"]["content"]["application/merge-patch+json"]["schema"];
        let told = &patch["responses"]["200"]["content"]["application/json"]["schema"];
        let (taken, mut fixed) = (resolved(taken), resolved(told));
        fixed.retain(|field| !taken.contains(field));
        assert!(!fixed.is_empty(), "{path}");
        let body: Map<_, _> = fixed
            .iter()
            .map(|field| (field.clone(), Value::Null))
            .collect();
        let address = path
            .replace("{post_id}", &post)
            .replace("{list_id}", &list)
            .replace("{handle}", &name);
        assert!(!address.contains('{'), "{path} is not known here");
        let request = spark
            .call(Method::PATCH, &address)
            .bearer_auth(&ana)
            .json(&body);
        let problem = spark.send(request).await.expect(422);
        let errors = problem["errors"].as_array().unwrap().iter();
        let mut named: Vec<_> = errors
            .map(|error| error["pointer"].as_str().unwrap()[1..].to_owned())
            .collect();
        named.sort();
        fixed.sort();
        assert_eq!(named, fixed, "{path}");
        asked += 1;
    }
    assert!(asked >= 2, "{asked}");
}

pub async fn a_page_that_says_the_same_is_not_sent_again(spark: &Spark) {
    let name = spark.name("ana");
    let (author, reader) = (
        spark.member(&name).await,
        spark.member(&spark.name("ben")).await,
    );
    spark
        .put(&format!("/v1/users/{name}/follow"), &reader)
        .await
        .expect(204);
    for number in 0..3 {
        spark.story(&author, &format!("Story {number}")).await;
    }
    spark.shown("/v1/feed", &reader, 3).await;
    let path = format!("/v1/users/{name}/posts?limit=2");
    for path in ["/v1/feed?limit=2", &path] {
        let first = spark.get(path, &reader).await;
        assert_eq!(
            first.headers["cache-control"], "private, no-cache",
            "{path}"
        );
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let ask = spark.call(Method::GET, path).bearer_auth(&reader);
        let again = spark.send(ask.header("if-none-match", &tag)).await;
        assert_eq!(again.status, 304, "{path}");
        assert_eq!(again.headers["etag"], tag.as_str());
        assert!(first.expect(200)["next_cursor"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn an_answer_is_sent_again_before_the_cursor_in_it_ends() {
    let spark = LocalSpark::start().await;
    let ana = spark.member("ana").await;
    for number in 0..3 {
        spark.story(&ana, &format!("Story {number}")).await;
    }
    let path = "/v1/users/ana/posts?limit=2";
    let first = spark.get(path, &ana).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let mut hours = 0;
    while spark
        .send(
            spark
                .call(Method::GET, path)
                .header("if-none-match", &tag)
                .bearer_auth(&ana),
        )
        .await
        .status
        == 304
    {
        hours += 1;
        assert!(hours < 24, "the cursor has ended");
        spark.let_pass(SignedDuration::from_hours(1)).await;
    }
    let cursor = first.expect(200)["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let next = spark
        .get(&format!("{path}&cursor={cursor}"), &ana)
        .await
        .expect(200);
    assert_eq!(next["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_answer_tells_what_an_issuer_calls_somebody() {
    let spark = LocalSpark::start().await;
    let sub = "auth0|7/b";
    let token = spark.token(sub, &["prime"]).await;
    let mut joining =
        json!({"display_name": "Ana", "handle": "ana", "notify": {"posts": true, "replies": true}});
    joining["interests"] = json!(crate::spark::topics(5));
    spark.post("/v1/me", &token, &joining).await.expect(201);
    let post = spark.story(&token, "First").await;
    spark.settle().await;
    let ben = spark.member("ben").await;
    spark
        .put(&format!("/v1/posts/{post}/smile"), &ben)
        .await
        .expect(204);
    for path in [
        "/v1/me".to_owned(),
        "/v1/users/ana".to_owned(),
        "/v1/users/ana/posts".to_owned(),
        format!("/v1/posts/{post}"),
        "/v1/feed".to_owned(),
        "/v1/people/suggested".to_owned(),
    ] {
        for reader in [&token, &ben] {
            let body = spark.get(&path, reader).await.expect(200).to_string();
            assert!(!body.contains(sub), "{path}: {body}");
        }
    }
}

#[tokio::test]
async fn a_browser_may_send_and_read_every_header_of_the_api() {
    let spark = Spark::local_cloud().await;
    let asked = "authorization,content-type,idempotency-key,if-match,if-none-match,traceparent,tracestate,baggage";
    let preflight = spark
        .call(Method::OPTIONS, "/v1/posts")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", asked);
    let allowed = spark.send(preflight).await;
    let allowed = allowed.headers["access-control-allow-headers"]
        .to_str()
        .unwrap()
        .to_lowercase();
    let allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
    for header in asked.split(',') {
        assert!(
            allowed.contains(&header),
            "{header} is not among {allowed:?}"
        );
    }
    let read = spark
        .call(Method::GET, "/v1/feed")
        .header("origin", "https://shop.example");
    let read = spark.send(read).await;
    let exposed = read.headers["access-control-expose-headers"]
        .to_str()
        .unwrap()
        .to_lowercase();
    for header in ["etag", "location", "retry-after", "www-authenticate"] {
        assert!(exposed.contains(header), "{header} is not among {exposed}");
    }
}
