//! Products as they can be bought now, and what was written of them.

use domain::{
    catalogue::product::{Availability, Product},
    ids::ProductId,
    posts::{Hydrated, SharedReview},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Time, address::uri, words};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoneyView {
    /// In minor units of the currency.
    pub amount: i64,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

/// A product as it can be bought now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductCard {
    /// As in the store's feed where that is `[A-Za-z0-9._-]+`, else `~` and base64url of it.
    pub id: String,
    /// Empty for what left the catalogue unseen.
    pub title: String,
    /// The maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What it costs now; absent for what left the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<MoneyView>,
    /// When the store last confirmed price and availability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_confirmed_at: Option<Time>,
    /// Whether it can be bought.
    #[schema(value_type = words::Availability)]
    pub availability: String,
    /// Mean of its reviews, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// How many reviews.
    pub review_count: u64,
    /// Its page in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// Its picture in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub image_url: Option<String>,
    /// How many people saved it.
    pub saves: u64,
    /// For what is sold out or has left the catalogue: something of its brand and category that
    /// can be bought, where there is any; it carries no substitute itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub substitute: Option<Box<ProductCard>>,
}

/// A review that somebody wrote in the store; in a post, as it was when it was shared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReviewView {
    /// The store's id of it: what a new post names it by.
    pub id: String,
    /// What it is about.
    pub product: ProductCard,
    /// Stars, 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: u8,
    /// May be empty.
    pub title: String,
    /// May be empty; escape it where it is shown.
    pub body: String,
    /// When it was written.
    pub written_at: Time,
    /// Whether its writer bought the product; absent where the store does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_purchase: Option<bool>,
}

impl ProductCard {
    /// The card of a product that was looked for, with what can be bought in its stead.
    pub fn of(id: &ProductId, read: &Hydrated) -> Self {
        let substitute = read.substitutes.get(id).map(Self::alone);
        Self {
            substitute: substitute.map(Box::new),
            ..card(id, read.products.get(id))
        }
    }

    /// The card of a product that stands by itself.
    pub fn alone(product: &Product) -> Self {
        card(&product.id, Some(product))
    }
}

impl ReviewView {
    /// A review, with its product's card.
    pub fn of(review: &SharedReview, read: &Hydrated) -> Self {
        Self {
            id: review.id.to_string(),
            product: ProductCard::of(&review.product, read),
            rating: review.rating,
            title: review.title.clone(),
            body: review.body.clone(),
            written_at: review.written_at.into(),
            verified_purchase: review.verified_purchase,
        }
    }
}

/// A card without a substitute; one that is not in the catalogue keeps its dot, without a price.
fn card(id: &ProductId, product: Option<&Product>) -> ProductCard {
    let Some(product) = product else {
        return ProductCard {
            id: id.public(),
            title: String::new(),
            brand: None,
            price: None,
            price_confirmed_at: None,
            availability: "gone".to_owned(),
            rating: None,
            review_count: 0,
            url: None,
            image_url: None,
            saves: 0,
            substitute: None,
        };
    };
    let gone = product.availability == Availability::Gone;
    ProductCard {
        id: id.public(),
        title: product.title.clone(),
        brand: product.brand.clone(),
        price: product
            .price
            .clone()
            .filter(|_| !gone)
            .map(|money| MoneyView {
                amount: money.amount,
                currency: money.currency,
            }),
        price_confirmed_at: Some(product.confirmed_at.into()),
        availability: match product.availability {
            Availability::InStock => "in_stock",
            Availability::SoldOut => "sold_out",
            Availability::Gone => "gone",
        }
        .to_owned(),
        rating: product.rating(),
        review_count: product.review_count,
        url: Some(uri(&product.url)),
        image_url: product.image_url.as_deref().map(uri),
        saves: product.saves,
        substitute: None,
    }
}
