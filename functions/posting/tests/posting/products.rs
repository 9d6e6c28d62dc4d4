//! Products by id.

use serde_json::json;

use crate::begin;

#[tokio::test]
async fn a_product_answers_with_its_card_and_its_description() {
    let (world, _ana, http) = begin().await;
    let mug = world.product("mug/é").price(499).await;
    let answer = http.get("/v1/products/mug%2F%C3%A9").send().await;
    let expected = json!({
        "id": "mug/é",
        "title": mug.title,
        "brand": "Acme",
        "price": {"amount": 499, "currency": "USD"},
        "price_confirmed_at": mug.confirmed_at,
        "availability": "in_stock",
        "rating": 4.5,
        "review_count": 12,
        "url": mug.url,
        "image_url": mug.image_url,
        "saves": 0,
        "description": "All about mug/é.",
        "saved_in": [],
        "similar": [],
    });
    assert_eq!(answer.expect(200).json(), expected);
}

#[tokio::test]
async fn what_is_no_product_is_not_found() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    let read = |id: &str| http.get(&format!("/v1/products/{id}"));
    read("mug").send().await.expect(200);
    for id in ["cup", "%20", "%23", "%ff", &"x".repeat(51)] {
        let answer = read(id).token(&ana.token).send().await;
        assert_eq!(answer.expect(404).problem(), "not-found", "{id}");
    }
    let bad = read("mug").token("bad").send().await;
    assert_eq!(bad.expect(401).problem(), "unauthenticated");
}
