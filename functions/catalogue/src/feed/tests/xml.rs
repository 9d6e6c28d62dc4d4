//! Feeds in XML.

use super::*;

pub(super) const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a <item> in a comment is none -->
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Store</title>
<item>
  <title>not this one</title><g:title><![CDATA[Cup </item> & saucer]]></g:title>
  <g:id>A1</g:id><link>https://s.example/?a=1&amp;b=2</link>
  <g:description>Т&#x451;плая &lt;b&gt;чашка&lt;/b&gt; 茶碗</g:description>
  <g:additional_image_link>https://s.example/1.jpg</g:additional_image_link>
  <g:additional_image_link>https://s.example/2.jpg</g:additional_image_link>
  <g:availability>in stock</g:availability><g:price>18.50 USD</g:price>
  <g:shipping><g:price>4.95 USD</g:price></g:shipping>
  <g:google_product_category>166</g:google_product_category>
</item>
<item><g:id>A2</g:id><g:price>1.299 EUR</g:price></item>
<item><g:id>A3</g:id><g:title>&nbsp;</g:title></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Store</title><link rel="self" href="https://s.example/feed"/>
<entry><id>tag:s.example,2026:1</id><g:id>A1</g:id><title type="text">Cup</title>
<link rel="alternate" href="https://s.example/a1?x=1&amp;y"/><summary>A cup.</summary>
<g:availability>out of stock</g:availability><g:price>1.299,00 EUR</g:price></entry></feed>"#;

#[test]
fn rss_and_atom_are_read_however_the_bytes_are_cut() {
    for file in [RSS, ATOM] {
        let whole = read(file);
        for step in [1, 2, 3, 7, 64] {
            let (mut feed, mut found) = (Feed::default(), Vec::new());
            for bytes in file.as_bytes().chunks(step) {
                feed.push(bytes);
                found.extend(feed.by_ref().map(|entry| entry.found));
            }
            feed.end();
            found.extend(feed.by_ref().map(|entry| entry.found));
            assert_eq!(found, whole, "in steps of {step}");
            assert!(!feed.is_cut_off());
        }
    }
    let [Ok(cup), second, third] = &read(RSS)[..] else {
        panic!("{:?}", read(RSS))
    };
    assert_eq!(
        (cup.id.as_str(), cup.title.as_str()),
        ("A1", "Cup </item> & saucer")
    );
    assert_eq!(cup.link, "https://s.example/?a=1&b=2");
    assert_eq!(cup.description.as_deref(), Some("Тёплая <b>чашка</b> 茶碗"));
    assert_eq!((cup.more_images.len(), cup.price.amount), (2, 1850));
    assert_eq!(cup.category.as_deref(), Some("Apparel & Accessories"));
    let named: Vec<_> = bad_fields(second)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(named, ["title", "link", "availability", "price"]);
    assert_eq!(third.as_ref().unwrap_err().len(), 1);
    let [Ok(cup)] = &read(ATOM)[..] else {
        panic!("{:?}", read(ATOM))
    };
    assert_eq!(
        (cup.id.as_str(), cup.link.as_str()),
        ("A1", "https://s.example/a1?x=1&y")
    );
    assert_eq!(
        (cup.price.amount, cup.availability),
        (129_900, Availability::SoldOut)
    );
    assert_eq!(cup.description.as_deref(), Some("A cup."));
}

fn item(id: &str, more: &str) -> String {
    format!(
        "<item><g:id>{id}</g:id><g:title>Title {id}</g:title>{more}\
         <g:link>https://s.example/{id}</g:link><g:availability>in_stock</g:availability>\
         <g:price>5 USD</g:price></item>\n"
    )
}

fn rss(root: &str, items: &str) -> String {
    format!("<rss {root}><channel><title>s</title>\n{items}</channel></rss>")
}

const GOOGLE: &str = "xmlns:g='http://base.google.com/ns/1.0'";

/// Ids of the good items, and titles.
fn titles(file: &str) -> Vec<(String, String)> {
    let good = read(file).into_iter().filter_map(Result::ok);
    good.map(|product| (product.id.to_string(), product.title))
        .collect()
}

#[test]
fn a_namespace_is_known_by_its_address_and_not_by_its_prefix() {
    let renamed = |file: &str| {
        let tags = file.replace("<g:", "<shop:").replace("</g:", "</shop:");
        tags.replace("xmlns:g=", "xmlns:shop=")
    };
    let plain = |file: &str| file.replace("<g:", "<").replace("</g:", "</");
    let foreign = "<m:title>Wrong</m:title><m:id>X</m:id><m:link>https://m.example/</m:link>";
    let one = item("A", "");
    for (file, good) in [
        (rss(GOOGLE, &one), true),
        (rss("", &one), true),
        (rss("", &plain(&one)), true),
        (
            renamed(&rss("xmlns:g='https://base.google.com/ns/1.0'", &one)),
            true,
        ),
        (
            plain(&rss("xmlns='http://base.google.com/ns/1.0'", &one)),
            true,
        ),
        (
            plain(&rss(
                "",
                &one.replace("<item>", "<item xmlns='http://base.google.com/ns/1.0'>"),
            )),
            true,
        ),
        (
            rss(
                "xmlns:m='http://search.yahoo.com/mrss/'",
                &item("A", foreign),
            ),
            true,
        ),
        (rss("", &item("A", foreign)), true),
        (
            rss("", &one.replace("<item>", &format!("<item>{foreign}"))),
            true,
        ),
        (renamed(&rss("", &one)), false),
        (rss("xmlns:g='http://base.google.com/cns/1.0'", &one), false),
        (
            rss("xmlns='http://www.w3.org/2005/Atom'", &plain(&one)),
            false,
        ),
        (
            rss(GOOGLE, &one.replace("<g:id>", "<g:id xmlns:g='urn:x'>")),
            false,
        ),
        // What an element declares ends with it.
        (
            rss(
                GOOGLE,
                &item("A", "<g:x xmlns:g='urn:x' xmlns='urn:y'>1</g:x>"),
            ),
            true,
        ),
        (
            rss(
                "",
                &format!("<x xmlns:g='urn:x' xmlns='urn:y'><g:z/></x>{one}"),
            ),
            true,
        ),
    ] {
        let found = titles(&file);
        let expected = [("A".to_owned(), "Title A".to_owned())];
        assert_eq!(found, expected[..usize::from(good)], "{file}");
    }
}

#[test]
fn in_an_rss_item_an_atom_link_is_not_its_link() {
    let atom = "<atom:link href='https://s.example/feed.xml'/>";
    for root in ["xmlns:atom='http://www.w3.org/2005/Atom'", ""] {
        let plain = item("A", atom).replace("g:link", "link");
        let found = read(rss(root, &plain)).remove(0).unwrap();
        assert_eq!(found.link, "https://s.example/A");
    }
}

#[test]
fn of_a_repeated_element_the_first_that_says_something_counts() {
    let twice = "<g:title>Second</g:title><title>Third</title><g:brand> </g:brand>\
                 <g:brand>B</g:brand><g:brand>C</g:brand>";
    let found = read(rss(GOOGLE, &item("A", twice))).remove(0).unwrap();
    assert_eq!(
        (found.title.as_str(), found.brand.as_deref()),
        ("Title A", Some("B"))
    );
}

#[test]
fn what_is_not_well_formed_costs_its_own_item_alone() {
    for odd in [
        "<g:x>a < 10\" b</g:x>",
        "<g:x>a <10</g:x>",
        "<g:x>a <b\" c</g:x>",
        "<g:x>a <b c=\"d</g:x>",
        "<g:x>a <",
        "<g:x>a & b</g:x>",
        "<g:x>a &nbsp; b</g:x>",
        "<g:x>unclosed",
        "</g:x>",
        "<g:x><g:y></g:x></g:y>",
        "<g:x>a <? b</g:x>",
        "<g:x>a <! b</g:x>",
        "<!DOCTYPE x>",
        "<",
        "</",
        "</item",
        "<item>",
        "\u{0}<g:x y=z\"\">",
    ] {
        let items = [
            item("A", ""),
            item("B", odd),
            item("C", "<g:y>\"q\"</g:y>"),
            item("D", ""),
        ];
        let mut file = rss(GOOGLE, &items.concat());
        let ids: Vec<_> = titles(&file).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["A", "C", "D"], "{odd}");
        // Nor does it matter where the next one begins when the item's own end is lost.
        file = file.replacen("</item>\n<item><g:id>C", "<item><g:id>C", 1);
        let ids: Vec<_> = titles(&file).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["A", "C", "D"], "without its end: {odd}");
        let mut feed = Feed::default();
        feed.push(file.as_bytes());
        feed.end();
        let entries: Vec<_> = feed.by_ref().collect();
        let named = entries.iter().any(|entry| entry.id.as_deref() == Some("B"));
        assert!(
            named
                && entries
                    .iter()
                    .all(|entry| entry.hidden.records == 0 || entry.id.is_none())
        );
        assert!(!feed.is_cut_off(), "{odd}");
    }
}

#[test]
fn comments_and_cdata_hold_what_they_like_and_a_long_comment_is_passed_over() {
    let inside = "<!-- </item><item> < \" --><g:brand><![CDATA[<item> </rss> < \"]]></g:brand>";
    let long = format!("<!--{}-->", item("X", "").repeat(4_000));
    let file = rss(
        GOOGLE,
        &format!("{}{long}{}", item("A", inside), item("B", "")),
    );
    let mut feed = Feed::default();
    let mut ids = Vec::new();
    for bytes in file.as_bytes().chunks(50_000) {
        feed.push(bytes);
        ids.extend(
            feed.by_ref()
                .map(|entry| entry.found.unwrap().id.to_string()),
        );
    }
    assert_eq!(ids, ["A", "B"]);
}

#[test]
fn an_item_without_end_costs_no_other_however_long_it_is() {
    let long = item("B", &format!("<g:x>{}</g:x>", "y<z/>".repeat(60_000)));
    for lost in ["</item>", "</nothing>"] {
        let file = [item("A", ""), long.replace("</item>", lost), item("C", "")];
        let mut feed = Feed::default();
        let mut entries = Vec::new();
        for bytes in rss(GOOGLE, &file.concat()).as_bytes().chunks(10_000) {
            feed.push(bytes);
            entries.extend(feed.by_ref());
        }
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_deref()).collect();
        assert_eq!(ids, [Some("A"), Some("B"), Some("C")]);
        assert!(entries[1].found.is_err() && entries[2].found.is_ok());
    }
}

#[test]
fn reading_goes_on_under_the_namespaces_of_the_root() {
    let items: Vec<_> = ["A", "B"].map(|id| item(id, "").replace("g:", "")).into();
    let file = rss(
        "xmlns='http://base.google.com/ns/1.0' xmlns:m='urn:m'",
        &items.concat(),
    );
    let mut feed = Feed::default();
    feed.push(file.as_bytes());
    feed.end();
    let place = feed.next().unwrap().after;
    let mut resumed = Feed::default();
    resumed.push(&file.as_bytes()[..100]);
    assert_eq!(resumed.read_header(), None);
    resumed.seek(place);
    resumed.push(&file.as_bytes()[usize::try_from(place.offset).unwrap()..]);
    resumed.end();
    assert_eq!(resumed.collect::<Vec<_>>(), feed.collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn whatever_an_item_holds_those_beside_it_are_read_however_the_bytes_are_cut(
        odd in proptest::collection::vec(
            proptest::sample::select(vec![
                "<", ">", "\"", "'", "&", "/", "=", "!", "?", "[", "]", "-", " ", "\n", "a", "é",
                "<g:x>", "</g:x>", "<b", "</", "</item>", "<item>", "</g:title>", "<?", "?>",
                "<g:title>", "xmlns=\"urn:x\"", "\u{0}", "&amp;", "<!", "<b c=\"",
            ]),
            0..12),
        step in 1usize..300,
    ) {
        let odd = odd.concat();
        prop_assume!(!odd.contains("<!--") && !odd.contains("<![CDATA["));
        let items = [item("A", ""), item("B", &odd), item("C", "<g:y>\"q\" 'r'</g:y>"), item("D", "")];
        let file = rss(GOOGLE, &items.concat());
        let mut feed = Feed::default();
        let mut entries = Vec::new();
        for bytes in file.as_bytes().chunks(step) {
            feed.push(bytes);
            entries.extend(feed.by_ref());
        }
        feed.end();
        entries.extend(feed);
        let good: Vec<_> = entries.iter().filter(|entry| entry.found.is_ok()).collect();
        let ids: Vec<_> = good.iter().map(|entry| entry.id.as_deref().unwrap()).collect();
        let beside: Vec<_> = ids.iter().filter(|id| **id != "B").copied().collect();
        prop_assert_eq!(beside, ["A", "C", "D"]);
        let mut whole = Feed::default();
        whole.push(file.as_bytes());
        whole.end();
        prop_assert_eq!(whole.collect::<Vec<_>>(), entries);
    }
}

#[test]
fn the_line_ends_of_a_text_are_line_feeds_and_what_is_no_utf8_is_said_to_be_none() {
    let described = |text: &[u8]| {
        let file = RSS.replace("Т&#x451;плая ", "TEXT");
        let at = file.find("TEXT").unwrap();
        let (mut before, after) = (file.as_bytes()[..at].to_vec(), &file.as_bytes()[at + 4..]);
        before.extend_from_slice(text);
        before.extend_from_slice(after);
        let mut feed = Feed::default();
        feed.push(&before);
        feed.end();
        feed.next().unwrap().found
    };
    for text in ["чашка\r\nи\rблюдце ", "чашка\nи\nблюдце "] {
        let cup = described(text.as_bytes()).unwrap();
        let description = cup.description.unwrap();
        assert_eq!(description, "чашка\nи\nблюдце <b>чашка</b> 茶碗");
    }
    // Too short for what reads many bytes at once, and long enough.
    for text in [&b"\xff"[..], &[b'a'; 200], b"\xc3"] {
        let long = [&[b'a'; 100][..], text].concat();
        for text in [text, &long] {
            let reason = described(text).err().map(|bad| bad[0].reason.clone());
            let expected = (!text.is_ascii()).then(|| "is not UTF-8".to_owned());
            assert_eq!(reason, expected);
        }
    }
}
