//! What products are found by, kept in step with what the store tells of them.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use catalogue::{App, handle};
use domain::feeds::{FindableKind, search::Query};
use harness::{Meter, World, sqs_event};
use jiff::SignedDuration;
use serde_json::json;
use shared::store::Thorough;

/// Takes over a file of these lines: id, title, brand, availability.
async fn take_over(world: &World, lines: &[[&str; 4]]) -> usize {
    let mut file = "id\ttitle\tbrand\tavailability\tlink\tprice".to_owned();
    for line in lines {
        file += &format!("\n{}\thttps://store.test/p\t5 USD", line.join("\t"));
    }
    world.advance(SignedDuration::from_secs(1));
    let kind = "text/tab-separated-values";
    world
        .put_object("catalogue/a.tsv", kind, file.into_bytes())
        .await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    meter.take();
    let done = handle(&app, world.receive_event("catalogue").await).await;
    assert!(done.batch_item_failures.is_empty(), "{done:?}");
    meter.take().dynamodb
}

/// The rows that lie at what is looked for.
async fn rows(world: &World, text: &str) -> Vec<String> {
    let query = Query::parse(text).expect("a query");
    let found = world.store();
    let found = found.looked_for(
        FindableKind::Product,
        &query,
        None,
        100,
        Thorough::Whole,
        |_| None,
    );
    let hits = found.await.expect("the table answers").hits.into_iter();
    hits.map(|hit| hit.place.id).collect()
}

#[tokio::test]
async fn a_product_is_found_by_what_its_latest_line_calls_it() {
    let world = World::new().await;
    take_over(
        &world,
        &[
            ["a", "Red Cups", "Torva", "in_stock"],
            ["b", "Red Pot", "Halden", "out_of_stock"],
        ],
    )
    .await;
    assert_eq!(rows(&world, "red").await, ["a", "b"]);
    assert_eq!(rows(&world, "torva cup").await, ["a"]);
    take_over(
        &world,
        &[
            ["a", "Blue Cup", "Torva", "in_stock"],
            ["b", "Red Pot", "Halden", "in_stock"],
        ],
    )
    .await;
    assert_eq!(rows(&world, "red").await, ["b"]);
    assert_eq!(rows(&world, "blue torva").await, ["a"]);
    // Retired, it is found no more.
    take_over(&world, &[["a", "Blue Cup", "Torva", "in_stock"]]).await;
    assert_eq!(rows(&world, "red").await, [""; 0]);
    assert_eq!(rows(&world, "halden").await, [""; 0]);
    take_over(
        &world,
        &[
            ["b", "Red Pot", "Halden", "in_stock"],
            ["a", "Cup", "Torva", "in_stock"],
        ],
    )
    .await;
    assert_eq!(rows(&world, "red halden").await, ["b"]);
}

#[tokio::test]
async fn a_line_that_says_what_the_one_before_said_writes_no_row_again() {
    let world = World::new().await;
    let line = [["a", "Red Cup", "Torva", "in_stock"]];
    let first = take_over(&world, &line).await;
    let again = take_over(&world, &line).await;
    // The note, the card, the description, and the report; not the rows.
    assert!(again + 2 <= first, "{first}, then {again}");
    let renamed = take_over(&world, &[["a", "Red Pot", "Torva", "in_stock"]]).await;
    assert!(renamed > again, "{renamed}, not {again}");
    assert_eq!(rows(&world, "pot").await, ["a"]);
}

#[tokio::test]
async fn what_leaves_by_its_price_alone_is_found_no_more_until_it_is_back() {
    let world = World::new().await;
    take_over(&world, &[["a", "Red Cup", "Torva", "in_stock"]]).await;
    for (availability, found) in [("gone", 0), ("sold_out", 1), ("gone", 0), ("in_stock", 1)] {
        world.advance(SignedDuration::from_secs(1));
        let price = json!({"type": "price-changed.v1", "changes": [{
            "product_id": "a", "price": {"amount": 700, "currency": "USD"},
            "availability": availability, "at": world.now(),
        }]});
        let app = App::new(&world.context());
        let done = handle(&app, sqs_event(&[price.to_string(), price.to_string()])).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        assert_eq!(rows(&world, "red cup").await.len(), found, "{availability}");
    }
}

#[tokio::test]
async fn what_is_reviewed_more_comes_first() {
    let world = World::new().await;
    take_over(
        &world,
        &[
            ["a", "Red Cup", "Torva", "in_stock"],
            ["b", "Red Pot", "Torva", "in_stock"],
        ],
    )
    .await;
    assert_eq!(rows(&world, "red").await, ["a", "b"]);
    let review = json!({
        "review_id": "r", "customer": "ana", "product_id": "b", "rating": 5,
        "written_at": "2026-01-02T03:04:05Z",
    });
    let file = review.to_string().into_bytes();
    world
        .put_object("reviews/a.jsonl", "text/plain", file)
        .await;
    let app = App::new(&world.context());
    let done = handle(&app, world.receive_event("catalogue").await).await;
    assert!(done.batch_item_failures.is_empty(), "{done:?}");
    assert_eq!(rows(&world, "red").await, ["b", "a"]);
}
