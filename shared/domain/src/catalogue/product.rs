//! Products: what the catalogue says of a thing that can be bought.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    engagement::{Count, Heat, Shards},
    ids::ProductId,
};

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

/// A lower price, for all time or between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// In the currency of the regular price.
    pub price: Money,
    /// From then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Not any more from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A product of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// As in the store's feed.
    pub id: ProductId,
    /// Up to 150 characters; empty while no feed has named it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The maker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What it costs: the regular price, until [`Product::priced_at`] a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// A sale, past, present or to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Sale>,
    /// Whether it can be bought.
    pub availability: Availability,
    /// Its page in the store.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Its picture in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Google product category or, without one, the store's own, as a path; a number where the
    /// path of Google's is not known.
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
    /// Over how many shards that is spread beside it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heat: u64,
    /// How often it became hot.
    #[serde(default, rename = "gen", skip_serializing_if = "is_zero")]
    pub generation: u64,
    /// When price and availability were last confirmed by the store.
    pub confirmed_at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Product {
    /// Mean of its reviews, 1 to 5, to one decimal (a half rounds up); `None` without any.
    pub fn rating(&self) -> Option<f64> {
        let tenths = (self.stars * 20 + self.review_count).checked_div(self.review_count * 2)?;
        u32::try_from(tenths)
            .ok()
            .map(|tenths| f64::from(tenths) / 10.0)
    }

    /// How its counts are kept.
    pub fn heat(&self) -> Heat {
        Heat {
            shards: self.heat,
            generation: self.generation,
        }
    }

    /// Takes in what lies in the shards of its counts.
    pub fn plus(&mut self, shards: &Shards) {
        self.saves = shards.plus(Count::Saves, self.saves);
    }

    /// The same product with what it costs at that time as its price, and no sale besides.
    #[must_use]
    pub fn priced_at(mut self, now: Timestamp) -> Self {
        if let Some(sale) = self.sale.take() {
            let on = sale.from.is_none_or(|from| from <= now)
                && sale.until.is_none_or(|until| now < until);
            if on {
                self.price = Some(sale.price);
            }
        }
        self
    }

    /// Whether it counts as shoppable.
    pub fn can_be_bought(&self) -> bool {
        self.availability == Availability::InStock && self.price.is_some()
    }
}

/// From which price to which one product is like another of this price, in minor units: two
/// thirds to one and a half.
pub fn price_band(amount: i64) -> (i64, i64) {
    (amount.saturating_mul(2) / 3, amount.saturating_mul(3) / 2)
}

/// A price and availability by themselves, as the store's systems tell them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceNews {
    /// Of which product.
    pub product: ProductId,
    /// The regular price.
    pub price: Money,
    /// A sale that holds from now on.
    pub sale: Option<Sale>,
    /// Whether it can be bought.
    pub availability: Availability,
    /// When that was so.
    pub at: Timestamp,
}

/// A place in the order of what the store told: by time, then by line. What comes later holds,
/// whatever arrives last.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct News(u64);

impl News {
    /// Lines of one moment that can be told apart; those after count as the last.
    const LINES: u64 = 1 << 22;

    /// What is on a line (from 1) of a file of that time; 0 is the file as a whole, which any line
    /// of it overrules.
    pub fn of(at: Timestamp, line: u64) -> Self {
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or(0);
        Self(milliseconds.saturating_mul(Self::LINES) + line.min(Self::LINES - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product() -> Product {
        Product {
            id: ProductId::parse("p").unwrap(),
            title: String::new(),
            brand: None,
            price: None,
            sale: None,
            availability: Availability::InStock,
            url: String::new(),
            image_url: None,
            category: None,
            stars: 0,
            review_count: 0,
            saves: 0,
            heat: 0,
            generation: 0,
            confirmed_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_rating_is_the_mean_to_one_decimal() {
        let rating = |stars, review_count| {
            let product = Product {
                stars,
                review_count,
                ..product()
            };
            product.rating()
        };
        assert_eq!(rating(0, 0), None);
        assert_eq!(rating(5, 1), Some(5.0));
        assert_eq!(rating(13, 3), Some(4.3));
        assert_eq!(rating(14, 3), Some(4.7));
        assert_eq!(rating(17, 4), Some(4.3));
    }

    #[test]
    fn a_sale_price_is_shown_while_its_dates_hold() {
        let usd = |amount| Money {
            amount,
            currency: "USD".to_owned(),
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        let price = |from: Option<i64>, until: Option<i64>, now| {
            let sale = Sale {
                price: usd(8),
                from: from.map(at),
                until: until.map(at),
            };
            let product = Product {
                price: Some(usd(10)),
                sale: Some(sale),
                ..product()
            };
            product.priced_at(at(now)).price.unwrap().amount
        };
        assert_eq!(price(None, None, 5), 8);
        for (now, amount) in [(9, 10), (10, 8), (19, 8), (20, 10)] {
            assert_eq!(price(Some(10), Some(20), now), amount, "{now}");
        }
    }

    #[test]
    fn later_news_is_greater_and_a_line_overrules_its_file() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let told = [
            News::of(at(1), 0),
            News::of(at(1), 1),
            News::of(at(1), 2),
            News::of(at(1), u64::MAX),
            News::of(at(2), 0),
        ];
        assert!(told.is_sorted());
        assert!(told[3] < told[4]);
    }
}
