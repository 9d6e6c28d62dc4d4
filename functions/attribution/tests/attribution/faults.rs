//! Whatever fails, and wherever the worker is killed: the same books.

use domain::money::rates::first;
use harness::{
    Fault, Faults, World,
    money::{History, Secrets, replay},
    sqs_event,
};
use jiff::Timestamp;
use serde_json::Value;
use shared::queue::messages::{EntriesPosted, LedgerMessage};

use crate::shop::{Shop, account};

fn seal(of: &domain::money::Account) -> String {
    let posted = EntriesPosted {
        account: of.clone(),
    };
    serde_json::to_string(&LedgerMessage::Posted(posted)).unwrap()
}

/// What is told of an order that closes the window of a later one, of which some was shipped and paid back.
async fn late(shop: &Shop, order: &str, of: u128) -> Vec<String> {
    let visitor = format!("v{order}");
    let click = shop.click(&visitor, of, "lamp", 20).await;
    let said = |mut event: Value| {
        event["customer"] = Value::String(format!("cleo {order}"));
        event.to_string()
    };
    let name = |id: &str| format!("{order}-{id}");
    vec![
        said(shop.order(&name("e1"), order, 5, 10_000, &click)),
        said(shop.event(&name("e2"), "shipment", order, 3, 10_000)),
        said(shop.event(&name("e3"), "refund", order, 2, 1_000)),
        said(shop.event(&name("e4"), "order", &name("o"), 10, 500)),
        seal(&account(of)),
    ]
}

#[tokio::test]
async fn a_worker_that_is_killed_after_any_of_its_calls_posts_once_what_is_told_again() {
    let shop = Shop::new().await;
    let mut killed = 0;
    for calls in 0..24 {
        let of = 100 + calls as u128;
        let order = format!("o{calls}");
        for body in late(&shop, &order, of).await {
            let faults = Faults::after(calls, Fault::Killed);
            let app = attribution::App::new(&faults.attach(&shop.world.context()));
            let event = sqs_event(&[body.as_str()]);
            if faults.run(attribution::handle(&app, event)).await.is_none() {
                killed += 1;
            }
            shop.work(&[body.clone(), body]).await;
        }
        let entries = shop.entries(of).await;
        let amounts: Vec<_> = entries.iter().map(|(_, amount)| *amount).collect();
        assert_eq!(amounts, [300, -30, -270], "after {calls}");
        let left = shop.world.store().unsealed(&account(of), 9).await.unwrap();
        assert!(left.is_empty(), "after {calls}");
    }
    assert!(shop.conflicts().await.is_empty());
    assert!(killed >= 30, "{killed}");
}

#[tokio::test]
async fn random_histories_come_to_a_clean_replay_whatever_fails() {
    let mut met = [0; Fault::ALL.len()];
    for seed in 0..12 {
        let world = World::contended().await;
        let context = world.context();
        let secrets = Secrets::of(&context);
        let now = world.now().as_second();
        let end = Timestamp::from_second(now - now % 3_600).unwrap();
        let history = History::random(1_000 + seed, end);
        history.prepare(&world, &secrets).await;
        let faults = Faults::seeded(seed);
        let app = attribution::App::new(&faults.attach(&context));
        let mut bodies = history.messages(&secrets);
        bodies.extend(history.accounts().iter().map(seal));
        // Each batch comes once or more while all fails, in the order in which it is done then, and again in the end.
        for batch in bodies.chunks(4) {
            drop(
                faults
                    .run(attribution::handle(&app, sqs_event(batch)))
                    .await,
            );
        }
        let calm = attribution::App::new(&context);
        for batch in bodies.chunks(4) {
            let done = attribution::handle(&calm, sqs_event(batch)).await;
            assert!(done.batch_item_failures.is_empty(), "seed {seed}");
        }
        let owed = world.owed(&history.accounts()).await;
        assert_eq!(owed, replay(&history, &first(), 30), "seed {seed}");
        for (sum, fault) in met.iter_mut().zip(Fault::ALL) {
            *sum += faults.met(fault);
        }
        world.receive_all("attribution").await;
    }
    for (met, fault) in met.iter().zip(Fault::ALL) {
        assert!(*met > 0, "{fault:?} was never met");
    }
}

#[tokio::test]
async fn of_orders_and_shipments_that_race_none_is_lost_and_no_line_is_credited_by_what_was_not_known()
 {
    for seed in 0..6 {
        let world = World::contended().await;
        let context = world.context();
        let secrets = Secrets::of(&context);
        let now = world.now().as_second();
        let end = Timestamp::from_second(now - now % 3_600).unwrap();
        let history = History::random(2_000 + seed, end);
        history.prepare(&world, &secrets).await;
        let app = attribution::App::new(&context);
        let bodies = history.messages(&secrets);
        let all = bodies.iter().map(async |body| {
            let done = attribution::handle(&app, sqs_event(&[body])).await;
            assert!(done.batch_item_failures.is_empty(), "{body}");
        });
        futures::future::join_all(all).await;
        let owed = world.owed(&history.accounts()).await;
        assert_eq!(owed, replay(&history, &first(), 30), "seed {seed}");
    }
}

#[tokio::test]
async fn sealers_that_race_make_one_chain_of_each_entry_once() {
    let shop = Shop::new().await;
    let click = shop.click("v1", 1, "lamp", 20).await;
    shop.tell(&[shop.order("e0", "o1", 5, 10_000, &click)])
        .await;
    let shipments: Vec<_> = (1..=60)
        .map(|n| shop.event(&format!("e{n}"), "shipment", "o1", 3, 100))
        .collect();
    shop.tell(&shipments).await;
    let body = seal(&account(1));
    let all = (0..6).map(async |_| {
        let done = attribution::handle(&shop.app, sqs_event(&[body.as_str()])).await;
        assert!(done.batch_item_failures.is_empty());
    });
    futures::future::join_all(all).await;
    let blocks = shop.seal(1).await;
    let sealed: usize = blocks.iter().map(|block| block.entries.len()).sum();
    assert_eq!((sealed, shop.entries(1).await.len()), (60, 60));
}
