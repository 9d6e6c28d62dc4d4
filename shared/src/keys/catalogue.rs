//! Keys of the store's products, reviews and files.

use domain::{
    catalogue::product::Money,
    ids::{ProductId, ReviewId, UserId},
};
use jiff::Timestamp;

use super::Key;

/// A product as cards show it.
pub fn product(product: &ProductId) -> Key {
    Key::new(product_collection(product), "PRODUCT")
}

/// What is only said where a product is shown on its own, apart from the card that feeds read.
pub fn product_details(product: &ProductId) -> Key {
    Key::new(product_collection(product), "DESCRIPTION")
}

/// What was got with a product.
pub fn pairs(product: &ProductId) -> Key {
    Key::new(product_collection(product), "PAIRS")
}

/// The index of what is in stock, by category and price.
pub const BY_PRICE: &str = "by_price";
/// The index of what is in stock, by category and brand, then price.
pub const BY_BRAND: &str = "by_brand";
/// The partition key of [`BY_PRICE`].
pub const CATEGORY_KEY: &str = "category_key";
/// The partition key of [`BY_BRAND`].
pub const BRAND_KEY: &str = "brand_key";
/// The sort key of both.
pub const PRICE_KEY: &str = "price_key";

/// The longest category in a key, in bytes: a partition key has at most 2,048, of which a brand of
/// 70 characters needs its part. Categories that are the same so far count as one.
const LONGEST_CATEGORY: usize = 1_024;

/// A category however it is spelt: `furniture > chairs`.
pub fn in_category(category: &str) -> String {
    let parts: Vec<_> = category.split('>').map(folded).collect();
    let mut key = parts.join(" > ");
    key.truncate(key.floor_char_boundary(LONGEST_CATEGORY));
    key
}

/// A brand in a category.
pub fn of_brand(category: &str, brand: &str) -> String {
    format!("{}#{}", in_category(category), folded(brand))
}

/// No part of an index key may look like two.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('#', " ")
}

/// A product among those of its price.
pub fn priced(price: &Money, product: &ProductId) -> String {
    format!("{}#{product}", from_price(&price.currency, price.amount))
}

/// Where products of that price or more begin, in minor units.
pub fn from_price(currency: &str, amount: i64) -> String {
    format!("{currency}#{amount:017}")
}

/// The product of a partition key.
pub fn product_of(pk: &str) -> Option<ProductId> {
    pk.strip_prefix("PRODUCT#").and_then(ProductId::parse)
}

/// The collection of what is known of a product.
pub fn product_collection(product: &ProductId) -> String {
    format!("PRODUCT#{product}")
}

/// A review that a person wrote in the store.
pub fn review(user: &UserId, review: &ReviewId) -> Key {
    Key::new(format!("REVIEWS#{user}"), review.as_str())
}

/// A review in its writer's list.
pub fn reviewed(user: &UserId, written_at: Timestamp, review: &ReviewId) -> Key {
    Key::new(reviewed_by(user), format!("{written_at:.3}#{review}"))
}

/// The collection of a person's reviews by when they were written.
pub fn reviewed_by(user: &UserId) -> String {
    format!("REVIEWED#{user}")
}

/// The review of an entry of that list.
pub fn parse_reviewed(sk: &str) -> Option<ReviewId> {
    let (_, review) = sk.split_once('#')?;
    ReviewId::parse(review)
}

/// The report on a file of the store's.
pub fn import(id: &str) -> Key {
    Key::new(format!("IMPORT#{id}"), "IMPORT")
}

/// A report in the list of all.
pub fn listed_import(confirmed_at: Timestamp, id: &str) -> Key {
    Key::new(imports(), format!("{confirmed_at:.3}#{id}"))
}

/// The collection of all reports by when their files arrived.
pub fn imports() -> String {
    "IMPORTS".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_category_and_brand_fit_into_a_partition_key() {
        for letter in ["x", "Я", "類", "İ", "😀"] {
            let key = of_brand(&letter.repeat(750), &letter.repeat(70));
            assert!(key.len() <= 2_048, "{letter}: {}", key.len());
        }
    }
}
