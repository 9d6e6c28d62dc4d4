//! The Enthusiast badge: earned by posts that others like.

use serde_json::json;

use crate::{places::everywhere, spark::Spark};

everywhere!(who_is_liked_for_five_posts_wears_the_badge,);

pub async fn who_is_liked_for_five_posts_wears_the_badge(spark: &Spark) {
    let name = spark.name("ana");
    let ana = spark.member(&name).await;
    let mut fans = Vec::new();
    for fan in [
        "ben", "cleo", "dan", "eve", "fay", "gus", "hal", "ivy", "jon", "kim",
    ] {
        fans.push(spark.member(&spark.name(fan)).await);
    }
    let profile = format!("/v1/users/{name}");
    for number in 1..=5 {
        let seen = spark.get(&profile, &ana).await.expect(200);
        assert_eq!(seen["badges"], json!([]), "before post {number}");
        // On a wall of their own: what many like stands before what other journeys look for.
        let text = format!("Story {number}");
        let body = json!({"kind": "story", "text": text, "topics": ["stationery"]});
        let post = spark.post("/v1/posts", &ana, &body).await.expect(201);
        let post = post["id"].as_str().unwrap();
        for fan in &fans {
            let smile = format!("/v1/posts/{post}/smile");
            spark.put(&smile, fan).await.expect(204);
        }
    }
    let worn = |seen: &serde_json::Value| seen["badges"] == json!(["enthusiast"]);
    spark.shows(&profile, &fans[0], worn).await;
}
