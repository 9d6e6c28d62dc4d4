//! A review's way from the store to its writer's followers.

use serde_json::{Value, json};

use crate::{places::everywhere, spark::Spark};

everywhere!(a_review_from_the_store_is_shared_once_and_stays_as_the_store_tells_it);

/// One line of the store's reviews, in a file of its own.
async fn drop_review(spark: &Spark, line: &Value) {
    let key = format!("reviews/{}.jsonl", spark.name("told"));
    let lines = format!("{line}\n");
    spark
        .drop_file(&key, "application/jsonl", lines.as_bytes())
        .await;
}

pub async fn a_review_from_the_store_is_shared_once_and_stays_as_the_store_tells_it(spark: &Spark) {
    let (product, review) = (spark.name("pan"), spark.name("review"));
    let feed = format!(
        "id\ttitle\tlink\tavailability\tprice\n{product}\tA pan\thttps://store.test/{product}\tin_stock\t49.00 USD\n"
    );
    let key = format!("catalogue/{product}.tsv");
    spark
        .drop_file(&key, "text/tab-separated-values", feed.as_bytes())
        .await;
    let ana = spark.member(&spark.name("ana")).await;
    let page = format!("/v1/products/{product}");
    spark.shows(&page, &ana, |card| card["id"] == product).await;

    let mut told = json!({
        "review_id": review,
        "customer": Spark::subject(&ana),
        "product_id": product,
        "rating": 4,
        "title": "Even heat",
        "body": "Nothing sticks, also after a year.",
        "written_at": "2026-03-14T07:12:00Z",
    });
    drop_review(spark, &told).await;
    let mine = "/v1/me/reviews";
    let page_of_mine = spark
        .shows(mine, &ana, |page| page["items"][0]["id"] == review)
        .await;
    assert_eq!(page_of_mine["items"][0]["rating"], 4);

    let body = json!({"kind": "review", "review_id": review});
    let post = spark.post("/v1/posts", &ana, &body).await.expect(201);
    assert_eq!(post["review"]["title"], "Even heat");
    assert_eq!(post["review"]["product"]["id"], product);
    assert_eq!(spark.post("/v1/posts", &ana, &body).await.status, 409);

    told["rating"] = json!(2);
    told["written_at"] = json!("2026-04-01T10:00:00Z");
    drop_review(spark, &told).await;
    let card = spark.shows(&page, &ana, |card| card["rating"] == 2.0).await;
    assert_eq!(card["review_count"], 1);
    let listed = spark.get(mine, &ana).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["shared_as"], post["id"]);
}
