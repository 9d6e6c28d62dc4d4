//! What must be refused is, with the whole of the reason, and nothing is written.

use reqwest::Method;
use serde_json::json;

use crate::{
    places::everywhere,
    spark::{Spark, joining, topics},
};

everywhere!(
    every_bad_field_of_joining_is_named_at_once,
    posting_needs_prime_and_deleting_needs_the_author,
    no_token_and_every_bad_one_is_refused_also_on_a_public_read,
    what_no_route_takes_is_a_404_in_json_for_whoever_asks_for_that,
);

pub async fn every_bad_field_of_joining_is_named_at_once(spark: &Spark) {
    let name = spark.name("ana");
    let token = spark.token(&name, &["prime"]).await;
    let mut interests: Vec<_> = topics(3);
    interests.push("no-such-interest");
    let body = json!({
        "display_name": " ", "handle": "not a handle", "interests": interests, "notify": {},
    });
    let answer = spark.post("/v1/me", &token, &body).await;
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.problem(), "invalid-fields");
    let problem = answer.expect(422);
    let errors = problem["errors"].as_array().unwrap();
    for pointer in ["/display_name", "/handle", "/interests", "/interests/3"] {
        let named = errors.iter().find(|error| error["pointer"] == pointer);
        assert!(named.is_some(), "{pointer} is not named in {errors:?}");
    }
    let unknown = errors
        .iter()
        .find(|error| error["pointer"] == "/interests/3");
    let detail = unknown.unwrap()["detail"].as_str().unwrap();
    assert!(detail.contains("no-such-interest"), "{detail}");
    spark.get("/v1/me", &token).await.expect(404);

    spark
        .post("/v1/me", &token, &joining(&name))
        .await
        .expect(201);
    let other = spark.token(&spark.name("ben"), &[]).await;
    let shouted = joining(&name.to_uppercase());
    let taken = spark.post("/v1/me", &other, &shouted).await;
    assert_eq!(taken.problem(), "handle-taken");
    taken.expect(409);
    let again = joining(&spark.name("ana2"));
    let again = spark.post("/v1/me", &token, &again).await;
    assert_eq!(again.problem(), "already-joined");
    again.expect(409);
}

pub async fn posting_needs_prime_and_deleting_needs_the_author(spark: &Spark) {
    let ana = spark.member(&spark.name("ana")).await;
    let id = spark.story(&ana, "Mine").await;
    let ben = spark.name("ben");
    let plain = spark.token(&ben, &[]).await;
    spark
        .post("/v1/me", &plain, &joining(&ben))
        .await
        .expect(201);
    let story = json!({"kind": "story", "text": "Hello"});
    let answer = spark.post("/v1/posts", &plain, &story).await;
    assert_eq!(answer.problem(), "prime-required");
    answer.expect(403);
    let answer = spark.put(&format!("/v1/posts/{id}/smile"), &plain).await;
    assert_eq!(answer.problem(), "prime-required");

    let cleo = spark.member(&spark.name("cleo")).await;
    let path = format!("/v1/posts/{id}");
    let answer = spark.delete(&path, &cleo).await;
    assert_eq!(answer.problem(), "not-owner");
    answer.expect(403);
    spark.get(&path, &cleo).await.expect(200);
    let stranger = spark.token(&spark.name("dan"), &["prime"]).await;
    let answer = spark.post("/v1/posts", &stranger, &story).await;
    assert_eq!(answer.problem(), "not-joined");
    answer.expect(403);
}

pub async fn no_token_and_every_bad_one_is_refused_also_on_a_public_read(spark: &Spark) {
    let good = spark.member(&spark.name("ana")).await;
    let id = spark.story(&good, "For all").await;
    let public = format!("/v1/posts/{id}");
    spark
        .send(spark.call(Method::GET, &public))
        .await
        .expect(200);
    spark
        .send(spark.call(Method::GET, "/v1/feed"))
        .await
        .expect(401);
    let post = spark.call(Method::POST, "/v1/posts").json(&json!({}));
    spark.send(post).await.expect(401);

    let [header, claims, signature] =
        <[&str; 3]>::try_from(good.split('.').collect::<Vec<_>>()).unwrap();
    let other = spark.token(&spark.name("ben"), &["prime"]).await;
    let changed = other.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let bad = [
        format!("{header}.{changed}.{signature}"),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!(
            "{header}.{claims}.{}",
            signature.chars().rev().collect::<String>()
        ),
        "nonsense".to_owned(),
    ];
    for token in &bad {
        for path in ["/v1/feed", "/v1/me", public.as_str()] {
            let answer = spark.get(path, token).await;
            assert_eq!(answer.status, 401, "{path} with {token}");
        }
    }
}

pub async fn what_no_route_takes_is_a_404_in_json_for_whoever_asks_for_that(spark: &Spark) {
    let asked = spark.call(Method::GET, "/v2/nothing");
    let answer = spark.send(asked.header("accept", "application/json")).await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.is_object(), "{}", answer.body);
}
