//! What can be seen in the local cloud alone: where the clock can be turned, and what a refusal leaves
//! in table and bucket.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use crate::{
    main_job, refusals, roles,
    spark::{LocalSpark, PHOTO},
};

#[tokio::test]
async fn a_cursor_of_yesterday_is_refused() {
    let spark = LocalSpark::start().await;
    let (reader, author) = (spark.member("reader").await, spark.member("ana").await);
    for number in 0..8 {
        spark.story(&author, &format!("Story {number}")).await;
    }
    let page = spark.get("/v1/feed?limit=5", &reader).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = format!("/v1/feed?limit=5&cursor={cursor}");
    let rest = spark.get(&next, &reader).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);

    spark.let_pass(SignedDuration::from_hours(25)).await;
    let reader = spark.token("reader", &["prime"]).await;
    let answer = spark.get(&next, &reader).await;
    assert_eq!(answer.problem(), "cursor-expired");
    answer.expect(400);
}

#[tokio::test]
async fn a_token_is_refused_once_it_has_expired_also_on_a_public_read() {
    let spark = LocalSpark::start().await;
    let good = spark.member("ana").await;
    let public = format!("/v1/posts/{}", spark.story(&good, "For all").await);
    let body = json!({"sub": "ana", "groups": ["prime"], "expires_in": 3_600});
    let short = spark.call(Method::POST, "/local/token").json(&body);
    let short = spark.send(short).await.expect(200);
    let short = short["token"].as_str().unwrap();
    spark.get("/v1/feed", short).await.expect(200);
    spark.let_pass(SignedDuration::from_hours(2)).await;
    for path in ["/v1/feed", public.as_str()] {
        spark.get(path, short).await.expect(401);
        spark.get(path, &good).await.expect(200);
    }
}

#[tokio::test]
async fn the_issuer_gives_tokens_that_must_be_refused_and_each_is_everywhere() {
    let spark = LocalSpark::start().await;
    let good = spark.member("ana").await;
    let public = format!("/v1/posts/{}", spark.story(&good, "For all").await);
    for odd in [
        json!({"iss": "https://issuer.example"}),
        json!({"aud": "another"}),
        json!({"expires_in": -1}),
        json!({"expires_in": 0}),
    ] {
        let mut body = json!({"sub": "ana", "groups": ["prime"]});
        body.as_object_mut()
            .unwrap()
            .extend(odd.as_object().unwrap().clone());
        let asked = spark.call(Method::POST, "/local/token").json(&body);
        let token = spark.send(asked).await.expect(200);
        let token = token["token"].as_str().unwrap();
        for path in ["/v1/feed", public.as_str()] {
            spark.get(path, token).await.expect(401);
            spark.get(path, &good).await.expect(200);
        }
    }
}

#[tokio::test]
async fn what_the_issuer_or_the_clock_cannot_read_is_named() {
    let spark = LocalSpark::start().await;
    for (path, body, wrong) in [
        ("token", json!({}), vec!["/sub"]),
        (
            "token",
            json!({"sub": 7, "groups": "prime"}),
            vec!["/groups", "/sub"],
        ),
        (
            "token",
            json!({"sub": "ana", "iss": 1, "aud": []}),
            vec!["/aud", "/iss"],
        ),
        (
            "token",
            json!({"sub": "ana", "expires_in": "1h"}),
            vec!["/expires_in"],
        ),
        (
            "token",
            json!({"sub": "ana", "expires_in": i64::MIN}),
            vec!["/expires_in"],
        ),
        ("token", json!(["ana"]), vec![""]),
        ("clock", json!({}), vec!["/advance"]),
        ("clock", json!({"advance": "soon"}), vec!["/advance"]),
    ] {
        let asked = spark
            .call(Method::POST, &format!("/local/{path}"))
            .json(&body);
        let refused = spark.send(asked).await.expect(422);
        let fields = refused["errors"].as_array().unwrap().iter();
        let mut named: Vec<_> = fields
            .map(|field| field["pointer"].as_str().unwrap())
            .collect();
        named.sort_unstable();
        assert_eq!(named, wrong, "{body}");
    }
    for path in ["/local/token", "/local/clock"] {
        let asked = spark.call(Method::POST, path).body("sub=ana");
        spark.send(asked).await.expect(400);
    }
}

#[tokio::test]
async fn who_is_refused_to_join_leaves_nothing_in_the_table() {
    let spark = LocalSpark::start().await;
    let token = spark.token("ana", &["prime"]).await;
    let body =
        json!({"display_name": " ", "handle": "not a handle", "interests": [], "notify": {}});
    spark.post("/v1/me", &token, &body).await.expect(422);
    let written = |cloud: &local::Cloud| cloud.plane().tables().records_after(None, 1).unwrap();
    assert!(written(&spark.cloud).is_empty());
    spark.member("ben").await;
    assert!(!written(&spark.cloud).is_empty());
}

#[tokio::test]
async fn an_upload_that_is_refused_is_not_stored() {
    let spark = LocalSpark::start().await;
    let ana = spark.member("ana").await;
    let (_, ticket) = spark.ticket(&ana, PHOTO).await;
    let context = spark.cloud.context();
    let stored = async || {
        let list = context
            .s3()
            .list_objects_v2()
            .bucket(context.config.bucket());
        list.send().await.unwrap().key_count.unwrap_or_default()
    };
    assert!(spark.upload(&ticket, &PHOTO[1..]).await.is_client_error());
    assert_eq!(stored().await, 0);
    assert!(spark.upload(&ticket, PHOTO).await.is_success());
    assert_eq!(stored().await, 1);
    spark.settle().await;
}

#[tokio::test]
async fn a_role_allows_what_its_function_does_on_the_table() {
    let spark = LocalSpark::start().await;
    main_job::a_photo_with_a_hotspot_reaches_a_follower_and_is_smiled_at(&spark.again()).await;
    main_job::a_body_that_is_not_what_its_ticket_says_is_refused(&spark.again()).await;
    refusals::posting_needs_prime_and_deleting_needs_the_author(&spark.again()).await;
    let needed = spark.cloud.status().await.unwrap().actions;
    assert!(needed.len() >= 5, "{needed:?}");
    for (function, actions) in needed {
        let granted = roles::granted(&function);
        let beside: Vec<_> = actions.difference(&granted).collect();
        assert!(beside.is_empty(), "{function} may not {beside:?}");
    }
}
