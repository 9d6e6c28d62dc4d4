//! Files in slices, and what they do not name any more.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kept;
mod prices;
mod versions;

use catalogue::{App, handle};
use domain::{
    catalogue::product::{Availability, Product},
    ids::ProductId,
};
use harness::{World, sqs_event};
use jiff::Timestamp;
use serde_json::{Value, json};

const HEADER: &str = "id\ttitle\tlink\tavailability\tprice";

fn row(id: &str) -> String {
    format!("{id}\tThing {id}\thttps://store.test/{id}\tin_stock\t5 USD")
}

fn feed<I: AsRef<str>>(ids: &[I]) -> String {
    let rows = ids.iter().map(|id| row(id.as_ref()) + "\n");
    format!("{HEADER}\n{}", rows.collect::<String>())
}

fn numbered(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("P{number}")).collect()
}

/// Time passes between two files, as S3 tells it.
async fn arrive(world: &World, key: &str, file: String, minute: i64) -> Vec<String> {
    world.put_object(key, "text/plain", file.into_bytes()).await;
    world.receive_all("catalogue").await;
    vec![arrival(key, minute)]
}

fn arrival(key: &str, minute: i64) -> String {
    let at = Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
    json!({"Records": [{
        "eventName": "ObjectCreated:Put", "eventTime": at, "s3": {"object": {"key": key}}
    }]})
    .to_string()
}

/// Works off messages and all that they ask for; how many there were.
async fn settle(world: &World, mut bodies: Vec<String>, slice: u64) -> usize {
    let app = App::with_slice(&world.context(), slice);
    let mut messages = 0;
    while !bodies.is_empty() {
        messages += bodies.len();
        let answer = handle(&app, sqs_event(&bodies)).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        bodies = world.receive_all("catalogue").await;
    }
    messages
}

async fn product(world: &World, id: &str) -> Product {
    let id = ProductId::parse(id).unwrap();
    world.store().product(&id).await.unwrap().unwrap().0
}

async fn availability(world: &World, id: &str) -> Availability {
    product(world, id).await.availability
}

async fn report(world: &World, key: &str) -> Value {
    serde_json::from_slice(&world.object(key).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_feed_is_taken_over_slice_by_slice_in_tsv_and_xml() {
    let world = World::new().await;
    let ids = numbered(0..23);
    let bodies = arrive(&world, "catalogue/a.tsv", feed(&ids), 0).await;
    assert_eq!(settle(&world, bodies, 5).await, 5);
    let items = numbered(100..123).into_iter().map(|id| {
        format!(
            "<item><g:id>{id}</g:id>\n<title>T</title><link>https://s.test/{id}</link>\
             <g:availability>in stock</g:availability><g:price>5.00 USD</g:price></item>"
        )
    });
    let rss = format!(
        "<?xml version=\"1.0\"?><rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\
         <title>Store</title>{}</channel></rss>",
        items.collect::<String>()
    );
    let bodies = arrive(&world, "catalogue/b.xml", rss, 0).await;
    assert_eq!(settle(&world, bodies, 5).await, 5);

    for id in ids.iter().chain(&numbered(100..123)) {
        assert_eq!(
            availability(&world, id).await,
            Availability::InStock,
            "{id}"
        );
    }
    for key in ["reports/catalogue/a.json", "reports/catalogue/b.xml.json"] {
        let report = report(&world, key).await;
        assert_eq!(
            (&report["lines"], &report["products"]),
            (&23.into(), &23.into())
        );
        assert_eq!(
            (&report["bad_lines"], &report["retired"]),
            (&0.into(), &0.into())
        );
    }
}

#[tokio::test]
async fn what_a_full_feed_does_not_name_any_more_is_retired_and_comes_back_with_a_later_one() {
    let world = World::new().await;
    let (key, name) = ("catalogue/a.tsv", "reports/catalogue/a.json");
    for (minute, ids, gone) in [
        (0, vec!["A", "B", "C"], vec![]),
        (1, vec!["A", "C"], vec!["B"]),
        (2, vec!["A", "B"], vec!["C"]),
    ] {
        let bodies = arrive(&world, key, feed(&ids), minute).await;
        settle(&world, bodies, 2).await;
        for id in ids {
            assert_eq!(
                availability(&world, id).await,
                Availability::InStock,
                "{id}"
            );
        }
        for id in &gone {
            assert_eq!(availability(&world, id).await, Availability::Gone, "{id}");
        }
        assert_eq!(report(&world, name).await["retired"], gone.len());
    }
}

#[tokio::test]
async fn a_feed_retires_neither_another_s_products_nor_those_on_its_bad_lines() {
    let world = World::new().await;
    for (key, ids) in [
        ("catalogue/a.tsv", ["A", "X"]),
        ("catalogue/b.tsv", ["B", "Y"]),
    ] {
        let bodies = arrive(&world, key, feed(&ids), 0).await;
        settle(&world, bodies, 100).await;
    }
    let rest = numbered(0..30);
    let file = feed(&rest) + &row("X").replace("5 USD", "1.299 EUR") + "\n";
    let bodies = arrive(&world, "catalogue/a.tsv", file, 1).await;
    settle(&world, bodies, 100).await;
    assert_eq!(availability(&world, "A").await, Availability::Gone);
    for id in ["X", "B", "Y"] {
        assert_eq!(
            availability(&world, id).await,
            Availability::InStock,
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_feed_that_is_not_whole_retires_nothing_until_a_whole_one_does() {
    let world = World::new().await;
    let key = "catalogue/a.tsv";
    let all = numbered(0..60);
    let bodies = arrive(&world, key, feed(&all), 0).await;
    settle(&world, bodies, 25).await;
    let cut = feed(&all[..40]);
    let mostly_bad = feed(&all[..40]).replace("P1", "P 1");
    for (minute, file, why) in [
        (1, cut[..cut.len() - 12].to_owned(), "cut off"),
        (2, mostly_bad, "tenth"),
        (3, feed(&all[..25]), "lacks more"),
        (4, HEADER.to_owned(), "no good line"),
    ] {
        let bodies = arrive(&world, key, file, minute).await;
        settle(&world, bodies, 25).await;
        let report = report(&world, "reports/catalogue/a.json").await;
        assert_eq!(report["retired"], 0, "{report}");
        let reason = report["not_retired"]["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{reason}");
        assert_eq!(availability(&world, "P59").await, Availability::InStock);
    }
    let bodies = arrive(&world, key, feed(&all[..58]), 5).await;
    settle(&world, bodies, 25).await;
    assert_eq!(
        report(&world, "reports/catalogue/a.json").await["retired"],
        2
    );
    assert_eq!(availability(&world, "P59").await, Availability::Gone);
    assert_eq!(availability(&world, "P57").await, Availability::InStock);
    // Twice in a row it is meant.
    for (minute, retired) in [(6, 0), (7, 48)] {
        let bodies = arrive(&world, key, feed(&all[..10]), minute).await;
        settle(&world, bodies, 25).await;
        assert_eq!(
            report(&world, "reports/catalogue/a.json").await["retired"],
            retired
        );
    }
    assert_eq!(availability(&world, "P10").await, Availability::Gone);
}

#[tokio::test]
async fn an_earlier_feed_that_comes_late_or_twice_changes_nothing() {
    let world = World::new().await;
    let key = "catalogue/a.tsv";
    let old = arrive(&world, key, feed(&["A", "B"]), 0).await;
    settle(&world, old.clone(), 1).await;
    let new = arrive(&world, key, feed(&["A"]), 1).await;
    settle(&world, new.clone(), 1).await;
    let before = (product(&world, "A").await, product(&world, "B").await);
    assert_eq!(before.1.availability, Availability::Gone);
    let again = [new, old].concat();
    settle(&world, again, 1).await;
    assert_eq!(
        (product(&world, "A").await, product(&world, "B").await),
        before
    );
    let kept = world.objects("catalogue-state/").await;
    assert_eq!(kept.len(), 3, "{kept:?}");
}

#[tokio::test]
async fn a_category_of_arrows_alone_is_none_and_costs_its_file_nothing() {
    let world = World::new().await;
    let header = format!("{HEADER}\tgoogle_product_category\tproduct_type");
    let rows = [("A", ">\t"), ("B", " > > \tMugs >"), ("C", "\t>>")];
    let rows = rows.map(|(id, categories)| format!("\n{}\t{categories}", row(id)));
    let file = format!("{header}{}", rows.concat());
    let bodies = arrive(&world, "catalogue/a.tsv", file, 0).await;
    settle(&world, bodies, 100).await;
    for (id, category) in [("A", None), ("B", Some("Mugs")), ("C", None)] {
        assert_eq!(product(&world, id).await.category.as_deref(), category);
    }
}

#[tokio::test]
async fn a_product_keeps_what_people_added_when_a_feed_names_it_again() {
    let world = World::new().await;
    world
        .product("A")
        .with(|product| {
            (product.saves, product.stars, product.review_count) = (7, 9, 2);
            product.brand = Some("Old".to_owned());
        })
        .await;
    let bodies = arrive(&world, "catalogue/a.tsv", feed(&["A"]), 60 * 24 * 365).await;
    settle(&world, bodies, 100).await;
    let found = product(&world, "A").await;
    assert_eq!((found.saves, found.stars, found.review_count), (7, 9, 2));
    assert_eq!((found.title.as_str(), found.brand), ("Thing A", None));
}

#[tokio::test]
async fn reviews_are_taken_over_line_by_line_and_counted_once() {
    let world = World::new().await;
    world
        .product("mug")
        .with(|mug| (mug.stars, mug.review_count) = (0, 0))
        .await;
    let line = |id: &str, product: &str, rating: u8| {
        json!({
            "review_id": id, "customer": "ana", "product_id": product, "rating": rating,
            "title": "T", "body": "B", "written_at": "2026-01-02T03:04:05Z",
        })
        .to_string()
            + "\n"
    };
    let file = [
        line("r1", "mug", 5),
        line("r2", "mug", 2),
        line("r3", "no", 3),
        "{}\n".into(),
    ];
    // A review of a time to come would be the newest for ever.
    let ahead = line("r4", "mug", 1).replace("2026-01-02", "3026-01-02");
    let file = [file.concat(), ahead];
    let key = "reviews/all.jsonl";
    let bodies = arrive(&world, key, file.concat(), 0).await;
    for _ in 0..2 {
        settle(&world, bodies.clone(), 2).await;
        let found = product(&world, "mug").await;
        assert_eq!((found.rating(), found.review_count), (Some(3.5), 2));
    }
    let report = report(&world, "reports/reviews/all.json").await;
    assert_eq!(
        (&report["lines"], &report["bad_lines"]),
        (&5.into(), &3.into())
    );
    assert_eq!(report["bad"][0]["field"], "product_id");
    assert_eq!(
        report["bad"].as_array().unwrap().last().unwrap()["field"],
        "written_at"
    );
    let ana = harness::user("ana");
    assert_eq!(
        world
            .store()
            .reviews_by(&ana, None, 10)
            .await
            .unwrap()
            .0
            .len(),
        2
    );

    let bodies = arrive(&world, key, line("r2", "mug", 4), 1).await;
    settle(&world, bodies, 2).await;
    let found = product(&world, "mug").await;
    assert_eq!((found.rating(), found.review_count), (Some(4.5), 2));
    let (noted, _) = world.store().imports(None, 10).await.unwrap();
    let noted: Vec<_> = noted.iter().map(|noted| noted.tally.lines).collect();
    assert_eq!(noted, [1, 5]);
}
