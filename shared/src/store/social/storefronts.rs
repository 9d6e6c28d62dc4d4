//! Storefronts: what stands at the head of an influencer's page (MONEY 9).

use domain::{ids::UserId, money::storefront::Storefront};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, encode, put_if, put_new, value},
};

impl Store {
    /// What stands at the head of somebody's storefront; what is new where nothing was put there.
    pub async fn storefront(&self, user: &UserId) -> Result<Storefront, Error> {
        let found = self.table.read(&keys::storefront(user), true).await?;
        Ok(found.unwrap_or_default())
    }

    /// Puts what is to stand there, if it is as it was read. `false` when it is not.
    pub async fn put_storefront(
        &self,
        user: &UserId,
        before: &Storefront,
        after: &Storefront,
    ) -> Result<bool, Error> {
        let item = encode(&keys::storefront(user), after)?;
        let write = match before.edition {
            0 => put_new(item),
            edition => {
                let as_read = Expression::new("edition = :edition");
                put_if(item, as_read.value(":edition", value(edition)?))
            }
        };
        self.table.transact(true, vec![write.unless(false)]).await
    }
}
