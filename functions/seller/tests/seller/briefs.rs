//! Briefs that are sent.

use harness::{Request, World};
use serde_json::{Value, json};

use crate::{Shop, items};

fn brief() -> Value {
    json!({"brand": " acme", "influencer": "ana", "product_ids": ["shoe", "boot"], "text": "Show these, please."})
}

fn send(shop: &Shop, body: Value) -> Request {
    let send = shop.http.post("/v1/sellers/briefs").token(&shop.token);
    send.json(body)
}

async fn listed(shop: &Shop) -> Value {
    shop.get("/v1/sellers/briefs").await
}

#[tokio::test]
async fn a_brief_is_sent_to_an_influencer_and_listed() {
    let shop = Shop::open().await;
    let ana = shop.influencer("ana", 1).await;
    let sent = send(&shop, brief()).send().await.expect(201);
    let location = sent.header("location").unwrap().to_owned();
    assert!(location.ends_with("/v1/sellers/briefs"), "{location}");
    let sent = sent.json();
    let id = sent["id"].as_str().unwrap().to_owned();
    let told = json!({"id": id, "brand": "Acme", "influencer": "ana", "product_ids": ["shoe", "boot"],
        "text": "Show these, please.", "status": "sent", "sent_at": sent["sent_at"]});
    assert_eq!(sent, told);
    assert_eq!(
        listed(&shop).await,
        json!({"items": [told], "next_cursor": null})
    );
    let lies = shop
        .world
        .store()
        .briefs_to(&ana.id, None, 10)
        .await
        .unwrap();
    assert_eq!(lies.0[0].id.to_string(), id);
    let other = shop.world.token("other", &["seller"]);
    let none = shop.http.get("/v1/sellers/briefs").token(other);
    assert_eq!(
        items(&none.send().await.expect(200).json(), "/id"),
        [json!(null); 0]
    );
}

#[tokio::test]
async fn a_brief_is_sent_once_by_its_key_and_another_is_refused() {
    let shop = Shop::open().await;
    shop.influencer("ana", 1).await;
    let keyed = |body| send(&shop, body).header("idempotency-key", "k");
    let first = keyed(brief()).send().await.expect(201).json();
    let again = keyed(brief()).send().await.expect(201).json();
    assert_eq!(first, again);
    let mut other = brief();
    other["text"] = json!("Else");
    keyed(other).send().await.expect(422);
    assert_eq!(listed(&shop).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn twenty_are_sent_a_day() {
    let shop = Shop::open().await;
    shop.influencer("ana", 1).await;
    for _ in 0..20 {
        send(&shop, brief()).send().await.expect(201);
    }
    let refused = send(&shop, brief()).send().await.expect(429);
    assert!(refused.header("retry-after").is_some());
    shop.world.advance(jiff::SignedDuration::from_hours(24));
    let token = shop.world.token("sells", &["seller"]);
    let next = shop.http.post("/v1/sellers/briefs").token(&token);
    next.json(brief()).send().await.expect(201);
    let first = shop.http.get("/v1/sellers/briefs?limit=15").token(&token);
    let page = first.send().await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 15);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = format!("/v1/sellers/briefs?limit=15&cursor={cursor}");
    let rest = shop.http.get(&rest).token(&token).send().await.expect(200);
    let rest = rest.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 6);
    assert!(rest["next_cursor"].is_null());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_brief_is_named_at_once() {
    let shop = Shop::open().await;
    shop.influencer("ana", 1).await;
    shop.world.member("ben").prime().await;
    let refused = async |body: Value| send(&shop, body).send().await.expect(422).pointers();
    let all = ["/brand", "/influencer", "/product_ids", "/text"];
    assert_eq!(refused(json!({})).await, all);
    let mut bad = brief();
    bad["influencer"] = json!("ben");
    bad["product_ids"] = json!(["shoe", "mug", "none", "shoe"]);
    bad["text"] = json!("x".repeat(1_001));
    let named = [
        "/influencer",
        "/product_ids/1",
        "/product_ids/2",
        "/product_ids/3",
        "/text",
    ];
    let mut found = refused(bad).await;
    found.sort();
    assert_eq!(found, named);
    for (field, value) in [
        ("influencer", json!("nobody")),
        ("product_ids", json!([])),
        ("text", json!(" ")),
    ] {
        let mut bad = brief();
        bad[field] = value;
        assert_eq!(refused(bad).await, [format!("/{field}")]);
    }
    let mut most = brief();
    most["text"] = json!("é".repeat(1_000));
    send(&shop, most).send().await.expect(201);
    assert_eq!(listed(&shop).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_sends_one_for_a_brand_of_another_or_without_being_a_seller() {
    let shop = Shop::open().await;
    shop.influencer("ana", 1).await;
    let mut other = brief();
    other["brand"] = json!("Other");
    other["text"] = json!("");
    send(&shop, other).send().await.expect(404);
    let path = "/v1/sellers/briefs";
    shop.http.post(path).json(brief()).send().await.expect(401);
    shop.http.get(path).send().await.expect(401);
    let prime = shop.world.token("sells", &["prime", "admin"]);
    let refused = shop.http.post(path).token(&prime).json(brief());
    assert_eq!(
        refused.send().await.expect(403).problem(),
        "seller-required"
    );
    let refused = shop.http.get(path).token(&prime).send().await;
    assert_eq!(refused.expect(403).problem(), "seller-required");
    let page = shop.http.get("/v1/sellers/briefs?limit=0");
    page.token(&shop.token).send().await.expect(422);
}

#[tokio::test]
async fn what_the_store_does_not_want_is_not_sent_be_it_held_or_refused() {
    let shop = Shop::open().await;
    shop.influencer("ana", 1).await;
    let lists = json!({"refuse": ["scam"], "hold": ["cheap"]});
    set_filter(&shop.world, &lists).await;
    for word in ["scam", "cheap"] {
        let mut bad = brief();
        bad["text"] = json!(format!("No {word}."));
        let refused = send(&shop, bad).send().await.expect(422);
        assert_eq!(refused.pointers(), ["/text"]);
    }
}

async fn set_filter(world: &World, lists: &Value) {
    let body = lists.to_string().into_bytes();
    world
        .put_object("filter.json", "application/json", body)
        .await;
}

#[tokio::test]
async fn an_influencer_who_is_none_any_more_or_across_a_block_is_asked_nothing() {
    let shop = Shop::open().await;
    let ana = shop.influencer("ana", 1).await;
    let sells = shop.world.member("sells").await;
    let store = shop.world.store();
    send(&shop, brief()).send().await.expect(201);
    store
        .block(&ana.id, &sells.id, shop.world.now())
        .await
        .unwrap();
    let refused = send(&shop, brief()).send().await.expect(422);
    assert_eq!(refused.pointers(), ["/influencer"]);
    assert_eq!(items(&listed(&shop).await, "/id"), [json!(null); 0]);
    store.unblock(&ana.id, &sells.id).await.unwrap();
    let account = domain::money::Account::of_random(1);
    shop.world.engage(&ana.id, &account, &[]).await;
    let refused = send(&shop, brief()).send().await.expect(422);
    assert_eq!(refused.pointers(), ["/influencer"]);
    let left = listed(&shop).await;
    assert_eq!(items(&left, "/influencer"), [json!("ana")]);
}
