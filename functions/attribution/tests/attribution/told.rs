//! What the store tells, worked off once.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::shop::{Shop, account};

fn told(kind: &str, amount: i64) -> (String, i64) {
    (kind.to_owned(), amount)
}

#[tokio::test]
async fn a_line_is_credited_to_the_last_click_earns_when_it_is_shipped_and_loses_what_is_paid_back()
{
    let shop = Shop::new().await;
    shop.click("v1", 1, "lamp", 20).await;
    let click = shop.click("v1", 2, "lamp", 10).await;
    let order = shop.order("e1", "o1", 5, 10_000, &click);
    let shipment = shop.event("e2", "shipment", "o1", 3, 10_000);
    let refund = shop.event("e3", "refund", "o1", 2, 5_000);
    for _ in 0..2 {
        shop.tell(std::slice::from_ref(&order)).await;
        assert_eq!(shop.entries(2).await, []);
    }
    shop.tell(&[shipment.clone(), shipment, refund]).await;
    // 3 % of 100 dollars, and half of it back.
    let posted = [told("earned", 300), told("reversed", -150)];
    assert_eq!(shop.entries(2).await, posted);
    assert_eq!(shop.entries(1).await, []);
    let blocks = shop.seal(2).await;
    assert_eq!((blocks.len(), blocks[0].entries.len()), (1, 2));
    assert_eq!(shop.entries(2).await, posted);
    let entry = &blocks[0].entries[0];
    let said = serde_json::to_string(&blocks).unwrap();
    for secret in ["cleo", "o1", "e1", "e2"] {
        assert!(!said.contains(&format!("\"{secret}\"")), "{said}");
    }
    assert_eq!(entry.product.as_deref(), Some("lamp"));
    assert!(shop.conflicts().await.is_empty());
    let (lines, _) = shop
        .world
        .store()
        .told_lines(&account(1), None, 9)
        .await
        .unwrap();
    let (mine, _) = shop
        .world
        .store()
        .told_lines(&account(2), None, 9)
        .await
        .unwrap();
    assert_eq!((lines.len(), &lines), (1, &mine));
}

#[tokio::test]
async fn an_order_that_is_told_late_closes_the_window_of_a_later_one_and_moves_what_it_earned() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    let order = shop.order("e1", "o1", 5, 10_000, &click);
    shop.tell(&[order, shop.event("e2", "shipment", "o1", 3, 10_000)])
        .await;
    assert_eq!(shop.entries(1).await, [told("earned", 300)]);
    let late = shop.event("e3", "order", "o2", 10, 500);
    for _ in 0..2 {
        shop.tell(std::slice::from_ref(&late)).await;
        let moved = [told("earned", 300), told("corrected", -300)];
        assert_eq!(shop.entries(1).await, moved);
    }
    // Whose it was is told why it is not any more.
    let store = shop.world.store();
    let (lines, _) = store.told_lines(&account(1), None, 9).await.unwrap();
    let book = store.book(&lines[0].1).await.unwrap().book;
    assert!(book.credit.is_none());
    assert_eq!(
        serde_json::to_value(book.others[0].rule).unwrap(),
        "closed-by-order"
    );
}

#[tokio::test]
async fn a_click_counts_for_the_first_customer_who_orders_with_it_whoever_is_told_first() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    let later = shop.order("e1", "o1", 5, 10_000, &click);
    shop.tell(&[later, shop.event("e2", "shipment", "o1", 3, 10_000)])
        .await;
    let mut first = shop.order("e3", "o2", 6, 20_000, &click);
    first["customer"] = json!("dora");
    shop.tell(&[first]).await;
    let moved = [told("earned", 300), told("corrected", -300)];
    assert_eq!(shop.entries(1).await, moved);
    shop.tell(&[shop.event("e4", "shipment", "o2", 3, 20_000)])
        .await;
    assert_eq!(shop.entries(1).await[2], told("earned", 600));
}

#[tokio::test]
async fn what_contradicts_is_kept_for_the_admins_with_its_customer_hashed_and_the_books_go_on() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    let order = shop.order("e1", "o1", 5, 10_000, &click);
    let mut other = order.clone();
    other["lines"][0]["net"]["amount"] = json!(9);
    let again = shop.order("e2", "o1", 4, 10_000, &click);
    let mut euros = shop.event("e3", "shipment", "o1", 3, 10_000);
    euros["lines"][0]["net"]["currency"] = json!("EUR");
    let mut odd = shop.event("e4", "gift", "o1", 3, 10_000);
    odd["customer"] = json!("cleo");
    shop.tell(&[order, other, again, euros, odd, json!("no event")])
        .await;
    shop.work(&["no JSON".to_owned()]).await;
    shop.tell(&[shop.event("e5", "shipment", "o1", 3, 10_000)])
        .await;
    assert_eq!(shop.entries(1).await, [told("earned", 300)]);
    let mut reasons = shop.conflicts().await;
    reasons.sort();
    let invalid = reasons
        .iter()
        .filter(|reason| reason.starts_with("invalid"));
    assert_eq!(invalid.count(), 3, "{reasons:?}");
    for reason in ["currency", "event-reused", "ordered-twice"] {
        assert!(reasons.contains(&reason.to_owned()), "{reasons:?}");
    }
    let kept = shop.world.store().conflicts(None, 100).await.unwrap().0;
    assert!(kept.iter().all(|conflict| !conflict.body.contains("cleo")));
    let customers: Vec<_> = kept
        .iter()
        .map(|one| one.said()["customer"].clone())
        .collect();
    assert!(customers.contains(&json!(shop.secrets.salt.hash("cleo"))));
}

#[tokio::test]
async fn a_shipment_in_another_currency_that_came_before_its_order_is_told_when_that_comes() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    let mut euros = shop.event("e1", "shipment", "o1", 3, 10_000);
    euros["lines"][0]["net"]["currency"] = json!("EUR");
    let dollars = shop.event("e2", "shipment", "o1", 3, 5_000);
    shop.tell(&[euros, dollars]).await;
    assert!(shop.conflicts().await.is_empty());
    shop.tell(&[shop.order("e3", "o1", 5, 10_000, &click)])
        .await;
    assert_eq!(shop.conflicts().await, ["currency"]);
    assert_eq!(shop.entries(1).await, [told("earned", 150)]);
}

#[tokio::test]
async fn a_line_has_a_hundred_events_and_what_is_more_is_a_conflict() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    shop.tell(&[shop.order("e0", "o1", 5, 10_000, &click)])
        .await;
    let shipments: Vec<_> = (1..=100)
        .map(|n| shop.event(&format!("e{n}"), "shipment", "o1", 3, 100))
        .collect();
    shop.tell(&shipments).await;
    assert_eq!(shop.conflicts().await, ["too-many-events"]);
    let amounts: i64 = shop.entries(1).await.iter().map(|(_, amount)| amount).sum();
    assert_eq!(amounts, 297);
    let blocks = shop.seal(1).await;
    let sizes: Vec<_> = blocks.iter().map(|block| block.entries.len()).collect();
    assert_eq!(sizes, [49, 49, 1]);
}

#[tokio::test]
async fn an_order_ahead_of_the_clock_waits_on_the_queue_for_its_time() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 2).await;
    let mut order = shop.order("e1", "o1", 0, 10_000, &click);
    let soon = shop.world.now() + SignedDuration::from_mins(4);
    order["occurred_at"] = json!(format!("{soon:.3}"));
    shop.tell(&[order]).await;
    assert_eq!(shop.world.delayed("attribution").await, 1);
    assert!(shop.world.receive_all("attribution").await.is_empty());
    shop.world.advance(SignedDuration::from_mins(5));
    let due = shop.world.receive_all("attribution").await;
    assert_eq!(due.len(), 1);
    shop.work(&due).await;
    let (lines, _) = shop
        .world
        .store()
        .told_lines(&account(1), None, 9)
        .await
        .unwrap();
    assert_eq!(lines.len(), 1);
}

#[tokio::test]
async fn what_is_told_to_nobody_is_swept_and_what_is_told_to_somebody_stays() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    let plain: Value = shop.event("e1", "order", "o1", 5, 10_000);
    shop.tell(&[plain, shop.order("e2", "o2", 4, 10_000, &click)])
        .await;
    let dynamodb = shop.world.context().dynamodb;
    let table = shop.world.plane().table().to_owned();
    let expires = async |key: shared::keys::Key| {
        let get = dynamodb.get_item().table_name(&table);
        let item = get.set_key(Some(key.attributes())).send().await.unwrap();
        item.item.unwrap().contains_key("expires_at")
    };
    let line = |order: &str| shop.secrets.salt.hash(&format!("{order} 1"));
    assert!(expires(shared::keys::event("e1")).await);
    assert!(expires(shared::keys::line(&line("o1"))).await);
    assert!(!expires(shared::keys::event("e2")).await);
    assert!(!expires(shared::keys::line(&line("o2"))).await);
}
