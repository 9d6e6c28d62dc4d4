//! One product with all that its page shows.

use domain::{catalogue::product::Product, ids::ProductId, posts::Hydrated};
use jiff::Timestamp;

use super::Reads;
use crate::{error::Error, store::Details};

/// A product is shown with at most this many like it.
const SIMILAR: usize = 12;

/// What the page of a product shows.
#[derive(Debug)]
pub struct ProductPage {
    /// Which.
    pub id: ProductId,
    /// The product at the price of now, with what can be bought in its stead.
    pub read: Hydrated,
    /// What is only said here.
    pub details: Details,
    /// What is like it, nearest in price first.
    pub similar: Vec<Product>,
}

impl Reads {
    /// A product of the catalogue with what stands beside it; `None` when there is none.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn product(
        &self,
        id: &ProductId,
        now: Timestamp,
    ) -> Result<Option<ProductPage>, Error> {
        let Some((product, details)) = self.store.product(id).await? else {
            return Ok(None);
        };
        let product = product.priced_at(now);
        let missed = (!product.can_be_bought()).then_some(&product);
        let (similar, substitutes) = futures::try_join!(
            self.store.similar(&product, SIMILAR, now),
            self.store.substitutes(missed, now)
        )?;
        let read = Hydrated {
            products: [(id.clone(), product)].into(),
            substitutes,
            ..Hydrated::default()
        };
        Ok(Some(ProductPage {
            id: id.clone(),
            read,
            details,
            similar,
        }))
    }
}
