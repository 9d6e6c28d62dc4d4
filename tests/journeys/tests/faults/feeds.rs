//! Files of the store: whatever fails, nothing of the latest is lost, and nothing that it names is
//! retired.

use domain::{
    catalogue::product::{Availability, Money, Product},
    ids::ProductId,
};
use harness::World;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use shared::queue::{
    Queue,
    messages::{CatalogueMessage, PriceChange, PriceChanged},
};

use crate::{Met, engine::Engine};

fn feed(store: &str, numbers: impl IntoIterator<Item = u32>, dollars: u32) -> Vec<u8> {
    let mut file = "id\ttitle\tlink\tavailability\tprice\n".to_owned();
    for number in numbers {
        let id = format!("{store}{number}");
        file += &format!("{id}\tThing\thttps://s.test/{id}\tin_stock\t{dollars} USD\n");
    }
    file.into_bytes()
}

fn reviews(rating: impl Fn(u32) -> u32) -> Vec<u8> {
    let line = |number: u32| {
        json!({
            "review_id": format!("r{number}"), "customer": "ana", "product_id": "mug",
            "rating": rating(number), "written_at": "2026-01-02T03:04:05Z",
        })
        .to_string()
    };
    (0..8).map(line).collect::<Vec<_>>().join("\n").into_bytes()
}

async fn product(world: &World, id: &str) -> Product {
    let id = ProductId::parse(id).expect("an id");
    let found = world.store().product(&id).await.expect("the table answers");
    found.expect("a product").0
}

/// Two feeds and a file of reviews, each overtaken by a second version at any moment, and prices by
/// themselves between.
async fn takes_over(seed: u64) -> Met {
    let world = World::new().await;
    let mut random = StdRng::seed_from_u64(seed);
    let mug = world.product("mug");
    mug.with(|mug| (mug.stars, mug.review_count) = (0, 0)).await;
    let mut engine = Engine::new(&world, seed);
    let kind = "text/plain";
    // Newer than every file, and not so far ahead that it is refused.
    let later = world.now() + jiff::SignedDuration::from_mins(4);
    let price = PriceChange {
        product_id: "a1".to_owned(),
        price: Money {
            amount: 777,
            currency: "USD".to_owned(),
        },
        sale_price: None,
        availability: Availability::SoldOut,
        at: later,
    };
    let changes = vec![price];
    let changed = CatalogueMessage::PriceChanged(PriceChanged { changes });
    let context = world.context();
    let queue = Queue::new(context.sqs(), context.config.catalogue_queue());
    for (key, file) in [
        ("catalogue/a.tsv", feed("a", 0..12, 5)),
        ("reviews/a.jsonl", reviews(|number| 1 + number % 5)),
        ("catalogue/b.tsv", feed("b", 0..6, 5)),
        (
            "catalogue/a.tsv",
            feed("a", (0..12).filter(|n| n % 4 != 3), 6),
        ),
        ("reviews/a.jsonl", reviews(|number| 1 + (number + 1) % 5)),
        ("catalogue/b.tsv", feed("b", 2..9, 6)),
    ] {
        world.put_object(key, kind, file).await;
        if key == "catalogue/b.tsv" {
            queue
                .send(std::slice::from_ref(&changed))
                .await
                .expect("SQS takes it");
        }
        for _ in 0..random.random_range(0..8) {
            engine.step().await;
        }
    }
    engine.settle().await;

    for number in (0..12).filter(|number| number % 4 != 3) {
        let found = product(&world, &format!("a{number}")).await;
        let (availability, amount) = match number {
            1 => (Availability::SoldOut, 777),
            _ => (Availability::InStock, 600),
        };
        assert_eq!(found.availability, availability, "a{number}");
        assert_eq!(found.price.expect("a price").amount, amount, "a{number}");
    }
    for number in 2..9 {
        let found = product(&world, &format!("b{number}")).await;
        assert_eq!(found.availability, Availability::InStock, "b{number}");
    }
    // What the first version alone named was retired, or never came to be.
    for id in ["a3", "a7", "a11", "b0", "b1"] {
        let key = ProductId::parse(id).expect("an id");
        let found = world.store().product(&key).await;
        let found = found.expect("the table answers");
        let gone = found.is_none_or(|(found, _)| found.availability == Availability::Gone);
        assert!(gone, "{id}");
    }
    let mug = product(&world, "mug").await;
    let stars: u32 = (0..8).map(|number| 1 + (number + 1) % 5).sum();
    assert_eq!((mug.stars, mug.review_count), (u64::from(stars), 8));
    Met::of(&engine.faults)
}

#[tokio::test]
async fn the_latest_files_of_the_store_hold_whatever_fails() {
    crate::over_seeds(0..12, takes_over, crate::TRANSACTIONS).await;
}
