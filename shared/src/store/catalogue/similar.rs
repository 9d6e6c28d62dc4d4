//! What stands beside a product in the store: what is like it, and what can be bought in its stead.
//!
//! The indexes hold keys alone, and only of what is in stock: so confirming a million prices that
//! did not change writes nothing to them. The products themselves are read as they are now.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    catalogue::product::{Money, Product, price_band},
    ids::ProductId,
};
use futures::{future::try_join_all, try_join};
use jiff::Timestamp;

use crate::{
    aws::{call, classify, is_transient},
    error::Error,
    keys,
    store::Store,
    table::{Item, Table},
};

/// Of the products nearest in price this many are looked at, since one may have sold out just now.
const CANDIDATES: usize = 3;

impl Store {
    /// Up to `most` others of this one's category and price band, in stock some milliseconds ago, nearest in price first.
    pub async fn nearest(
        &self,
        product: &Product,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<ProductId>, Error> {
        let product = product.clone().priced_at(now);
        let (Some(category), Some(price)) = (&product.category, &product.price) else {
            return Ok(Vec::new());
        };
        let shelf = (
            keys::BY_PRICE,
            keys::CATEGORY_KEY,
            keys::in_category(category),
        );
        let (least, highest) = price_band(price.amount);
        let mut near = self.near(shelf, price, least, highest, most + 1).await?;
        near.retain(|id| *id != product.id);
        near.truncate(most);
        Ok(near)
    }

    /// For each of these products something of the same brand and category, in stock at `now`,
    /// nearest in price; those that have none are left out. Nothing is read for no products.
    pub async fn substitutes<'a>(
        &self,
        products: impl IntoIterator<Item = &'a Product>,
        now: Timestamp,
    ) -> Result<HashMap<ProductId, Product>, Error> {
        let asked = products.into_iter().map(|product| async move {
            let (Some(category), Some(brand), Some(price)) =
                (&product.category, &product.brand, &product.price)
            else {
                return Ok((&product.id, Vec::new()));
            };
            let brand = keys::of_brand(category, brand);
            let shelf = (keys::BY_BRAND, keys::BRAND_KEY, brand);
            let mut near = self.near(shelf, price, 0, i64::MAX, CANDIDATES).await?;
            near.retain(|id| *id != product.id);
            Ok::<_, Error>((&product.id, near))
        });
        let asked = try_join_all(asked).await?;
        let wanted: BTreeSet<_> = asked.iter().flat_map(|(_, near)| near).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.products(wanted).await?;
        let found = found.into_iter();
        let found: HashMap<_, _> = found
            .map(|(id, found)| (id, found.priced_at(now)))
            .collect();
        let best = asked.iter().filter_map(|(id, near)| {
            let mut near = near.iter().filter_map(|id| found.get(id));
            let best = near.find(|found| found.can_be_bought())?;
            Some(((*id).clone(), best.clone()))
        });
        Ok(best.collect())
    }

    /// Up to `most` products of a shelf, nearest to the price first: one round.
    async fn near(
        &self,
        (index, name, pk): (&'static str, &'static str, String),
        price: &Money,
        least: i64,
        highest: i64,
        most: usize,
    ) -> Result<Vec<ProductId>, Error> {
        let shelf = |from: i64, to: i64, descending| Shelf {
            index,
            partition: (name, pk.clone()),
            sort: keys::PRICE_KEY,
            from: keys::from_price(&price.currency, from),
            to: keys::from_price(&price.currency, to),
            descending,
            limit: most,
        };
        let here = price.amount.saturating_add(1);
        let (below, above) = (
            shelf(least, here, true),
            shelf(here, highest.saturating_add(1), false),
        );
        let (below, above) = try_join!(self.table.shelf(&below), self.table.shelf(&above))?;
        let placed = |item: Item| {
            let key = item.get(keys::PRICE_KEY)?.as_s().ok()?;
            let amount: i64 = key.split('#').nth(1)?.parse().ok()?;
            let id = keys::product_of(&keys::Key::of(&item)?.pk)?;
            Some((amount.abs_diff(price.amount), id))
        };
        let mut near: Vec<_> = below.into_iter().chain(above).filter_map(placed).collect();
        near.sort();
        near.truncate(most);
        Ok(near.into_iter().map(|(_, id)| id).collect())
    }
}

/// A question to an index: keys of one partition, by a range of its sort key.
#[derive(Debug, Clone)]
struct Shelf {
    /// The index's name.
    index: &'static str,
    /// Its partition key: the attribute and the value.
    partition: (&'static str, String),
    /// The attribute of its sort key.
    sort: &'static str,
    /// From here (inclusive).
    from: String,
    /// Up to here (inclusive).
    to: String,
    /// The greatest first.
    descending: bool,
    /// At most this many.
    limit: usize,
}

impl Table {
    /// The keys on a shelf, as of some milliseconds ago.
    async fn shelf(&self, shelf: &Shelf) -> Result<Vec<Item>, Error> {
        let (partition, pk) = &shelf.partition;
        let condition = format!("{partition} = :pk AND {} BETWEEN :from AND :to", shelf.sort);
        let texts = [(":pk", pk), (":from", &shelf.from), (":to", &shelf.to)];
        let values = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.clone())));
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(shelf.index)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(HashMap::from(values)))
            .scan_index_forward(!shelf.descending)
            .limit(i32::try_from(shelf.limit).unwrap_or(i32::MAX));
        let answer = call(|| request.clone().send(), is_transient).await;
        Ok(answer.map_err(classify)?.items.unwrap_or_default())
    }
}
