//! Files that are odd in ways that feeds are odd elsewhere, and what becomes of each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use catalogue::{App, handle};
use domain::ids::ProductId;
use harness::World;
use jiff::SignedDuration;
use serde_json::{Value, json};

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/odd/files");
    std::fs::read(folder.join(name)).unwrap()
}

async fn drop_in(world: &World, name: &str, bytes: Vec<u8>) {
    world
        .put_object(&format!("catalogue/{name}"), "text/plain", bytes)
        .await;
    loop {
        let event = world.receive_event("catalogue").await;
        if event.records.is_empty() {
            break;
        }
        let answer = handle(&App::new(&world.context()), event).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    }
    world.advance(SignedDuration::from_mins(1));
}

async fn product(world: &World, id: &str) -> Option<Value> {
    let id = ProductId::parse(id).unwrap();
    let found = world.store().product(&id).await.unwrap();
    found.map(|(product, _)| serde_json::to_value(product).unwrap())
}

/// Drops a file, after the one before it if there is one, and compares with what its case says;
/// its report.
async fn report_of(name: &str) -> Value {
    let cases: Value = serde_json::from_slice(&file("cases.json")).unwrap();
    let case = &cases[name];
    let world = World::new().await;
    if let Some(before) = case["before"].as_str() {
        drop_in(&world, name, file(before)).await;
    }
    drop_in(&world, name, file(name)).await;
    for (id, expected) in case["products"].as_object().unwrap() {
        let found = product(&world, id).await;
        assert!(found.is_some(), "{id}");
        let found = found.unwrap();
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&found[field], value, "{id}");
        }
    }
    for id in case["absent"].as_array().unwrap() {
        assert_eq!(product(&world, id.as_str().unwrap()).await, None, "{id}");
    }
    let (noted, _) = world.store().imports(None, 10).await.unwrap();
    let report = world.store().import(&noted[0].id).await.unwrap();
    let report = serde_json::to_value(report.unwrap()).unwrap();
    let least = case["bad_lines_at_least"].as_u64().unwrap_or_default();
    assert!(report["bad_lines"].as_u64() >= Some(least), "{report}");
    report
}

#[tokio::test]
async fn a_quote_that_its_line_does_not_close_costs_that_line_alone() {
    let report = report_of("quote-opens-line.tsv").await;
    assert_eq!(
        (&report["lines"], &report["bad_lines"]),
        (&json!(5), &json!(1))
    );
    assert_eq!(report["bad"][0]["line"], 3);
}

#[tokio::test]
async fn a_quote_that_its_line_does_not_close_retires_nothing_that_the_file_names() {
    let report = report_of("quote-retires.tsv").await;
    assert_eq!(
        (&report["retired"], &report["bad_lines"]),
        (&json!(0), &json!(1))
    );
}

#[tokio::test]
async fn a_file_of_carriage_returns_says_so() {
    let report = report_of("cr-line-ends.tsv").await;
    let reason = report["bad"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("carriage return"), "{reason}");
}

#[tokio::test]
async fn a_scheme_counts_whatever_its_case() {
    assert_eq!(report_of("upper-case-scheme.tsv").await["bad_lines"], 0);
}

#[tokio::test]
async fn zeros_beyond_a_currency_s_decimals_add_nothing() {
    assert_eq!(report_of("trailing-zeros.tsv").await["bad_lines"], 2);
}

#[tokio::test]
async fn elements_of_foreign_namespaces_are_none_of_the_product_s() {
    assert_eq!(report_of("other-namespaces.xml").await["bad_lines"], 0);
}

#[tokio::test]
async fn an_atom_link_in_an_rss_item_is_not_its_link() {
    assert_eq!(report_of("atom-self-link.xml").await["bad_lines"], 0);
}

#[tokio::test]
async fn of_a_repeated_element_the_first_counts() {
    assert_eq!(report_of("repeated-element.xml").await["bad_lines"], 0);
}

#[tokio::test]
async fn a_less_than_that_begins_no_tag_costs_its_own_item_alone() {
    let report = report_of("bare-less-than.xml").await;
    assert_eq!(
        (&report["lines"], &report["bad_lines"]),
        (&json!(5), &json!(1))
    );
}

#[tokio::test]
async fn control_characters_in_a_title_make_a_line_bad() {
    assert_eq!(report_of("control-characters.tsv").await["bad_lines"], 2);
}

#[tokio::test]
async fn two_byte_order_marks_are_passed_over() {
    assert_eq!(
        report_of("double-byte-order-mark.tsv").await["bad_lines"],
        0
    );
}

#[test]
fn every_file_has_a_case() {
    let cases: Value = serde_json::from_slice(&file("cases.json")).unwrap();
    let known = cases.as_object().unwrap();
    let before: Vec<_> = known
        .values()
        .filter_map(|case| case["before"].as_str())
        .collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/odd/files");
    for found in std::fs::read_dir(folder).unwrap() {
        let name = found.unwrap().file_name().into_string().unwrap();
        let has =
            name == "cases.json" || known.contains_key(&name) || before.contains(&name.as_str());
        assert!(has, "{name}");
    }
}
