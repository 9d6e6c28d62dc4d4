//! What is written for an order and what becomes of it, in write units (MONEY 39).

use harness::{Meter, money::Secrets, sqs_event};
use serde_json::Value;
use shared::queue::messages::{EntriesPosted, LedgerMessage};

use crate::shop::{Shop, account};

fn seal(of: u128) -> String {
    let posted = EntriesPosted {
        account: account(of),
    };
    serde_json::to_string(&LedgerMessage::Posted(posted)).unwrap()
}

#[tokio::test]
async fn no_event_writes_more_than_its_budget() {
    let mut shop = Shop::new().await;
    let meter = Meter::new();
    shop.app = attribution::App::new(&meter.attach(&shop.world.context()));
    shop.secrets = Secrets::of(&shop.world.context());
    let used = async |bodies: &[String]| {
        meter.take();
        for body in bodies {
            let done = attribution::handle(&shop.app, sqs_event(&[body])).await;
            assert!(done.batch_item_failures.is_empty());
        }
        meter.take().wcu
    };
    let mut click = String::new();
    for of in 1..=5 {
        let hours = 20 - i64::try_from(of).unwrap();
        click = shop
            .click(
                "visitor-of-22-letters.",
                of,
                "a-product-of-the-store",
                hours,
            )
            .await;
    }
    let said = |event: &Value| {
        let mut event = event.clone();
        event["lines"][0]["category"] = Value::from("Furniture > Chairs > Arm Chairs");
        event["lines"][0]["product_id"] = Value::from("a-product-of-the-store");
        event.to_string()
    };
    let plain = said(&shop.event(
        "event-of-the-store-0",
        "order",
        "order-of-the-store-0",
        5,
        900,
    ));
    let order = shop.order(
        "event-of-the-store-1",
        "order-of-the-store-1",
        5,
        123_456,
        &click,
    );
    let order = said(&order);
    let later = |id: &str, what: &str| {
        said(&shop.event(
            &format!("event-of-the-store-{id}"),
            what,
            "order-of-the-store-1",
            3,
            60_000,
        ))
    };
    let late = said(&shop.event(
        "event-of-the-store-9",
        "order",
        "order-of-the-store-9",
        6,
        900,
    ));
    let late = late.replace("\"cleo\"", "\"emma\"");
    let plain = plain.replace("\"cleo\"", "\"dora\"");
    let click = shop
        .click("another-visitor", 6, "a-product-of-the-store", 10)
        .await;
    for event in [
        shop.order(
            "event-of-the-store-7",
            "order-of-the-store-7",
            5,
            123_456,
            &click,
        ),
        shop.event(
            "event-of-the-store-8",
            "shipment",
            "order-of-the-store-7",
            3,
            123_456,
        ),
    ] {
        used(&[said(&event).replace("\"cleo\"", "\"emma\""), seal(6)]).await;
    }
    let (shipment, refund) = (later("2", "shipment"), later("3", "refund"));
    let steps = [
        ("an order line without a click", vec![plain.clone()], 3.0),
        ("the same again", vec![plain], 2.0),
        (
            "an order line with a click, told to five",
            vec![order.clone()],
            9.0,
        ),
        ("the same again", vec![order], 2.0),
        (
            "a shipment, sealed alone",
            vec![shipment.clone(), seal(5)],
            11.0,
        ),
        ("the same again", vec![shipment], 2.0),
        (
            "a refund, sealed alone",
            vec![refund.clone(), seal(5)],
            11.0,
        ),
        ("the same again", vec![refund], 2.0),
        (
            "an order that closes a later line",
            vec![late.clone(), seal(6)],
            16.0,
        ),
        ("the same again", vec![late], 2.0),
    ];
    for (what, bodies, most) in steps {
        let wcu = used(&bodies).await;
        assert!(wcu > 0.0 || most <= 2.0, "{what}: nothing");
        assert!(wcu <= most, "{what}: {wcu}, of {most}");
    }

    let taken: Vec<_> = shop
        .entries(6)
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(taken, ["earned", "corrected"]);

    let mut told = Vec::new();
    for n in 0..49 {
        let (visitor, order) = (format!("visitor {n}"), format!("order-of-the-store-f{n}"));
        let click = shop
            .click(&visitor, 900, "a-product-of-the-store", 10)
            .await;
        let first = shop.order(
            &format!("event-of-the-store-f{n}"),
            &order,
            5,
            123_456,
            &click,
        );
        used(&[said(&first).replace("\"cleo\"", &format!("\"buyer {n}\""))]).await;
        let shipped = shop.event(
            &format!("event-of-the-store-s{n}"),
            "shipment",
            &order,
            3,
            123_456,
        );
        told.push(said(&shipped));
    }
    told.push(seal(900));
    let each = used(&told).await / 49.0;
    assert!(each <= 8.0, "a shipment in a full block: {each}, of 8");
    assert_eq!(shop.seal(900).await.len(), 1);
}
