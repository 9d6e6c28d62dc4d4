//! What a product feed may hold, and what becomes of it.

use proptest::prelude::*;

use super::*;

mod odd;
mod xml;

use xml::RSS;

const HEADER: &str =
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\tbrand";
const GOOD: &str = "A1\tCup\tA cup.\thttps://store.example/p/A1\thttps://store.example/a1.jpg\tin_stock\t18.50 USD\t\tTorva";

type Read = Result<MerchantProduct, Vec<BadLine>>;

fn read(file: impl AsRef<[u8]>) -> Vec<Read> {
    let mut feed = Feed::default();
    feed.push(file.as_ref());
    feed.end();
    feed.map(|entry| entry.found).collect()
}

fn bad_fields(result: &Read) -> Vec<(u64, String)> {
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
    assert_eq!(product.category, None);
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
    let names = ["id", "title", "link", "availability", "price"];
    assert_eq!(
        bad_fields(&lines[0]),
        names.map(|name| (2, name.to_owned()))
    );
    assert!(lines[1].is_ok());
}

#[test]
fn a_sale_price_is_read_with_its_dates() {
    let sale = |sale: &str, header: &str, extra: &str| {
        let row = GOOD.replace("18.50 USD\t", &format!("18.50 USD\t{sale}"));
        let lines = read(format!("{HEADER}{header}\n{row}{extra}\n"));
        let product = lines.into_iter().next().unwrap();
        product.map(|product| {
            product
                .sale
                .map(|sale| (sale.price.amount, sale.from.is_some()))
        })
    };
    assert_eq!(sale("", "", ""), Ok(None));
    assert_eq!(sale("15 USD", "", ""), Ok(Some((1500, false))));
    let dates = "\t2026-01-01T00:00Z/2026-02-01T00:00Z";
    assert_eq!(
        sale("15 USD", "\tsale price effective date", dates),
        Ok(Some((1500, true)))
    );
    // A fault in it costs the sale alone.
    for (price, dates) in [
        ("15 USD", "soon"),
        ("19 USD", ""),
        ("15 EUR", ""),
        ("1.299", ""),
    ] {
        let dates = format!("\t{dates}");
        let found = sale(price, "\tsale price effective date", &dates);
        assert_eq!(found, Ok(None), "{price}");
    }
}

#[test]
fn a_header_without_a_needed_column_says_so_and_ends_the_reading() {
    let lines = read(format!("id\ttitle\ttitle\tlink\n{GOOD}\n"));
    assert_eq!(lines.len(), 1);
    let named = ["availability", "price"].map(|name| (1, name.to_owned()));
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
    let lines = read(include_str!("../../../../../infra/local/demo/products.tsv"));
    assert!(lines.len() >= 40);
    for line in lines {
        line.expect("a good line");
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_is_no_crash() {
    for (file, why) in [
        (
            "<?xml version='1.0' encoding='windows-1251'?><rss><item/></rss>".as_bytes(),
            "windows-1251",
        ),
        (b"<html><body>404</body></html>", "neither RSS nor Atom"),
        (b"\xFF\xFEi\0d\0\t\0", "UTF-16"),
        (b"\xFE\xFF\0i\0d", "UTF-16"),
    ] {
        let found = read(file);
        assert_eq!(found.len(), 1);
        let reason = &found[0].as_ref().unwrap_err()[0].reason;
        assert!(reason.contains(why), "{reason}");
    }
}

#[test]
fn a_file_that_ends_before_its_end_is_noticed() {
    let cut_off = |file: &str| {
        let mut feed = Feed::default();
        feed.push(file.as_bytes());
        feed.end();
        feed.by_ref().for_each(drop);
        feed.is_cut_off()
    };
    let tsv = format!("{HEADER}\n{GOOD}\n{GOOD}");
    for (file, whole) in [
        (RSS, true),
        (&RSS[..RSS.len() - 9], false),
        (&RSS[..600], false),
        (&tsv, true),
        (&tsv[..tsv.len() - 40], false),
    ] {
        assert_eq!(cut_off(file), !whole, "{file}");
    }
}

#[test]
fn a_field_of_64_kb_is_read_and_reading_goes_on_from_any_record() {
    let long = "щ".repeat(32 * 1024);
    let file = format!(
        "{HEADER}\n{GOOD}\n{}\n{GOOD}\n",
        GOOD.replace("A cup.", &long)
    );
    let mut feed = Feed::default();
    feed.push(file.as_bytes());
    feed.end();
    let entries: Vec<_> = feed.collect();
    assert_eq!(
        entries[1].found.as_ref().unwrap().description.as_deref(),
        Some(long.as_str())
    );
    let place = entries[0].after;
    let mut resumed = Feed::default();
    resumed.push(&file.as_bytes()[..200]);
    assert_eq!(resumed.read_header(), None);
    resumed.seek(place);
    resumed.push(&file.as_bytes()[usize::try_from(place.offset).unwrap()..]);
    resumed.end();
    assert_eq!(resumed.collect::<Vec<_>>(), entries[1..]);
}

proptest! {
    #[test]
    fn whatever_bytes_a_file_holds_it_has_no_more_entries_than_lines(
        bytes in proptest::collection::vec(any::<u8>(), 0..400)
    ) {
        let lines = bytes.split(|byte| b"\r\n".contains(byte)).count();
        prop_assert!(read(&bytes).len() <= lines);
        prop_assert!(read([HEADER.as_bytes(), b"\n", &bytes].concat()).len() <= lines);
    }

    #[test]
    fn whatever_a_line_holds_the_good_one_after_it_is_read(line in "[^\n\"]{1,200}") {
        let lines = read(format!("{HEADER}\n{line}\n{GOOD}\n"));
        prop_assert!(lines.last().is_some_and(Result::is_ok));
    }
}
