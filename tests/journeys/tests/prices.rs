//! What the store says of its products shows in feeds: another price, when it was confirmed, and
//! that none is left.

use domain::catalogue::product::{Availability, Money};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::queue::{
    Queue,
    messages::{CatalogueMessage, PriceChange, PriceChanged},
};

use crate::{
    places::everywhere,
    spark::{LocalSpark, Spark, topics},
};

everywhere!(what_a_new_version_of_the_stores_file_says_shows_in_feeds);

/// A delta of price and availability is in feeds after this many seconds at the latest.
const DELTA: u32 = 30;
/// A new version of a small file.
const FILE: u32 = 60;
/// Seconds between two looks.
const STEP: u32 = 3;

/// The store's only product, at this price.
async fn drop_feed(spark: &Spark, price: &str, availability: &str) -> String {
    let product = spark.name("mug");
    let link = format!("https://store.test/{product}");
    let row = [&product, "A mug", &link, availability, price].join("\t");
    let feed = format!("id\ttitle\tlink\tavailability\tprice\n{row}\n");
    let key = format!("catalogue/{product}.tsv");
    let kind = "text/tab-separated-values";
    spark.drop_file(&key, kind, feed.as_bytes()).await;
    product
}

/// The product's card in its post, where a reader's feed holds that.
fn card(feed: &Value, product: &str) -> Option<(Value, Value)> {
    let posts = feed["items"].as_array()?.iter().map(|item| &item["post"]);
    let mut shown = posts.filter(|post| post["products"][0]["id"] == product);
    let post = shown.next()?;
    Some((post["products"][0].clone(), post["shoppable_count"].clone()))
}

/// Waits until a feed shows a product as it should, so many seconds at most.
async fn shows_within(
    seconds: u32,
    spark: &Spark,
    reader: &str,
    right: impl Fn(&Value) -> bool,
) -> (Value, Value) {
    let product = spark.name("mug");
    let mut last = Value::Null;
    for _ in (0..=seconds).step_by(STEP as usize) {
        let feed = spark.get("/v1/feed?limit=100", reader).await.expect(200);
        match card(&feed, &product) {
            Some(found) if right(&found.0) => return found,
            _ => last = feed,
        }
        spark.let_seconds_pass(STEP).await;
    }
    panic!("not within {seconds} s: {last}");
}

/// A product at 12.99 in a post, and a reader who follows its author and has seen it so in their
/// feed.
async fn followed(spark: &Spark) -> String {
    let product = drop_feed(spark, "12.99 USD", "in_stock").await;
    let name = spark.name("ana");
    let ana = spark.member(&name).await;
    let path = format!("/v1/products/{product}");
    spark
        .shows(&path, &ana, |card| card["price"]["amount"] == 1_299)
        .await;
    let reader = spark.member(&spark.name("ben")).await;
    let follow = format!("/v1/users/{name}/follow");
    spark.put(&follow, &reader).await.expect(204);
    let post = json!({"kind": "story", "text": "Look", "topics": [topics(1)[0]],
        "products": [product]});
    spark.post("/v1/posts", &ana, &post).await.expect(201);
    let (card, shoppable) = shows_within(FILE, spark, &reader, |card| {
        card["price"]["amount"] == 1_299
    })
    .await;
    assert_eq!(card["availability"], "in_stock");
    assert_eq!(shoppable, 1);
    reader
}

fn confirmed(card: &Value) -> Timestamp {
    card["price_confirmed_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

pub async fn what_a_new_version_of_the_stores_file_says_shows_in_feeds(spark: &Spark) {
    let reader = followed(spark).await;
    let (before, _) = shows_within(0, spark, &reader, |_| true).await;
    for (price, amount, availability, shown, count) in [
        ("9.99 USD", 999, "in_stock", "in_stock", 1),
        ("9.49 USD", 949, "out_of_stock", "sold_out", 0),
    ] {
        drop_feed(spark, price, availability).await;
        let right = |card: &Value| card["price"]["amount"] == amount;
        let (card, shoppable) = shows_within(FILE, spark, &reader, right).await;
        assert_eq!(card["availability"], shown);
        assert_eq!(shoppable, count);
        assert!(confirmed(&card) > confirmed(&before), "{card} {before}");
    }
    reported(spark).await;
}

/// An admin reads what became of the last version, among the reports and by itself.
async fn reported(spark: &Spark) {
    let file = format!("catalogue/{}.tsv", spark.name("mug"));
    let root = spark.token(&spark.name("root"), &["admin"]).await;
    let told = |page: &Value| {
        let mut reports = page["items"].as_array().into_iter().flatten();
        reports.find(|report| report["feed"] == *file).cloned()
    };
    let list = "/v1/admin/imports?limit=100";
    let page = spark.shows(list, &root, |page| told(page).is_some()).await;
    let report = told(&page).unwrap();
    assert_eq!(
        (&report["products"], &report["bad_lines"]),
        (&json!(1), &json!(0))
    );
    let path = format!("/v1/admin/imports/{}", report["id"].as_str().unwrap());
    let whole = spark.get(&path, &root).await.expect(200);
    assert_eq!((&whole["id"], &whole["bad"]), (&report["id"], &json!([])));
}

#[tokio::test]
async fn a_delta_of_price_and_availability_shows_in_feeds_within_thirty_seconds() {
    let spark = LocalSpark::start().await;
    let reader = followed(&spark).await;
    let context = spark.cloud.context();
    let queue = Queue::new(context.sqs(), context.config.catalogue_queue());
    for (amount, availability, shown, count) in [
        (999, Availability::InStock, "in_stock", 1),
        (949, Availability::SoldOut, "sold_out", 0),
    ] {
        let change = PriceChange {
            product_id: spark.name("mug"),
            price: Money {
                amount,
                currency: "USD".to_owned(),
            },
            sale_price: None,
            availability,
            at: context.clock.now(),
        };
        let told = CatalogueMessage::PriceChanged(PriceChanged {
            changes: vec![change.clone()],
        });
        queue.send(&[told]).await.unwrap();
        let right = |card: &Value| card["price"]["amount"] == amount;
        let (card, shoppable) = shows_within(DELTA, &spark, &reader, right).await;
        assert_eq!(card["availability"], shown);
        assert_eq!(shoppable, count);
        assert_eq!(confirmed(&card), change.at);
    }
}
