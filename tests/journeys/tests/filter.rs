//! What the store does not want written is refused everywhere, soon after an admin has said so.

use reqwest::Method;
use serde_json::json;

use crate::{places::everywhere, spark::Spark};

everywhere!(what_an_admin_lists_is_refused_within_seconds);

/// Functions read the filter again after ten seconds.
const SOON: u32 = 11;

pub async fn what_an_admin_lists_is_refused_within_seconds(spark: &Spark) {
    let ana = spark.member(&spark.name("ana")).await;
    let post = spark.story(&ana, "Fine").await;
    // A word of this journey's own: others share the system.
    let word = spark.name("unwanted");
    let text = format!("How {word}!");
    let root = spark.token(&spark.name("root"), &["admin"]).await;
    let set = async |refuse: &[&str]| {
        let lists = json!({"refuse": refuse, "hold": []});
        let put = spark.call(Method::PUT, "/v1/admin/filter");
        let put = put.bearer_auth(&root).json(&lists);
        spark.send(put).await.expect(204);
        spark.let_seconds_pass(SOON).await;
    };
    set(&[&word]).await;
    let story = json!({"kind": "story", "text": text});
    let comments = format!("/v1/posts/{post}/comments");
    let comment = json!({"text": text});
    for (path, body) in [("/v1/posts", &story), (&*comments, &comment)] {
        let refused = spark.post(path, &ana, body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/text", "{path}");
    }
    let bio = || {
        let patch = spark.call(Method::PATCH, "/v1/me").bearer_auth(&ana);
        spark.send(patch.json(&json!({"bio": text})))
    };
    let refused = bio().await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/bio");
    let nobody = spark
        .call(Method::PUT, "/v1/admin/filter")
        .bearer_auth(&ana);
    let nobody = spark.send(nobody.json(&json!({}))).await;
    assert_eq!(nobody.problem(), "admin-required");
    set(&[]).await;
    bio().await.expect(200);
    spark.post("/v1/posts", &ana, &story).await.expect(201);
}
