//! What is changed or deleted is so wherever it is read.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    places::everywhere,
    spark::{Spark, ids},
};

everywhere!(
    an_edited_question_moves_to_the_walls_that_it_names_now,
    a_deleted_poll_is_gone_from_feed_wall_and_list_also_with_an_old_cursor,
);

async fn publish(spark: &Spark, author: &str, body: &Value) -> String {
    let post = spark.post("/v1/posts", author, body).await.expect(201);
    post["id"].as_str().unwrap().to_owned()
}

pub async fn an_edited_question_moves_to_the_walls_that_it_names_now(spark: &Spark) {
    let ana = spark.member(&spark.name("ana")).await;
    let (tea, cats) = ("/v1/topics/tea/posts", "/v1/topics/cats/posts");
    let body = json!({"kind": "question", "text": "Which #tea goes with this?"});
    let post = publish(spark, &ana, &body).await;
    assert_eq!(ids(&spark.shown(tea, &ana, 1).await), [&post]);
    let edit = json!({"text": "Which #cats go with this?", "topics": null});
    let path = format!("/v1/posts/{post}");
    for _ in 0..2 {
        let patch = spark.call(Method::PATCH, &path).bearer_auth(&ana);
        let edited = spark.send(patch.json(&edit)).await.expect(200);
        assert_eq!(edited["topics"], json!(["cats"]));
        assert!(edited["edited_at"].is_string());
        assert_eq!(ids(&spark.shown(cats, &ana, 1).await), [&post]);
        assert!(spark.shown(tea, &ana, 0).await.is_empty());
    }
}

pub async fn a_deleted_poll_is_gone_from_feed_wall_and_list_also_with_an_old_cursor(spark: &Spark) {
    let name = spark.name("ana");
    let ana = spark.member(&name).await;
    let reader = spark.member(&spark.name("reader")).await;
    let follow = format!("/v1/users/{name}/follow");
    spark.put(&follow, &reader).await.expect(204);
    let poll = json!({"question": "Which?", "options": [{"text": "This"}, {"text": "That"}]});
    let poll = json!({"kind": "poll", "topics": ["cats"], "poll": poll});
    let older = publish(spark, &ana, &poll).await;
    publish(spark, &ana, &poll).await;
    let list = format!("/v1/users/{name}/posts");
    let wall = "/v1/topics/cats/posts?kind=poll";
    spark.shown("/v1/feed", &reader, 2).await;
    spark.shown(wall, &reader, 2).await;

    let mut rest = Vec::new();
    for path in ["/v1/feed?limit=1", &format!("{list}?limit=1")] {
        let first = spark.get(path, &reader).await.expect(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let all = path.replace("limit=1", "limit=100");
        rest.push(format!("{all}&cursor={cursor}"));
    }
    let holds = |page: &Value| page.to_string().contains(&older);
    for path in &rest {
        assert!(holds(&spark.get(path, &reader).await.expect(200)), "{path}");
    }
    let path = format!("/v1/posts/{older}");
    spark.delete(&path, &ana).await.expect(204);
    spark.get(&path, &reader).await.expect(404);
    for path in rest
        .iter()
        .map(String::as_str)
        .chain(["/v1/feed", wall, &list])
    {
        assert!(
            !holds(&spark.get(path, &reader).await.expect(200)),
            "{path}"
        );
    }
}
