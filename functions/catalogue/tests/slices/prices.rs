//! Prices by themselves, straight to the queue, beside the files.

use catalogue::{App, handle};
use domain::{catalogue::product::Availability, ids::ProductId};
use harness::{World, sqs_event};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{arrive, availability, feed, product, settle};

fn change(id: &str, cents: i64, availability: &str, minute: i64) -> Value {
    json!({
        "product_id": id, "price": {"amount": cents, "currency": "USD"},
        "availability": availability,
        "at": Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap(),
    })
}

/// Works off a message of these, in the hour that they are of; how many failed.
async fn changed(world: &World, changes: &[Value]) -> usize {
    let hour = Timestamp::from_second(1_800_003_600).unwrap();
    world.advance(hour.duration_since(world.now()).max(SignedDuration::ZERO));
    let body = json!({"type": "price-changed.v1", "changes": changes}).to_string();
    let answer = handle(&App::new(&world.context()), sqs_event(&[body])).await;
    answer.batch_item_failures.len()
}

#[tokio::test]
async fn a_price_by_itself_holds_from_its_time_on_whatever_arrives_last() {
    let world = World::new().await;
    let key = "catalogue/a.tsv";
    // Told before any feed has named it, it waits for the feed.
    assert_eq!(changed(&world, &[change("A", 700, "sold_out", 5)]).await, 0);
    let id = ProductId::parse("A").unwrap();
    assert_eq!(world.store().product(&id).await.unwrap(), None);
    let bodies = arrive(&world, key, feed(&["A"]), 0).await;
    settle(&world, bodies, 100).await;
    let found = product(&world, "A").await;
    assert_eq!(found.title, "Thing A");
    assert_eq!(
        (found.price.unwrap().amount, found.availability),
        (700, Availability::SoldOut)
    );

    let late = [
        change("A", 100, "in_stock", 4),
        change("A", 800, "in_stock", 6),
    ];
    for _ in 0..2 {
        assert_eq!(changed(&world, &late).await, 0);
        let found = product(&world, "A").await;
        assert_eq!(
            (found.price.unwrap().amount, found.availability),
            (800, Availability::InStock)
        );
    }
    let bodies = arrive(&world, key, feed(&["A"]), 7).await;
    settle(&world, bodies, 100).await;
    assert_eq!(product(&world, "A").await.price.unwrap().amount, 500);
}

#[tokio::test]
async fn a_price_that_is_none_fails_its_message_and_the_others_in_it_hold() {
    let world = World::new().await;
    for id in ["A", "B"] {
        world
            .product(id)
            .with(|product| product.confirmed_at = Timestamp::UNIX_EPOCH)
            .await;
    }
    let mut foreign = change("B", 700, "in_stock", 0);
    foreign["price"]["currency"] = "usd".into();
    for none in [
        change("B", 0, "in_stock", 0),
        change("B", 1 << 60, "in_stock", 0),
        foreign,
    ] {
        let changes = [change("A", 700, "in_stock", 0), none];
        assert_eq!(changed(&world, &changes).await, 1, "{changes:?}");
        assert_eq!(product(&world, "B").await.price.unwrap().amount, 1_299);
    }
    assert_eq!(product(&world, "A").await.price.unwrap().amount, 700);
    assert_eq!(
        changed(&world, &[change("B", 999_999_999_999_999, "in_stock", 0)]).await,
        0
    );
}

#[tokio::test]
async fn a_change_more_than_five_minutes_ahead_is_refused_and_the_rest_of_its_message_taken() {
    let world = World::new().await;
    for id in ["A", "B", "C"] {
        world
            .product(id)
            .with(|product| product.confirmed_at = Timestamp::UNIX_EPOCH)
            .await;
    }
    assert_eq!(changed(&world, &[]).await, 0);
    let ahead = |id: &str, minutes: i64| {
        let mut change = change(id, 700, "in_stock", 0);
        change["at"] = json!(world.now() + SignedDuration::from_mins(minutes));
        change
    };
    let changes = [
        ahead("A", 6),
        ahead("B", 4),
        ahead("C", -4),
        ahead("A", 60 * 24 * 365),
    ];
    assert_eq!(changed(&world, &changes).await, 1);
    let cents = async |id: &str| product(&world, id).await.price.unwrap().amount;
    assert_eq!(cents("A").await, 1_299);
    assert_eq!((cents("B").await, cents("C").await), (700, 700));
    // So the product is not frozen: news of its own time holds.
    assert_eq!(changed(&world, &[ahead("A", 0)]).await, 0);
    assert_eq!(cents("A").await, 700);
}

#[tokio::test]
async fn what_its_file_retired_stays_gone_whatever_prices_say_until_a_file_names_it() {
    let key = "catalogue/a.tsv";
    // A price that is newer than the file that lacks its product, told before and after that file.
    for early in [true, false] {
        let world = World::new().await;
        let bodies = arrive(&world, key, feed(&["A", "B"]), 0).await;
        settle(&world, bodies, 100).await;
        let told = [change("B", 700, "sold_out", 5)];
        if early {
            assert_eq!(changed(&world, &told).await, 0);
            assert_eq!(availability(&world, "B").await, Availability::SoldOut);
        }
        for _ in 0..2 {
            let bodies = arrive(&world, key, feed(&["A"]), 1).await;
            settle(&world, bodies, 100).await;
            assert_eq!(
                availability(&world, "B").await,
                Availability::Gone,
                "{early}"
            );
        }
        if !early {
            assert_eq!(changed(&world, &told).await, 0);
            assert_eq!(availability(&world, "B").await, Availability::Gone);
        }
        let bodies = arrive(&world, key, feed(&["A", "B"]), 2).await;
        settle(&world, bodies, 100).await;
        let found = product(&world, "B").await;
        assert_eq!(
            (found.price.unwrap().amount, found.availability),
            (700, Availability::SoldOut),
            "{early}"
        );
        assert_eq!(changed(&world, &[change("B", 800, "in_stock", 6)]).await, 0);
        assert_eq!(availability(&world, "B").await, Availability::InStock);
    }
}

#[tokio::test]
async fn a_product_that_left_stock_leaves_the_shelves() {
    let world = World::new().await;
    let now = world.now() + SignedDuration::from_hours(1);
    for id in ["A", "B"] {
        world
            .product(id)
            .with(|product| product.confirmed_at = Timestamp::UNIX_EPOCH)
            .await;
    }
    let store = world.store();
    let similar = async || {
        store
            .nearest(&product(&world, "A").await, 5, now)
            .await
            .unwrap()
    };
    assert_eq!(similar().await.len(), 1);
    assert_eq!(
        changed(&world, &[change("B", 1_299, "sold_out", 0)]).await,
        0
    );
    assert_eq!(similar().await.len(), 0);
    assert_eq!(
        changed(&world, &[change("B", 1_399, "in_stock", 1)]).await,
        0
    );
    assert_eq!(similar().await.len(), 1);
}
