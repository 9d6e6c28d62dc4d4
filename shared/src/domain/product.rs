//! Products: what the catalogue says of a thing that can be bought.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::ProductId;

/// An amount in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents for USD, whole yen for JPY.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Whether a product can be bought now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Can be bought.
    InStock,
    /// Cannot be bought at the moment.
    SoldOut,
    /// Has left the catalogue.
    Gone,
}

/// A product of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// As in the store's feed.
    pub id: ProductId,
    /// Up to 150 characters.
    pub title: String,
    /// The maker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What it costs now; a sale price where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Whether it can be bought.
    pub availability: Availability,
    /// Its page in the store.
    pub url: String,
    /// Its picture in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Google product category, a path or a number, as the feed gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The stars of all its reviews together.
    #[serde(default)]
    pub stars: u64,
    /// How many reviews.
    #[serde(default)]
    pub review_count: u64,
    /// How many people saved it.
    #[serde(default)]
    pub saves: u64,
    /// When price and availability were last confirmed by the store.
    pub confirmed_at: Timestamp,
}

impl Product {
    /// Mean of its reviews, 1 to 5, to one decimal (a half rounds up); `None` without any.
    pub fn rating(&self) -> Option<f64> {
        let tenths = (self.stars * 20 + self.review_count).checked_div(self.review_count * 2)?;
        u32::try_from(tenths)
            .ok()
            .map(|tenths| f64::from(tenths) / 10.0)
    }

    /// Whether it counts as shoppable.
    pub fn can_be_bought(&self) -> bool {
        self.availability == Availability::InStock && self.price.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rating_is_the_mean_to_one_decimal() {
        let rating = |stars, review_count| {
            let product = Product {
                id: ProductId::parse("p").unwrap(),
                title: String::new(),
                brand: None,
                price: None,
                availability: Availability::InStock,
                url: String::new(),
                image_url: None,
                category: None,
                stars,
                review_count,
                saves: 0,
                confirmed_at: Timestamp::UNIX_EPOCH,
            };
            product.rating()
        };
        assert_eq!(rating(0, 0), None);
        assert_eq!(rating(5, 1), Some(5.0));
        assert_eq!(rating(13, 3), Some(4.3));
        assert_eq!(rating(14, 3), Some(4.7));
        assert_eq!(rating(17, 4), Some(4.3));
    }
}
