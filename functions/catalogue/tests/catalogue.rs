//! Feeds that are dropped into the bucket, against a real table, bucket and queue.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use catalogue::{App, handle};
use domain::{
    catalogue::{
        product::{Availability, Money, Product},
        report::LISTED,
    },
    feeds::picks::Shelf,
    ids::{ProductId, TopicId},
};
use harness::{World, sqs_event};
use jiff::SignedDuration;
use serde_json::Value;
use shared::store::Details;

const HEADER: &str = "id\ttitle\tdescription\tlink\tavailability\tprice\tbrand";

fn row(id: &str, price: &str) -> String {
    format!("{id}\tThing {id}\tAll about {id}.\thttps://store.test/{id}\tin_stock\t{price}\tAcme")
}

fn feed<'r>(rows: impl IntoIterator<Item = &'r str>) -> String {
    rows.into_iter()
        .fold(HEADER.to_owned(), |file, row| format!("{file}\n{row}"))
}

async fn drop_in(world: &World, name: &str, file: String) -> SqsEvent {
    let key = format!("catalogue/{name}");
    world
        .put_object(&key, "text/tab-separated-values", file.into_bytes())
        .await;
    world.receive_event("catalogue").await
}

async fn run(world: &World, event: &SqsEvent) -> Vec<String> {
    let response: SqsBatchResponse = handle(&App::new(&world.context()), event.clone()).await;
    response
        .batch_item_failures
        .into_iter()
        .map(|failure| failure.item_identifier)
        .collect()
}

async fn product(world: &World, id: &str) -> Option<(Product, Details)> {
    let id = ProductId::parse(id).expect("a product id");
    world.store().product(&id).await.expect("the table answers")
}

async fn report(world: &World, name: &str) -> Value {
    let report = world.object(&format!("reports/catalogue/{name}")).await;
    serde_json::from_slice(&report.expect("a report")).expect("a report in JSON")
}

#[tokio::test]
async fn a_feed_in_the_bucket_becomes_products() {
    let world = World::new().await;
    let event = drop_in(
        &world,
        "spring.tsv",
        feed([row("A", "1,024.99 USD").as_str()]),
    )
    .await;
    assert_eq!(product(&world, "A").await, None);

    assert!(run(&world, &event).await.is_empty());

    let (found, description) = product(&world, "A").await.expect("a product");
    assert_eq!(found.title, "Thing A");
    assert_eq!(
        found.price,
        Some(Money {
            amount: 102_499,
            currency: "USD".to_owned()
        })
    );
    assert_eq!(found.availability, Availability::InStock);
    assert!(found.can_be_bought());
    let age = world.now().duration_since(found.confirmed_at);
    assert!(age.abs() < SignedDuration::from_mins(1), "{age}");
    assert_eq!(description.description, "All about A.");
    let report = report(&world, "spring.json").await;
    assert_eq!(
        (&report["lines"], &report["products"]),
        (&1.into(), &1.into())
    );
    assert_eq!(report["bad"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_bad_line_is_reported_with_all_its_fields_and_skipped() {
    let world = World::new().await;
    let bad = row("B", "1.299 EUR").replace("in_stock", "soon");
    let file = feed([row("A", "5 USD").as_str(), &bad, &row("C", "7 USD")]);
    let event = drop_in(&world, "mixed.tsv", file).await;

    assert!(run(&world, &event).await.is_empty());

    assert!(product(&world, "A").await.is_some() && product(&world, "C").await.is_some());
    assert_eq!(product(&world, "B").await, None);
    let report = report(&world, "mixed.json").await;
    assert_eq!(
        (&report["lines"], &report["bad_lines"]),
        (&3.into(), &1.into())
    );
    let named = report["bad"].as_array().expect("a list").iter();
    let named: Vec<_> = named
        .map(|bad| (bad["line"].clone(), bad["field"].clone()))
        .collect();
    assert_eq!(
        named,
        [
            (3.into(), "availability".into()),
            (3.into(), "price".into())
        ]
    );
}

#[tokio::test]
async fn a_file_that_is_no_feed_gets_a_report_that_says_so() {
    let world = World::new().await;
    for (name, file) in [
        ("empty", String::new()),
        ("photo", "\u{89}PNG\r\n\u{1a}\n".to_owned()),
    ] {
        let event = drop_in(&world, &format!("{name}.tsv"), file).await;
        assert!(run(&world, &event).await.is_empty());
        let report = report(&world, &format!("{name}.json")).await;
        assert_eq!(
            (&report["products"], &report["bad_lines"]),
            (&0.into(), &1.into()),
            "{name}"
        );
        assert_eq!(report["bad"][0]["line"], 1);
    }
}

#[tokio::test]
async fn a_file_s_ending_counts_whatever_its_case_and_one_that_is_none_of_ours_is_reported() {
    let world = World::new().await;
    for name in ["a.TSV", "b.Txt"] {
        let id = &name[..1];
        let event = drop_in(&world, name, feed([row(id, "5 USD").as_str()])).await;
        assert!(run(&world, &event).await.is_empty());
        assert!(product(&world, id).await.is_some(), "{name}");
    }
    for name in [
        "catalogue/c.xlsx",
        "catalogue/c",
        "catalogue/.tsv.gz",
        "reviews/c.csv",
    ] {
        let file = feed([row("C", "5 USD").as_str()]).into_bytes();
        world.put_object(name, "text/plain", file).await;
        let event = world.receive_event("catalogue").await;
        for _ in 0..2 {
            assert!(run(&world, &event).await.is_empty(), "{name}");
        }
        let report = world.object(&format!("reports/{name}.json")).await;
        let report: Value = serde_json::from_slice(&report.expect("a report")).expect("JSON");
        assert_eq!(
            (&report["lines"], &report["bad_lines"]),
            (&0.into(), &1.into())
        );
        let reason = report["bad"][0]["reason"].as_str().expect("a reason");
        assert!(reason.contains("ends in none of"), "{reason}");
    }
    assert_eq!(product(&world, "C").await, None);
    let (noted, _) = world
        .store()
        .imports(None, 10)
        .await
        .expect("the table answers");
    assert_eq!(noted.len(), 6);
}

#[tokio::test]
async fn the_same_message_twice_leaves_the_same_products_and_report() {
    let world = World::new().await;
    let file = feed([row("A", "5 USD").as_str(), "broken"]);
    let event = drop_in(&world, "again.tsv", file).await;
    assert!(run(&world, &event).await.is_empty());
    let first = (
        product(&world, "A").await,
        report(&world, "again.json").await,
    );

    world.advance(SignedDuration::from_mins(10));
    assert!(run(&world, &event).await.is_empty());

    assert_eq!(product(&world, "A").await, first.0);
    assert_eq!(report(&world, "again.json").await, first.1);
}

#[tokio::test]
async fn a_later_feed_and_a_later_line_win() {
    let world = World::new().await;
    let event = drop_in(&world, "full.tsv", feed([row("A", "5 USD").as_str()])).await;
    assert!(run(&world, &event).await.is_empty());
    let file = feed([row("A", "6 USD").as_str(), &row("A", "7 USD")]);
    let event = drop_in(&world, "full.tsv", file).await;

    assert!(run(&world, &event).await.is_empty());

    let (found, _) = product(&world, "A").await.expect("a product");
    assert_eq!(found.price.map(|price| price.amount), Some(700));
}

#[tokio::test]
async fn a_long_feed_is_written_page_by_page_and_its_bad_lines_counted_beyond_the_list() {
    let world = World::new().await;
    let good: Vec<_> = (0..620).map(|n| row(&format!("P{n}"), "5 USD")).collect();
    let rows = good
        .iter()
        .map(String::as_str)
        .chain(std::iter::repeat_n("bad", LISTED));
    let event = drop_in(&world, "long.tsv", feed(rows)).await;

    assert!(run(&world, &event).await.is_empty());

    let ids: Vec<_> = (0..620)
        .filter_map(|n| ProductId::parse(&format!("P{n}")))
        .collect();
    let found = world
        .store()
        .products(&ids)
        .await
        .expect("the table answers");
    assert_eq!(found.len(), 620);
    let report = report(&world, "long.json").await;
    assert_eq!(report["bad_lines"], LISTED);
    assert_eq!(report["bad"].as_array().map(Vec::len), Some(LISTED));
}

#[tokio::test]
async fn poison_fails_alone_and_the_rest_of_the_batch_is_done() {
    let world = World::new().await;
    let arrived = drop_in(&world, "good.tsv", feed([row("A", "5 USD").as_str()])).await;
    let good = arrived.records[0].body.clone().expect("a body");
    let foreign = good.replace("catalogue/good.tsv", "elsewhere/good.tsv");
    let bodies = ["not json".to_owned(), good, "{}".to_owned(), foreign];

    let failed = run(&world, &sqs_event(&bodies)).await;

    assert_eq!(sorted(failed), ["m0", "m2", "m3"]);
    assert!(product(&world, "A").await.is_some());
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[tokio::test]
async fn a_feed_that_was_taken_away_is_nothing_to_import() {
    let world = World::new().await;
    let arrived = drop_in(&world, "here.tsv", feed([row("A", "5 USD").as_str()])).await;
    let body = arrived.records[0].body.clone().expect("a body");
    let gone = body.replace("here.tsv", "gone.tsv");

    assert!(run(&world, &sqs_event(&[gone])).await.is_empty());

    assert_eq!(product(&world, "A").await, None);
    assert!(world.objects("reports/").await.is_empty());
}

#[tokio::test]
async fn a_folder_is_nothing_to_import() {
    let world = World::new().await;
    for folder in ["catalogue/spring", "reviews"] {
        let folder = format!("{folder}/");
        world.put_object(&folder, "", Vec::new()).await;
        let event = world.receive_event("catalogue").await;
        assert!(!event.records.is_empty(), "{folder}");
        assert!(run(&world, &event).await.is_empty(), "{folder}");
    }
    assert!(world.objects("reports/").await.is_empty());
}

#[tokio::test]
async fn the_sample_event_is_handled() {
    let world = World::new().await;
    let sample = include_str!("../../../events/catalogue-s3-object-created.json");
    let sample: SqsEvent = serde_json::from_str(sample).expect("an event");
    drop_in(
        &world,
        "spring sale.tsv",
        feed([row("A", "5 USD").as_str()]),
    )
    .await;

    assert!(run(&world, &sample).await.is_empty());

    assert!(product(&world, "A").await.is_some());
    report(&world, "spring sale.json").await;
}

#[tokio::test]
async fn what_is_in_stock_of_a_topic_stands_on_its_shelf_as_long_as_there_is_room() {
    let world = World::new().await;
    let topic = TopicId::parse("coffee").expect("a topic");
    let shelf = Shelf::Topic(topic.clone());
    let room = shelf.room();
    let coffee = "Food, Beverages & Tobacco > Beverages > Coffee";
    let line = |n: usize| {
        let availability = if n == 0 { "out_of_stock" } else { "in_stock" };
        format!(
            "c{n}\tBeans {n}\tBeans\thttps://store.test/{n}\t9.99 USD\t{availability}\t{coffee}"
        )
    };
    let lines = (0..room + 5).map(line);
    let head = "id\ttitle\tdescription\tlink\tprice\tavailability\tgoogle_product_category";
    let lines: Vec<_> = [head.to_owned()].into_iter().chain(lines).collect();
    for _ in 0..2 {
        let event = drop_in(&world, "beans.tsv", lines.join("\n")).await;
        assert!(run(&world, &event).await.is_empty());
        world.receive_all("catalogue").await;
        let there = world
            .store()
            .shelf(&shelf)
            .await
            .expect("the table answers");
        assert_eq!(there.len(), room);
        let known = there
            .iter()
            .all(|row| row.product.as_str() != "c0" && row.n == 0);
        assert!(known, "what is sold out has no place");
        world.advance(SignedDuration::from_secs(1));
    }
}
