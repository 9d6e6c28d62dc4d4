//! Reads a Google Merchant product feed (tab-separated), line by line: products and what is wrong.
//!
//! Columns and limits are those of Google's product data specification.

use std::{borrow::Cow, collections::HashMap};

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::{
    ids::ProductId,
    product::{Availability, Money, Product},
};

use crate::{
    price,
    records::{Broken, MAX_RECORD, Record, Records},
};

/// One bad field of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Line of the file on which the record begins, from 1.
    pub line: u64,
    /// The column's name; empty where the line as a whole is bad.
    pub field: Cow<'static, str>,
    /// What is wrong, for the one who keeps the feed.
    pub reason: String,
}

/// A line of the feed, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantProduct {
    /// `id`.
    pub id: ProductId,
    /// `title`, up to 150 characters.
    pub title: String,
    /// `description`, up to 5,000 characters.
    pub description: Option<String>,
    /// `link`, an absolute http or https URL.
    pub link: String,
    /// `image_link`, likewise.
    pub image_link: Option<String>,
    /// `availability`: an order can be placed for what is in stock, on preorder or backordered.
    pub availability: Availability,
    /// `sale_price` where there is one, else `price`.
    pub price: Money,
    /// `brand`.
    pub brand: Option<String>,
    /// `google_product_category`, a path or a number, as given.
    pub google_product_category: Option<String>,
    /// `product_type`, the store's own path.
    pub product_type: Option<String>,
    /// `item_group_id`, which variants share.
    pub item_group_id: Option<String>,
}

impl MerchantProduct {
    /// The product as the store confirmed it at that time, with nothing that others add to it.
    pub fn confirmed(self, confirmed_at: Timestamp) -> Product {
        Product {
            id: self.id,
            title: self.title,
            brand: self.brand,
            price: Some(self.price),
            availability: self.availability,
            url: self.link,
            image_url: self.image_link,
            category: self.google_product_category.or(self.product_type),
            sale: None,
            stars: 0,
            review_count: 0,
            saves: 0,
            confirmed_at,
        }
    }
}

const REQUIRED: [&str; 5] = ["id", "title", "link", "availability", "price"];
const OPTIONAL: [&str; 8] = [
    "description",
    "image_link",
    "sale_price",
    "sale_price_effective_date",
    "brand",
    "google_product_category",
    "product_type",
    "item_group_id",
];

#[derive(Debug)]
struct Columns {
    at: HashMap<&'static str, usize>,
    count: usize,
}

fn column_name(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).trim().to_lowercase();
    text.strip_prefix("g:")
        .unwrap_or(&text)
        .trim()
        .replace([' ', '-'], "_")
}

impl Columns {
    fn read(header: Record) -> Result<Self, Vec<BadLine>> {
        let line = header.line;
        let bad = |field: &'static str, reason: &str| BadLine {
            line,
            field: field.into(),
            reason: reason.to_owned(),
        };
        let names = header.fields.map_err(|why| vec![bad("", &broken(why))])?;
        let mut problems = Vec::new();
        let mut at = HashMap::new();
        for (i, name) in names.iter().map(|n| column_name(n)).enumerate() {
            let known = REQUIRED
                .into_iter()
                .chain(OPTIONAL)
                .find(|known| *known == name);
            if let Some(known) = known
                && at.insert(known, i).is_some()
            {
                problems.push(bad(known, "two columns have this name"));
            }
        }
        for name in REQUIRED {
            if !at.contains_key(name) {
                problems.push(bad(name, "no column has this name"));
            }
        }
        if problems.is_empty() {
            Ok(Self {
                at,
                count: names.len(),
            })
        } else {
            Err(problems)
        }
    }
}

fn broken(why: Broken) -> String {
    match why {
        Broken::UnclosedQuote => "opens a quote that nothing closes".to_owned(),
        Broken::TooLong => format!("is longer than {MAX_RECORD} bytes"),
    }
}

struct Row<'a> {
    line: u64,
    columns: &'a Columns,
    fields: &'a [Vec<u8>],
    problems: Vec<BadLine>,
}

impl Row<'_> {
    fn bad(&mut self, field: &'static str, reason: impl Into<String>) {
        self.problems.push(BadLine {
            line: self.line,
            field: field.into(),
            reason: reason.into(),
        });
    }

    fn optional(&mut self, field: &'static str, longest: usize) -> Option<String> {
        let bytes = self
            .columns
            .at
            .get(field)
            .and_then(|i| self.fields.get(*i))?;
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.bad(field, "is not UTF-8");
            return None;
        };
        let text = text.trim();
        if text.chars().count() > longest {
            self.bad(field, format!("is longer than {longest} characters"));
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn required(&mut self, field: &'static str, longest: usize) -> Option<String> {
        let before = self.problems.len();
        let value = self.optional(field, longest);
        if value.is_none() && self.problems.len() == before {
            self.bad(field, "is missing");
        }
        value
    }

    fn parsed<T>(
        &mut self,
        field: &'static str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(&value?) {
            Ok(parsed) => Some(parsed),
            Err(reason) => {
                self.bad(field, reason);
                None
            }
        }
    }

    fn price(&mut self) -> Option<Money> {
        let regular = self.required("price", 40);
        let regular = self.parsed("price", regular, price::parse);
        // A sale that begins or ends at a given time would need the price to change by itself
        // then; until it can, the regular price is shown, which is never too low.
        let timed = self.optional("sale_price_effective_date", 100).is_some();
        let sale = self.optional("sale_price", 40);
        let sale = self.parsed("sale_price", sale, |text| {
            let sale = price::parse(text)?;
            match &regular {
                Some(price) if price.currency != sale.currency => {
                    Err("is in another currency than price".to_owned())
                }
                Some(price) if price.amount < sale.amount => Err("is above price".to_owned()),
                Some(_) | None => Ok(sale),
            }
        });
        if timed { regular } else { sale.or(regular) }
    }

    fn product(mut self) -> Result<MerchantProduct, Vec<BadLine>> {
        let surplus = self
            .fields
            .iter()
            .skip(self.columns.count)
            .any(|field| !field.is_empty());
        if surplus {
            let (values, columns) = (self.fields.len(), self.columns.count);
            self.bad("", format!("has {values} values under {columns} columns"));
            return Err(self.problems);
        }
        let id = self.required("id", 50);
        let id = self.parsed("id", id, |text| {
            ProductId::parse(text).ok_or_else(|| "holds a space or a control character".to_owned())
        });
        let title = self.required("title", 150);
        let description = self.optional("description", 5_000);
        let link = self.required("link", 2_000);
        let link = self.parsed("link", link, web_address);
        let image_link = self.optional("image_link", 2_000);
        let image_link = self.parsed("image_link", image_link, web_address);
        let availability = self.required("availability", 40);
        let availability = self.parsed("availability", availability, availability_of);
        let price = self.price();
        let brand = self.optional("brand", 70);
        let google_product_category = self.optional("google_product_category", 750);
        let product_type = self.optional("product_type", 750);
        let item_group_id = self.optional("item_group_id", 50);
        match (id, title, link, availability, price) {
            (Some(id), Some(title), Some(link), Some(availability), Some(price))
                if self.problems.is_empty() =>
            {
                Ok(MerchantProduct {
                    id,
                    title,
                    description,
                    link,
                    image_link,
                    availability,
                    price,
                    brand,
                    google_product_category,
                    product_type,
                    item_group_id,
                })
            }
            _ => Err(self.problems),
        }
    }
}

fn web_address(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    let clean = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "\"<>\\".contains(c));
    if host.is_empty() || host.contains('@') || !clean {
        return Err("is not an absolute http or https address".to_owned());
    }
    Ok(text.to_owned())
}

fn availability_of(text: &str) -> Result<Availability, String> {
    match text.to_lowercase().replace([' ', '-'], "_").as_str() {
        "in_stock" | "preorder" | "backorder" => Ok(Availability::InStock),
        "out_of_stock" => Ok(Availability::SoldOut),
        _ => Err("is none of in_stock, out_of_stock, preorder, backorder".to_owned()),
    }
}

/// Bytes in by [`push`](Self::push), checked lines out by iterating. Memory is bounded by the
/// bytes pushed at once and [`MAX_RECORD`].
#[derive(Debug, Default)]
pub struct Feed {
    records: Records,
    columns: Option<Columns>,
    unreadable: bool,
}

impl Feed {
    /// Takes in the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.unreadable {
            self.records.push(bytes);
        }
    }

    /// Says that the file ends here.
    pub fn end(&mut self) {
        self.records.end();
    }

    /// Whether the end was said.
    pub fn has_ended(&self) -> bool {
        self.records.has_ended()
    }

    /// Whether a header was read: a file without one has no lines.
    pub fn has_header(&self) -> bool {
        self.columns.is_some()
    }
}

impl Iterator for Feed {
    type Item = Result<MerchantProduct, Vec<BadLine>>;

    /// `None`: push more, or it was the end. A bad line gives all its bad fields at once. A
    /// header that lacks a column is one bad line, and nothing follows it.
    fn next(&mut self) -> Option<Self::Item> {
        if self.unreadable {
            return None;
        }
        let mut record = self.records.next()?;
        if self.columns.is_none() {
            match Columns::read(record) {
                Ok(columns) => self.columns = Some(columns),
                Err(problems) => {
                    self.unreadable = true;
                    return Some(Err(problems));
                }
            }
            record = self.records.next()?;
        }
        let columns = self.columns.as_ref()?;
        let line = record.line;
        Some(match record.fields {
            Ok(fields) => Row {
                line,
                columns,
                fields: &fields,
                problems: Vec::new(),
            }
            .product(),
            Err(why) => Err(vec![BadLine {
                line,
                field: "".into(),
                reason: broken(why),
            }]),
        })
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
