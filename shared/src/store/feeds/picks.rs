//! What was got with what, and the products that may be picked (FEEDS 4).

use domain::{
    catalogue::product::Product,
    feeds::{History, pairs::Pairs, picks::Shelf, rows::Row},
    ids::{ProductId, UserId},
};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, Range, encode, readable},
};

/// What is counted when somebody gets a product stands on this.
#[derive(Debug, Clone)]
pub struct Buying {
    /// What they used, as of some moments ago.
    pub history: History,
    /// What is counted so far, as of every write acknowledged before.
    pub pairs: Pairs,
    /// The product, as of some moments ago; `None` where no feed has named it.
    pub product: Option<Product>,
}

impl Store {
    /// What is counted stands on this, when somebody gets a product: one round, two read units at most.
    pub async fn buying(&self, user: &UserId, product: &ProductId) -> Result<Buying, Error> {
        let (history, pairs, card) = (
            keys::history(user),
            keys::pairs(product),
            keys::product(product),
        );
        let (history, pairs, product) = futures::try_join!(
            self.table.read::<History>(&history, false),
            self.table.read::<Pairs>(&pairs, true),
            self.table.read::<Product>(&card, false)
        )?;
        Ok(Buying {
            history: history.unwrap_or_default(),
            pairs: pairs.unwrap_or_default(),
            product: product.filter(|product| !product.title.is_empty()),
        })
    }

    /// Keeps what was counted of a product: `false` where somebody else counted since it was read.
    pub async fn keep_pairs(&self, product: &ProductId, pairs: &Pairs) -> Result<bool, Error> {
        let mut counted = pairs.clone();
        counted.edition += 1;
        let item = encode(&keys::pairs(product), &counted)?;
        let as_read = match i64::try_from(pairs.edition).unwrap_or(i64::MAX) {
            0 => Expression::new("attribute_not_exists(PK)"),
            read => Expression::new("#e = :read")
                .name("#e", "e")
                .number(":read", read),
        };
        self.table.put_when(item, as_read).await
    }

    /// The products on a shelf, some more than it has room for.
    pub async fn shelf(&self, shelf: &Shelf) -> Result<Vec<Row>, Error> {
        let range = Range {
            limit: Some(2 * shelf.room()),
            ..Range::all(keys::picked_on(shelf.topic()))
        };
        Ok(readable(self.table.query_all(range).await?))
    }

    /// Puts products on a shelf, or puts them there anew.
    pub async fn put_on_shelf(&self, shelf: &Shelf, rows: &[Row]) -> Result<(), Error> {
        let item = |row: &Row| encode(&keys::picked(shelf.topic(), &row.product), row);
        let items = rows.iter().map(item).collect::<Result<_, _>>()?;
        self.table.put_all(items).await
    }

    /// Takes products off a shelf, there or not.
    pub async fn take_off_shelf<'a>(
        &self,
        shelf: &Shelf,
        products: impl IntoIterator<Item = &'a ProductId>,
    ) -> Result<(), Error> {
        let products = products.into_iter();
        let keys: Vec<_> = products
            .map(|product| keys::picked(shelf.topic(), product))
            .collect();
        self.table.delete_all(&keys).await
    }
}
