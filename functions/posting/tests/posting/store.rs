//! What the store told of one: one's reviews.

use domain::{
    catalogue::{product::News, review::Review},
    ids::{ProductId, ReviewId},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{begin, text};

#[tokio::test]
async fn a_person_s_reviews_come_newest_first_with_their_products() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    for hour in 1..=3 {
        let review = Review {
            id: ReviewId::parse(&format!("r{hour}")).unwrap(),
            customer: harness::user("ana"),
            product: ProductId::parse("mug").unwrap(),
            rating: 4,
            title: "Warm".to_owned(),
            body: "It keeps warm.".to_owned(),
            written_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour),
            verified_purchase: (hour == 3).then_some(true),
            category: None,
            shared_as: None,
        };
        let news = News::of(world.now(), 1);
        world.store().put_review(&review, news).await.unwrap();
    }
    let read = |path: &str| http.get(path).token(&ana.token);
    let page = read("/v1/me/reviews?limit=2")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"][0]["id"], "r3");
    assert_eq!(page["items"][0]["product"]["title"], "Product mug");
    assert_eq!(page["items"][0]["verified_purchase"], true);
    assert_eq!(page["items"][1].get("verified_purchase"), None);
    assert_eq!(page["items"][0]["product"]["review_count"], 15);
    assert_eq!(page["items"][1]["written_at"], "1970-01-01T02:00:00.000Z");
    let path = format!(
        "/v1/me/reviews?limit=2&cursor={}",
        text(&page["next_cursor"])
    );
    let page = read(&path).send().await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&page["items"][0]["id"], &page["next_cursor"]),
        (&json!("r1"), &json!(null))
    );

    assert_eq!(
        http.get("/v1/me/reviews")
            .send()
            .await
            .expect(401)
            .problem(),
        "unauthenticated"
    );
    let plain = world.token("ana", &[]);
    let answer = http.get("/v1/me/reviews").token(&plain).send().await;
    assert_eq!(answer.expect(403).problem(), "prime-required");
    let stranger = world.token("ben", &["prime"]);
    let answer = http
        .get("/v1/me/reviews?limit=0")
        .token(&stranger)
        .send()
        .await;
    assert_eq!(answer.expect(403).problem(), "not-joined");
    read("/v1/me/reviews?limit=0").send().await.expect(422);
    world.member("cleo").prime().await;
    let cleo = world.token("cleo", &["prime"]);
    let none = http
        .get("/v1/me/reviews")
        .token(&cleo)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(none, json!({"items": [], "next_cursor": null}));
}
