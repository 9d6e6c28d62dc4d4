//! What bad lines may name is not retired.

use domain::catalogue::product::Availability;
use harness::World;
use serde_json::Value;

use crate::{HEADER, arrive, availability, feed, numbered, report, row, settle};

const KEY: &str = "catalogue/a.tsv";

/// Drops a version and works it off in slices of 7; its report.
async fn take_over(world: &World, file: String, minute: i64) -> Value {
    let bodies = arrive(world, KEY, file, minute).await;
    settle(world, bodies, 7).await;
    report(world, "reports/catalogue/a.json").await
}

#[tokio::test]
async fn what_a_line_hides_whose_id_cannot_be_read_is_never_retired() {
    let all = numbered(0..40);
    for spoilt in [
        row("P7").replace("P7\t", "P 7\t"),
        row("P7").replace("P7\t", "\t"),
        row("P7").replace("P7\t", "P\u{7}7\t"),
        row("P6") + &row("P7"),
        row("P6") + "\r" + &row("P7"),
        format!("\"{}", row("P7").replace('\t', " ")),
    ] {
        let world = World::new().await;
        take_over(&world, feed(&all), 0).await;
        // P31 to P33 are gone, and of P7 nobody can tell.
        let gone = ["P7", "P31", "P32", "P33"];
        let left = all.iter().filter(|id| !gone.contains(&id.as_str()));
        let left: Vec<_> = left.collect();
        let next = row("P8");
        let file = feed(&left).replace(&next, &format!("{spoilt}\n{next}"));
        let told = take_over(&world, file, 1).await;
        assert_eq!(
            availability(&world, "P7").await,
            Availability::InStock,
            "{spoilt:?}"
        );
        assert_eq!(
            (&told["retired"], &told["not_retired"]["products"]),
            (&3.into(), &1.into())
        );
        let reason = told["not_retired"]["reason"].as_str().unwrap();
        assert!(reason.contains("ids cannot be read"), "{reason}");
        // It is remembered, though no later version names it.
        let told = take_over(&world, feed(&left), 2).await;
        assert_eq!(
            (&told["retired"], &told["not_retired"]),
            (&1.into(), &Value::Null)
        );
        assert_eq!(availability(&world, "P7").await, Availability::Gone);
    }
}

#[tokio::test]
async fn as_many_are_kept_as_lines_were_skipped() {
    let world = World::new().await;
    let all = numbered(0..60);
    take_over(&world, feed(&all), 0).await;
    let told = take_over(&world, feed(&all[5..]) + "bad line\nbad line\n", 1).await;
    assert_eq!(
        (&told["retired"], &told["not_retired"]["products"]),
        (&3.into(), &2.into())
    );
    let told = take_over(
        &world,
        feed(&all[4..]) + "bad line\nbad line\nbad line\n",
        2,
    )
    .await;
    assert_eq!(told["retired"], 0, "{told}");
}

#[tokio::test]
async fn an_item_that_is_not_well_formed_is_not_retired_with_its_id_or_without() {
    let world = World::new().await;
    let item = |id: &str| {
        format!(
            "<item><g:id>{id}</g:id><title>T</title><link>https://s.test/{id}</link>\
             <g:availability>in stock</g:availability><g:price>5 USD</g:price></item>\n"
        )
    };
    let key = "catalogue/a.xml";
    let rss = |items: String| format!("<rss><channel>{items}</channel></rss>");
    let items: Vec<_> = numbered(0..40).iter().map(|id| item(id)).collect();
    let bodies = arrive(&world, key, rss(items.concat()), 0).await;
    settle(&world, bodies, 7).await;
    let mut odd = items;
    odd[3] = odd[3].replace("<title>T", "<title>5 < 10\" T");
    odd[4] = odd[4].replace("<g:id>P4", "<g:id < P4");
    odd.remove(20);
    let bodies = arrive(&world, key, rss(odd.concat()), 1).await;
    settle(&world, bodies, 7).await;
    for id in ["P3", "P4", "P5"] {
        assert_eq!(
            availability(&world, id).await,
            Availability::InStock,
            "{id}"
        );
    }
    assert_eq!(availability(&world, "P20").await, Availability::Gone);
    let told = report(&world, "reports/catalogue/a.xml.json").await;
    assert_eq!(
        (&told["bad_lines"], &told["retired"]),
        (&2.into(), &1.into())
    );
}

#[tokio::test]
async fn warnings_are_in_the_report_and_their_lines_are_good() {
    let world = World::new().await;
    let file = format!("{HEADER}\tgtin\n{}\t123\n{}\t\n", row("A"), row("B"));
    let told = take_over(&world, file, 0).await;
    assert_eq!(
        (&told["products"], &told["bad_lines"]),
        (&2.into(), &0.into())
    );
    assert_eq!(
        (&told["warned"], &told["warnings"][0]["field"]),
        (&1.into(), &"gtin".into())
    );
    assert_eq!(told["warnings"][0]["line"], 2);
}
