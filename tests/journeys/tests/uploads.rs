//! What becomes of photos: claimed, they stay as long as what claimed them; else they go, with
//! all that the bucket holds of them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::spark::{LocalSpark, PHOTO, Spark, topics};

/// A photo of theirs that is ready.
async fn ready(spark: &Spark, token: &str) -> Value {
    let (id, ticket) = spark.ticket(token, PHOTO).await;
    let path = format!("/v1/photos/{id}");
    let waiting = spark.get(&path, token).await.expect(200);
    assert_eq!(waiting["status"], "awaiting_upload");
    assert!(spark.upload(&ticket, PHOTO).await.is_success());
    spark.settle().await;
    let photo = spark.get(&path, token).await.expect(200);
    assert_eq!(photo["status"], "ready");
    photo
}

/// Whether a photo's renditions, all or none, are at their addresses.
async fn is_shown(spark: &Spark, photo: &Value) -> bool {
    let renditions = photo["renditions"].as_array().unwrap();
    let mut shown = Vec::new();
    for rendition in renditions {
        let url = rendition["url"].as_str().unwrap();
        shown.push(spark.status_of(url).await == 200);
    }
    assert!(shown.iter().all(|one| *one == shown[0]), "{shown:?}");
    shown[0]
}

async fn uploads(spark: &LocalSpark) -> usize {
    let context = spark.cloud.context();
    let list = context
        .s3()
        .list_objects_v2()
        .bucket(context.config.bucket());
    let listed = list.prefix("uploads/").send().await.unwrap();
    listed.contents().len()
}

#[tokio::test]
async fn an_upload_that_nothing_claims_is_gone_after_a_day_and_a_posts_stays() {
    let spark = LocalSpark::start().await;
    let ana = spark.member("ana").await;
    let (left, posted) = (ready(&spark, &ana).await, ready(&spark, &ana).await);
    let bad = &PHOTO[..PHOTO.len() / 2];
    let (rejected, ticket) = spark.ticket(&ana, bad).await;
    assert!(spark.upload(&ticket, bad).await.is_success());
    let rejected = format!("/v1/photos/{rejected}");
    spark
        .shows(&rejected, &ana, |photo| photo["status"] == "rejected")
        .await;
    let post = json!({"kind": "photo", "topics": [topics(1)[0]], "photos": [{"id": posted["id"]}]});
    spark.post("/v1/posts", &ana, &post).await.expect(201);
    assert!(is_shown(&spark, &left).await && is_shown(&spark, &posted).await);
    assert_eq!(uploads(&spark).await, 3);

    spark
        .cloud
        .advance(SignedDuration::from_hours(25))
        .await
        .unwrap();
    spark.settle().await;

    let ana = spark.token("ana", &["prime"]).await;
    let path = format!("/v1/photos/{}", left["id"].as_str().unwrap());
    spark.get(&path, &ana).await.expect(404);
    spark.get(&rejected, &ana).await.expect(404);
    assert!(!is_shown(&spark, &left).await);
    assert!(is_shown(&spark, &posted).await);
    assert_eq!(uploads(&spark).await, 1);
}

#[tokio::test]
async fn a_deleted_posts_photos_are_deleted() {
    let spark = LocalSpark::start().await;
    let ana = spark.member("ana").await;
    let photo = ready(&spark, &ana).await;
    let post = json!({"kind": "photo", "topics": [topics(1)[0]], "photos": [{"id": photo["id"]}]});
    let post = spark.post("/v1/posts", &ana, &post).await.expect(201);
    assert!(is_shown(&spark, &photo).await);

    let path = format!("/v1/posts/{}", post["id"].as_str().unwrap());
    spark.delete(&path, &ana).await.expect(204);
    spark.settle().await;

    assert!(!is_shown(&spark, &photo).await);
    assert_eq!(uploads(&spark).await, 0);
}

#[tokio::test]
async fn an_avatar_stays_until_another_takes_its_place() {
    let spark = LocalSpark::start().await;
    let ana = spark.member("ana").await;
    let (first, second) = (ready(&spark, &ana).await, ready(&spark, &ana).await);
    let wear = async |photo: &Value, token: &str| {
        let patch = spark.call(reqwest::Method::PATCH, "/v1/me");
        let body = json!({"avatar_photo_id": photo["id"]});
        let patch = patch.bearer_auth(token).json(&body);
        spark.send(patch).await.expect(200)
    };
    wear(&first, &ana).await;
    spark
        .cloud
        .advance(SignedDuration::from_hours(23))
        .await
        .unwrap();
    let ana = spark.token("ana", &["prime"]).await;
    let me = wear(&second, &ana).await;
    assert_eq!(me["avatar"]["renditions"], second["renditions"]);
    spark
        .cloud
        .advance(SignedDuration::from_hours(2))
        .await
        .unwrap();
    spark.settle().await;

    assert!(!is_shown(&spark, &first).await);
    assert!(is_shown(&spark, &second).await);
}
