//! The idea lists that editors feature: one item, written anew on what was read.

use domain::feeds::Finds;

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, value},
};

impl Store {
    /// The lists that are featured.
    pub async fn finds(&self) -> Result<Finds, Error> {
        let finds = self.table.read(&keys::finds(), false).await?;
        Ok(finds.unwrap_or_default())
    }

    /// The same, as of every write acknowledged before.
    pub async fn finds_now(&self) -> Result<Finds, Error> {
        let finds = self.table.read(&keys::finds(), true).await?;
        Ok(finds.unwrap_or_default())
    }

    /// Has these lists featured, if they were not changed since they were read. `false` where they were.
    pub async fn put_finds(&self, finds: &Finds) -> Result<bool, Error> {
        let write = Expression::new("SET lists = :lists, edition = :next")
            .value(":lists", value(finds.lists())?)
            .value(":next", value(finds.edition + 1)?);
        let write = match finds.edition {
            0 => write.when(Some("attribute_not_exists(PK)")),
            edition => write
                .value(":edition", value(edition)?)
                .when(Some("edition = :edition")),
        };
        Ok(self.table.update(&keys::finds(), write).await?.is_some())
    }
}
