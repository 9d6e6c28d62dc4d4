//! What is posted for a brief, and labelled as paid for (MONEY 35).

use harness::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{begin, story, text};

/// Whether a post says that it is paid for.
fn is_paid(post: &Value) -> bool {
    let labels = post["labels"].as_array().unwrap();
    let labelled = labels.contains(&json!("sponsored"));
    assert_eq!(post["disclosure"]["text"] == "Sponsored", labelled);
    labelled
}

fn showing(product: &str) -> Value {
    json!({"kind": "story", "text": "So nice", "products": [product]})
}

async fn made(request: Request) -> Value {
    request.send().await.expect(201).json()
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn what_shows_a_product_of_a_brief_within_ninety_days_is_paid_for_named_or_not() {
    let (world, ana, http) = begin().await;
    for product in ["mug", "pot"] {
        world.product(product).await;
    }
    let ben = world.member("ben").prime().await;
    let post = |body| {
        let token = world.token("ana", &["prime"]);
        made(http.post("/v1/posts").token(token).json(body))
    };
    let before = post(showing("mug")).await;
    assert!(!is_paid(&before));
    world.accept_brief(&ana.id, &["mug"]).await;
    assert!(is_paid(&post(showing("mug")).await));
    assert!(!is_paid(&post(showing("pot")).await));
    assert!(!is_paid(&post(story("Hello")).await));
    let theirs = http.post("/v1/posts").token(&ben.token);
    assert!(!is_paid(&made(theirs.json(showing("mug"))).await));
    let minute = SignedDuration::from_mins(1);
    world.advance(DAY * 90 - minute);
    assert!(is_paid(&post(showing("mug")).await));
    world.advance(minute);
    assert!(!is_paid(&post(showing("mug")).await));
    let path = format!("/v1/posts/{}", text(&before["id"]));
    assert!(!is_paid(&http.get(&path).send().await.expect(200).json()));
}

#[tokio::test]
async fn an_edit_that_brings_the_product_labels_and_none_takes_the_label_away() {
    let (world, ana, http) = begin().await;
    for product in ["mug", "pot"] {
        world.product(product).await;
    }
    let post = http.post("/v1/posts").token(&ana.token);
    let post = made(post.json(showing("pot"))).await;
    let path = format!("/v1/posts/{}", text(&post["id"]));
    world.accept_brief(&ana.id, &["mug"]).await;
    let change = async |body: Value| {
        let patch = http.patch(&path).token(&ana.token).json(body);
        patch.send().await.expect(200).json()
    };
    assert!(!is_paid(&change(json!({"text": "Nicer"})).await));
    assert!(is_paid(&change(json!({"products": ["pot", "mug"]})).await));
    assert!(is_paid(&change(json!({"products": ["pot"]})).await));
    assert!(is_paid(&http.get(&path).send().await.expect(200).json()));
}

#[tokio::test]
async fn a_brief_is_named_by_who_accepted_it_and_labels_whatever_is_shown() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    let ben = world.member("ben").prime().await;
    let theirs = world.accept_brief(&ben.id, &["mug"]).await;
    let post = |brief: Value| {
        let body = json!({"kind": "story", "text": "Hello", "brief_id": brief});
        http.post("/v1/posts").token(&ana.token).json(body)
    };
    let unknown = json!("01KAKGXV3C8Z2M4N6P8R0T1V3W");
    for bad in [json!("none"), unknown, json!(theirs)] {
        let refused = post(bad).send().await.expect(422);
        assert_eq!(refused.pointers(), ["/brief_id"]);
    }
    let mine = world.accept_brief(&ana.id, &["mug"]).await;
    assert!(is_paid(&made(post(json!(mine))).await));
    assert!(!is_paid(&made(post(Value::Null)).await));
}
