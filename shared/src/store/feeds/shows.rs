//! Which posts show a product.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{feeds::Position, ids::ProductId};
use jiff::Timestamp;

use super::entries::{SWEPT_AFTER, outdated};
use crate::{
    error::Error,
    keys::{self, EXPIRES_AT},
    store::Store,
    table::{EXISTS, Expression},
};

impl Store {
    /// Notes that a post shows these products; doing so again changes nothing. It is noted for as long as the post is in
    /// home feeds.
    pub async fn note_shown<'p>(
        &self,
        at: Position,
        products: impl IntoIterator<Item = &'p ProductId>,
    ) -> Result<(), Error> {
        let until = outdated(at.published_at).to_string();
        let items = products.into_iter().map(|product| {
            let mut item = keys::shows(product, at).attributes();
            item.insert(EXPIRES_AT.to_owned(), AttributeValue::N(until.clone()));
            item
        });
        self.table.put_all(items.collect()).await
    }

    /// Gives what was noted of a post that is gone a time to live.
    pub async fn expire_shown<'p>(
        &self,
        at: Position,
        products: impl IntoIterator<Item = &'p ProductId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let expired = products.into_iter().map(async |product| {
            let expire = Expression::new("SET expires_at = :then")
                .number(":then", (now + SWEPT_AFTER).as_second())
                .when(Some(EXISTS));
            self.table.update(&keys::shows(product, at), expire).await
        });
        futures::future::try_join_all(expired).await?;
        Ok(())
    }

    /// Where posts that show a product stand, newest first: up to `limit` between the positions.
    pub async fn shows(
        &self,
        product: &ProductId,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Result<Vec<Position>, Error> {
        let of = keys::shows_of(product);
        let items = self.newest(of, before, oldest, limit).await?;
        let keys = items.iter().filter_map(keys::Key::of);
        Ok(keys.filter_map(|key| keys::parse_at(&key.sk)).collect())
    }
}
