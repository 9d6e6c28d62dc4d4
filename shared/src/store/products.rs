//! Products, as the catalogue last confirmed them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Store, keys,
    table::{Range, decode, encode},
};
use crate::{
    domain::{ids::ProductId, product::Product},
    error::Error,
};

#[derive(Serialize, Deserialize)]
struct Description {
    description: String,
}

impl Store {
    /// Puts products with their descriptions, overwriting.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn put_products(&self, products: &[(Product, String)]) -> Result<(), Error> {
        let mut items = Vec::with_capacity(products.len() * 2);
        for (product, description) in products {
            items.push(encode(&keys::product(&product.id), product)?);
            let description = Description {
                description: description.clone(),
            };
            items.push(encode(
                &keys::product_description(&product.id),
                &description,
            )?);
        }
        self.table.put_all(items).await
    }

    /// Many products; those that are not there are left out.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn products(
        &self,
        products: impl IntoIterator<Item = &ProductId>,
    ) -> Result<HashMap<ProductId, Product>, Error> {
        let wanted = products.into_iter().map(keys::product).collect();
        let found = self.table.get_all(wanted).await?;
        found
            .into_iter()
            .map(|item| decode::<Product>(item).map(|product| (product.id.clone(), product)))
            .collect()
    }

    /// One product with its description.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn product(&self, product: &ProductId) -> Result<Option<(Product, String)>, Error> {
        let items = self
            .table
            .query_all(Range::all(keys::product_collection(product)))
            .await?;
        let (mut found, mut description) = (None, String::new());
        for item in items {
            if keys::Key::of(&item).as_ref() == Some(&keys::product(product)) {
                found = Some(decode::<Product>(item)?);
            } else {
                description = decode::<Description>(item)?.description;
            }
        }
        Ok(found.map(|product| (product, description)))
    }
}
