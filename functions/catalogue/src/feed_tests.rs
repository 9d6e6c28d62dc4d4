//! What a product feed may hold, and what becomes of it.

use super::*;
use proptest::prelude::*;

const HEADER: &str =
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\tbrand";
const GOOD: &str = "A1\tCup\tA cup.\thttps://store.example/p/A1\thttps://store.example/a1.jpg\tin_stock\t18.50 USD\t\tTorva";

fn read(file: impl AsRef<[u8]>) -> Vec<Result<MerchantProduct, Vec<BadLine>>> {
    let mut feed = Feed::default();
    feed.push(file.as_ref());
    feed.end();
    feed.collect()
}

fn bad_fields(result: &Result<MerchantProduct, Vec<BadLine>>) -> Vec<(u64, String)> {
    let bad = result.as_ref().expect_err("a bad line");
    bad.iter()
        .map(|b| (b.line, b.field.clone().into_owned()))
        .collect()
}

#[test]
fn a_good_line_is_a_product() {
    let lines = read(format!("{HEADER}\n{GOOD}\n"));
    let [Ok(product)] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(product.id.as_str(), "A1");
    assert_eq!(
        product.price,
        Money {
            amount: 1850,
            currency: "USD".to_owned()
        }
    );
    assert_eq!(product.availability, Availability::InStock);
    assert_eq!(product.brand.as_deref(), Some("Torva"));
    assert_eq!(product.google_product_category, None);
}

#[test]
fn columns_may_come_in_any_order_and_be_named_as_google_or_a_spreadsheet_does() {
    let lines = read(
        "g:price\tAvailability\tg:id\t\"Title\"\tlink\tImage Link\tg:item group id\n\
                      5 USD\tout of stock\tB\tBowl\thttps://s.example/b\t\tG1\n",
    );
    let [Ok(product)] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(product.availability, Availability::SoldOut);
    assert_eq!(
        (product.image_link.clone(), product.item_group_id.as_deref()),
        (None, Some("G1"))
    );
}

#[test]
fn all_bad_fields_of_a_line_are_named_and_the_next_line_is_read() {
    let lines = read(format!(
        "{HEADER}\nA 1\t\t\tstore.example\tjavascript:x\tsoon\t1.299 EUR\t\t\n{GOOD}\n"
    ));
    let names = ["id", "title", "link", "image_link", "availability", "price"];
    assert_eq!(
        bad_fields(&lines[0]),
        names.map(|name| (2, name.to_owned()))
    );
    assert!(lines[1].is_ok());
}

#[test]
fn a_sale_price_counts_unless_it_is_timed() {
    let price = |sale: &str, header: &str, extra: &str| {
        let row = GOOD.replace("18.50 USD\t", &format!("18.50 USD\t{sale}"));
        let lines = read(format!("{HEADER}{header}\n{row}{extra}\n"));
        lines
            .into_iter()
            .next()
            .unwrap()
            .map(|product| product.price.amount)
    };
    assert_eq!(price("15 USD", "", ""), Ok(1500));
    let dates = "\t2026-01-01T00:00Z/2026-02-01T00:00Z";
    assert_eq!(
        price("15 USD", "\tsale price effective date", dates),
        Ok(1850)
    );
    assert!(price("19 USD", "", "").is_err());
    assert!(price("15 EUR", "", "").is_err());
}

#[test]
fn a_header_without_a_needed_column_says_so_and_ends_the_reading() {
    let lines = read(format!("id\ttitle\ttitle\tlink\n{GOOD}\n"));
    assert_eq!(lines.len(), 1);
    let named = ["title", "availability", "price"].map(|name| (1, name.to_owned()));
    assert_eq!(bad_fields(&lines[0]), named);
}

#[test]
fn a_value_too_many_is_bad_and_a_trailing_one_too_few_is_not() {
    let short = GOOD.trim_end_matches("\t\tTorva");
    let lines = read(format!("{HEADER}\n{GOOD}\tshifted\n{short}\n{GOOD}\t\t\n"));
    assert_eq!(bad_fields(&lines[0]), vec![(2, String::new())]);
    assert!(lines[1].is_ok() && lines[2].is_ok());
}

#[test]
fn bytes_that_are_not_utf_8_spoil_their_own_line_alone() {
    let mut file = format!("{HEADER}\n").into_bytes();
    file.extend(
        GOOD.replace("Cup", "C~p")
            .bytes()
            .map(|b| if b == b'~' { 0xFC } else { b }),
    );
    file.extend(format!("\n{GOOD}\n").bytes());
    let lines = read(file);
    assert_eq!(bad_fields(&lines[0]), vec![(2, "title".to_owned())]);
    assert!(lines[1].is_ok());
}

#[test]
fn the_demo_store_s_feed_is_good_to_the_last_line() {
    let lines = read(include_str!("../../../infra/local/demo/products.tsv"));
    assert!(lines.len() >= 40);
    for line in lines {
        line.expect("a good line");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
        read([HEADER.as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn whatever_a_line_holds_the_good_one_after_it_is_read(line in "[^\n\"]{1,200}") {
        let lines = read(format!("{HEADER}\n{line}\n{GOOD}\n"));
        prop_assert!(lines.last().is_some_and(Result::is_ok));
    }
}
