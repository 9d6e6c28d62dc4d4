//! Figures by week, none of few people.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::Idea,
    ids::ProductId,
    money::insights::{Response, Week},
};
use harness::user;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::Shop;

/// Has so many people click a product's links, from one on.
async fn click(shop: &Shop, product: &str, people: std::ops::Range<u32>) {
    let (store, now) = (shop.world.store(), shop.world.now());
    for person in people {
        let response = Response::Click {
            visitor: format!("{person:032x}"),
            click: format!("{product}-{person}"),
            product: ProductId::parse(product).unwrap(),
        };
        for brand in store.brands_shown(&response).await.unwrap() {
            let week = Week::of(now);
            let counted = store.count_response(&brand, week, &response, true);
            assert_eq!(counted.await.unwrap(), Some(false));
        }
    }
}

async fn weeks(shop: &Shop) -> Vec<Value> {
    let told = shop.get("/v1/sellers/insights?brand=Acme").await;
    told["weeks"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_figure_of_nine_people_is_null_and_of_ten_is_told() {
    let shop = Shop::open().await;
    click(&shop, "shoe", 0..9).await;
    // One person clicks more than once.
    click(&shop, "boot", 0..5).await;
    click(&shop, "mug", 5..15).await;
    let first = weeks(&shop).await;
    assert_eq!(first.len(), 26);
    let week = Week::of(shop.world.now()).to_string();
    let none =
        json!({"week": week, "smiles": null, "saves": null, "comments": null, "clicks": null});
    assert_eq!(first[0], none);
    click(&shop, "boot", 9..10).await;
    assert_eq!(weeks(&shop).await[0]["clicks"], 15);
    assert_eq!(weeks(&shop).await[1]["clicks"], json!(null));
    shop.world.advance(SignedDuration::from_hours(7 * 24));
    let later = weeks(&shop).await;
    assert_eq!(
        (&later[0]["clicks"], &later[1]["clicks"]),
        (&json!(null), &json!(15))
    );
    assert_eq!(later[1]["week"], week);
}

#[tokio::test]
async fn what_is_counted_names_nobody() {
    let shop = Shop::open().await;
    let (store, now) = (shop.world.store(), shop.world.now());
    let ana = user("ana");
    let response = Response::Save {
        user: ana.clone(),
        idea: Idea::Product(ProductId::parse("shoe").unwrap()),
    };
    let brand = store
        .brands_shown(&response)
        .await
        .unwrap()
        .pop_first()
        .unwrap();
    let week = Week::of(now);
    let counted = store.count_response(&brand, week, &response, true).await;
    assert_eq!(counted.unwrap(), Some(false));
    let items = all(&shop).await;
    let counted: Vec<_> = items
        .iter()
        .map(|item| format!("{item:?}"))
        .filter(|item| item.contains("ACTED#") || item.contains("FIGURES#"))
        .collect();
    assert_eq!(counted.len(), 2);
    assert!(counted.iter().all(|item| !item.contains(ana.as_str())));
}

#[expect(
    clippy::disallowed_methods,
    reason = "whatever is counted anywhere is to be found"
)]
async fn all(shop: &Shop) -> Vec<HashMap<String, AttributeValue>> {
    let context = shop.world.context();
    let scan = context.dynamodb.scan().table_name(context.config.table());
    let pages = scan.into_paginator().items().send();
    pages.collect::<Result<Vec<_>, _>>().await.unwrap()
}
