//! Odd values and odd lines of tab-separated feeds.

use super::*;

const SHORT: &str = "id\ttitle\tlink\tavailability\tprice";

fn row(id: &str) -> String {
    format!("{id}\tTitle {id}\thttps://s.example/{id}\tin_stock\t5 USD")
}

fn entries(file: &str) -> Vec<Entry<MerchantProduct>> {
    let mut feed = Feed::default();
    feed.push(file.as_bytes());
    feed.end();
    feed.collect()
}

fn good(file: &str) -> Vec<(String, String)> {
    let good = entries(file)
        .into_iter()
        .filter_map(|entry| entry.found.ok());
    good.map(|product| (product.id.to_string(), product.title))
        .collect()
}

/// What becomes of the good line with another value in a field.
fn with(field: &str, value: &str) -> Entry<MerchantProduct> {
    let names = "id title description link image_link availability price brand gtin \
                 google_product_category item_group_id additional_image_link";
    let mut values = [
        "A1",
        "Cup",
        "A cup.",
        "https://s.example/A1",
        "https://s.example/a.jpg",
        "in_stock",
        "18.50 USD",
        "Torva",
        "4006381333931",
        "Cups",
        "G",
        "https://s.example/b.jpg",
    ];
    let place = names.split_whitespace().position(|name| name == field);
    values[place.expect("a field")] = value;
    let header: Vec<_> = names.split_whitespace().collect();
    entries(&format!("{}\n{}\n", header.join("\t"), values.join("\t"))).remove(0)
}

fn faults(bad: &[BadLine]) -> Vec<&str> {
    bad.iter().map(|bad| bad.field.as_ref()).collect()
}

#[test]
fn a_fault_in_an_optional_field_costs_that_field_and_is_a_warning() {
    let long = "x".repeat(3_000);
    for (field, value) in [
        ("image_link", "s.example/a.jpg"),
        ("image_link", long.as_str()),
        ("brand", &long),
        ("gtin", "4006381333932"),
        ("google_product_category", &long),
        ("item_group_id", &long),
        ("additional_image_link", "ftp://s.example/b.jpg"),
    ] {
        let entry = with(field, value);
        let product = entry.found.expect("a good line");
        assert_eq!(faults(&entry.warnings), [field]);
        assert_eq!(entry.warnings[0].line, 2);
        let left = [
            product.image_link.is_some(),
            product.brand.is_some(),
            product.gtin.is_some(),
            product.category.is_some(),
            product.item_group_id.is_some(),
            !product.more_images.is_empty(),
        ];
        assert_eq!(left.iter().filter(|left| !**left).count(), 1, "{field}");
    }
    assert_eq!(with("brand", "Torva").warnings, []);
}

#[test]
fn a_long_title_is_cut_to_150_characters_and_a_long_description_too() {
    let entry = with("title", &"щ ".repeat(100));
    let title = entry.found.expect("a good line").title;
    assert_eq!(title, "щ ".repeat(75).trim());
    assert_eq!(faults(&entry.warnings), ["title"]);
    assert_eq!(with("title", &"щ".repeat(150)).warnings, []);
    let entry = with("description", &"щ".repeat(65_537));
    let description = entry.found.expect("a good line").description;
    assert_eq!(description.map(|text| text.chars().count()), Some(65_536));
    assert_eq!(faults(&entry.warnings), ["description"]);
}

#[test]
fn control_characters_make_a_line_bad() {
    for control in ['\u{0}', '\u{1f}', '\u{b}', '\u{7f}', '\u{85}', '\u{9f}'] {
        for field in [
            "id",
            "title",
            "description",
            "link",
            "image_link",
            "availability",
            "price",
            "brand",
            "google_product_category",
            "item_group_id",
            "additional_image_link",
        ] {
            let entry = with(field, &format!("https://s.example/a{control}b"));
            let bad = entry.found.expect_err("a bad line");
            assert!(faults(&bad).contains(&field), "{field} {control:?}");
        }
    }
    for field in ["brand", "link", "google_product_category"] {
        for control in ["\t", "\n", "\r\n"] {
            let entry = with(field, &format!("\"https://s.example/a{control}b\""));
            assert!(entry.found.is_err(), "{field} {control:?}");
        }
    }
}

#[test]
fn a_description_keeps_its_lines_and_a_title_is_one() {
    let entry = with("description", "\"a\tb\n\nc\r\nd\"");
    let text = entry.found.expect("a good line").description;
    assert_eq!(text.as_deref(), Some("a\tb\n\nc\r\nd"));
    let entry = with("title", "\" a\tb \r\n\n c «\u{a0}» \"");
    assert_eq!(entry.found.expect("a good line").title, "a b c «\u{a0}»");
}

#[test]
fn availability_is_read_as_google_plugins_and_schema_org_spell_it() {
    for (spelled, expected) in [
        ("in stock", Some(Availability::InStock)),
        ("In_Stock", Some(Availability::InStock)),
        ("instock", Some(Availability::InStock)),
        ("pre-order", Some(Availability::InStock)),
        ("preorder", Some(Availability::InStock)),
        ("onbackorder", Some(Availability::InStock)),
        ("available for order", Some(Availability::InStock)),
        ("http://schema.org/InStock", Some(Availability::InStock)),
        ("https://schema.org/PreOrder", Some(Availability::InStock)),
        (
            "https://www.schema.org/BackOrder",
            Some(Availability::InStock),
        ),
        ("schema:LimitedAvailability", Some(Availability::InStock)),
        ("OutOfStock", Some(Availability::SoldOut)),
        ("out-of-stock", Some(Availability::SoldOut)),
        ("https://schema.org/SoldOut", Some(Availability::SoldOut)),
        (
            "https://schema.org/Discontinued",
            Some(Availability::SoldOut),
        ),
        ("https://elsewhere.example/InStock", None),
        ("soon", None),
        ("0", None),
    ] {
        let found = with("availability", spelled).found.ok();
        assert_eq!(
            found.map(|product| product.availability),
            expected,
            "{spelled}"
        );
    }
}

#[test]
fn an_address_is_known_whatever_the_case_of_its_scheme() {
    for (address, known) in [
        ("HTTPS://s.example/A?B", Some("https://s.example/A?B")),
        ("Http://s.example", Some("http://s.example")),
        ("ftp://s.example/", None),
        ("https:/s.example/", None),
        ("https://", None),
        ("https://a@s.example/", None),
        ("//s.example/", None),
    ] {
        let found = with("link", address).found.ok();
        assert_eq!(
            found.map(|product| product.link).as_deref(),
            known,
            "{address}"
        );
    }
}

#[test]
fn of_two_columns_of_one_name_the_first_counts() {
    let file = format!("{SHORT}\tTitle\tg:title\n{}\tSecond\tThird\n", row("A"));
    assert_eq!(good(&file), [("A".to_owned(), "Title A".to_owned())]);
}

#[test]
fn byte_order_marks_are_passed_over_however_many() {
    for marks in 0..4 {
        let file = format!("{}{SHORT}\n{}\n", "\u{feff}".repeat(marks), row("A"));
        assert_eq!(good(&file).len(), 1, "{marks}");
        let mut feed = Feed::default();
        for byte in file.as_bytes() {
            feed.push(std::slice::from_ref(byte));
        }
        feed.end();
        assert_eq!(feed.filter(|entry| entry.found.is_ok()).count(), 1);
    }
}

#[test]
fn carriage_returns_alone_end_no_line_and_are_told_of() {
    let lines = [SHORT.to_owned(), row("A"), row("B")];
    let found = read(lines.join("\r"));
    let reason = &found[0].as_ref().expect_err("a bad file")[0].reason;
    assert!(
        found.len() == 1 && reason.contains("carriage return"),
        "{reason}"
    );
    // Blank lines before the header are no line of it, however the bytes come.
    let bytes = format!("\r\n \n{SHORT}\r{}", row("A"));
    for step in [1, 2, 3, bytes.len()] {
        let mut feed = Feed::default();
        let mut said = Vec::new();
        for part in bytes.as_bytes().chunks(step) {
            feed.push(part);
            said.extend(
                feed.by_ref()
                    .map(|entry| (entry.after, entry.found.is_ok())),
            );
        }
        feed.end();
        said.extend(feed.map(|entry| (entry.after, entry.found.is_ok())));
        assert_eq!(said, [(Spot { offset: 4, line: 3 }, false)], "{step}");
    }
    // Where only some do, the line that they are in is bad, and hides as many records.
    let file = format!(
        "{SHORT}\r\n{}\n{}\r{}\n{}",
        row("A"),
        row("B"),
        row("C"),
        row("D")
    );
    let found = entries(&file);
    let ids: Vec<_> = found.iter().map(|entry| entry.id.as_deref()).collect();
    assert_eq!(ids, [Some("A"), Some("B"), Some("D")]);
    let bad = found[1].found.as_ref().expect_err("a bad line");
    assert!(bad[0].reason.contains("carriage return"), "{bad:?}");
    assert_eq!(found[1].hidden.records, 1);
    assert!(found[1].hidden.words.contains(&"C".to_owned()));
}

#[test]
fn a_bad_line_says_how_many_records_it_may_hide() {
    let glued = format!("{}{}", row("A"), row("B"));
    for (line, hidden) in [
        (row("A").replace("5 USD", "5"), 0),
        (row(""), 1),
        (row("A b"), 1),
        ("\"".to_owned() + &row("A"), 0),
        (row("A").replace("Title", "\"Title"), 0),
        (glued, 1),
        ("broken".to_owned(), 0),
    ] {
        let found = entries(&format!("{SHORT}\n{line}\n{}\n", row("Z")));
        assert!(found[0].found.is_err() && found[1].found.is_ok(), "{line}");
        assert_eq!(found[0].hidden.records, hidden, "{line}");
        assert_eq!(found[1].hidden, Hidden::default());
    }
}

#[test]
fn a_quoted_value_goes_over_lines_where_the_record_is_good() {
    let value = "\"a \"\"b\"\"\r\nc\n\nd\"";
    let file = format!(
        "{SHORT}\tdescription\n{}\t{value}\n{}\tx\n",
        row("A"),
        row("B")
    );
    let found = entries(&file);
    let description = found[0]
        .found
        .as_ref()
        .expect("a good record")
        .description
        .clone();
    assert_eq!(description.as_deref(), Some("a \"b\"\r\nc\n\nd"));
    assert_eq!((found.len(), found[1].line), (2, 6));
    // Were it not, its first line is bad, and reading goes on at the next.
    let file = file.replacen("5 USD", "5", 1);
    let lines: Vec<_> = entries(&file)
        .iter()
        .map(|entry| (entry.line, entry.found.is_ok()))
        .collect();
    assert_eq!(lines, [(2, false), (3, false), (5, false), (6, true)]);
}

proptest! {
    #[test]
    fn quotes_anywhere_on_a_line_cost_no_line_without_any(
        odd in proptest::collection::vec("[\"a \t\r]{0,12}", 1..4),
        places in proptest::collection::vec(0usize..8, 1..4),
        step in 1usize..100,
    ) {
        let mut lines: Vec<_> = (0..8).map(|number| row(&format!("N{number}"))).collect();
        let mut left: Vec<_> = (0..8).map(|number| format!("N{number}")).collect();
        for (odd, place) in odd.iter().zip(&places) {
            let line = &mut lines[*place];
            let half = line.find('\t').map_or(0, |tab| tab + 1);
            line.insert_str(half, odd);
            left.retain(|id| *id != format!("N{place}"));
        }
        let file = format!("{SHORT}\n{}\n", lines.join("\n"));
        let mut feed = Feed::default();
        let mut found = Vec::new();
        for bytes in file.as_bytes().chunks(step) {
            feed.push(bytes);
            found.extend(feed.by_ref());
        }
        feed.end();
        found.extend(feed);
        prop_assert_eq!(&found, &entries(&file));
        let mut ids = found.iter().filter_map(|entry| entry.found.as_ref().ok());
        let titles: Vec<_> = ids.by_ref().map(|product| (product.id.to_string(), product.title.clone())).collect();
        for id in left {
            prop_assert!(titles.contains(&(id.clone(), format!("Title {id}"))), "{} is lost", id);
        }
    }
}
