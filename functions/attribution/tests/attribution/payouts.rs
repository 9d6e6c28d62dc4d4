//! Runs of payouts.

use domain::money::Programme;
use jiff::SignedDuration;
use shared::{queue::messages::PayoutsAsked, store::Hold};

use crate::shop::{Shop, account};

const MONTH: SignedDuration = SignedDuration::from_hours(24 * 31);

/// A shop in which an account has earned so much, due in a month, and is sealed.
async fn earned(of: u128, amount: i64) -> Shop {
    let shop = Shop::new().await;
    let click = shop.click("v1", of, "lamp", 20).await;
    let net = amount * 100 / 3;
    shop.tell(&[
        shop.order("e1", "o1", 5, net, &click),
        shop.event("e2", "shipment", "o1", 3, net),
    ])
    .await;
    assert_eq!(shop.seal(of).await.len(), 1);
    shop
}

async fn run(shop: &Shop, name: &str) -> Vec<i64> {
    let asked = PayoutsAsked::of_run(name);
    let bodies: Vec<_> = asked
        .iter()
        .map(|one| serde_json::to_string(one).unwrap())
        .collect();
    for _ in 0..2 {
        shop.work(&bodies).await;
    }
    let (paid, _) = shop.world.store().payouts_by(name, None, 9).await.unwrap();
    paid.into_iter()
        .map(|payout| payout.amount.amount)
        .collect()
}

#[tokio::test]
async fn an_account_is_paid_what_is_due_once_a_run_if_it_has_a_payee_and_no_hold() {
    let shop = earned(1, 3_000).await;
    let (store, it) = (shop.world.store(), account(1));
    assert!(!store.set_payee(&it, "payee-1").await.unwrap());
    let ana = shop.world.member("ana").await;
    let influencer = [Programme::Influencer];
    shop.world.engage(&ana.id, &it, &influencer).await;
    shop.world.advance(MONTH);
    assert_eq!(run(&shop, "r1").await, [0_i64; 0]);
    assert!(store.set_payee(&it, "payee-1").await.unwrap());
    let hold = Hold {
        reason: "looked into".to_owned(),
    };
    assert!(store.set_hold(&it, Some(&hold)).await.unwrap());
    assert_eq!(run(&shop, "r2").await, [0_i64; 0]);
    assert!(store.set_hold(&it, None).await.unwrap());
    assert_eq!(run(&shop, "r3").await, [3_000]);
    assert_eq!(run(&shop, "r4").await, [0_i64; 0]);
    let (paid, _) = store.payouts_to(&it, None, 9).await.unwrap();
    assert_eq!((paid.len(), paid[0].run.as_str()), (1, "r3"));
    let books = store.account_books(&it).await.unwrap();
    assert_eq!((books.head.n, books.balances["USD"].total), (2, 0));
    for back in [true, false] {
        let books = store.account_books(&it).await.unwrap();
        let returned = store.return_payout(&paid[0], "closed", &books, shop.world.now());
        assert_eq!(returned.await.unwrap(), back);
    }
    assert_eq!(run(&shop, "r5").await, [3_000]);
    let kinds: Vec<_> = shop
        .entries(1)
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, ["earned", "payout", "payout_returned", "payout"]);
}

#[tokio::test]
async fn what_is_not_due_or_less_than_the_minimum_carries_over_until_whose_it_was_has_left() {
    let shop = earned(2, 900).await;
    let (store, it) = (shop.world.store(), account(2));
    let ana = shop.world.member("ana").await.id;
    let influencer = [Programme::Influencer];
    shop.world.engage(&ana, &it, &influencer).await;
    assert!(store.set_payee(&it, "payee-2").await.unwrap());
    assert_eq!(run(&shop, "r1").await, [0_i64; 0]);
    shop.world.advance(MONTH);
    assert_eq!(run(&shop, "r2").await, [0_i64; 0]);
    for _ in 0..2 {
        store.leave_account(&ana).await.unwrap();
    }
    assert_eq!(store.account_of(&ana).await.unwrap(), None);
    assert_eq!(run(&shop, "r3").await, [900]);
}

#[tokio::test]
async fn the_run_of_a_month_begins_by_itself_once_its_first_day_has_come() {
    let shop = Shop::new().await;
    let asked = async || {
        attribution::look(&shop.app).await.unwrap();
        let asked = shop.world.receive_all("attribution").await;
        shop.work(&asked).await;
        asked.len()
    };
    let first = asked().await;
    assert!(first == 0 || first == 16);
    assert_eq!(asked().await, 0);
    shop.world.advance(MONTH);
    assert_eq!(asked().await, 16);
    assert_eq!(asked().await, 0);
}
