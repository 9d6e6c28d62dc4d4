//! Where authors' latest posts stand, for those who pull them.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    feeds::{Entry, Head, HeadRef},
    ids::UserId,
};
use jiff::Timestamp;

use super::entries::outdated;
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, Item},
};

/// What an item holds.
pub(in crate::store) fn read_head(item: &Item) -> Head {
    let refs = item.get("posts").and_then(|posts| posts.as_bs().ok());
    let refs = refs.into_iter().flatten();
    Head::of(refs.filter_map(|kept| HeadRef::try_from(kept.as_ref()).ok()))
}

fn set(refs: impl IntoIterator<Item = HeadRef>) -> AttributeValue {
    AttributeValue::Bs(refs.into_iter().map(Blob::new).collect())
}

impl Store {
    /// Puts a post into its author's head, once, and trims that where it is full: one write, and one more for eight
    /// posts. A head to which nothing comes is swept when none of it is in any home feed.
    pub async fn put_into_head(&self, entry: &Entry, now: Timestamp) -> Result<(), Error> {
        let key = keys::head(&entry.author);
        let put = Expression::new("ADD posts :post SET expires_at = :then")
            .value(":post", set([Head::keep(entry.at)]))
            .number(":then", outdated(now));
        let item = self.table.update(&key, put.when(None)).await?;
        let surplus = read_head(&item.unwrap_or_default()).surplus();
        if surplus.is_empty() {
            return Ok(());
        }
        let trim = Expression::new("DELETE posts :surplus").value(":surplus", set(surplus));
        self.table.update(&key, trim.when(None)).await?;
        Ok(())
    }

    /// The heads of these authors, a hundred a request; of whom nothing appeared lately, none.
    pub async fn heads(
        &self,
        authors: impl IntoIterator<Item = &UserId>,
    ) -> Result<HashMap<UserId, Head>, Error> {
        let keys = authors.into_iter().map(keys::head).collect();
        let found = self.table.get_all(keys).await?;
        let heads = found.iter().filter_map(|item| {
            let keys::Item::Head(author) = keys::Item::at(&keys::Key::of(item)?)? else {
                return None;
            };
            Some((author, read_head(item)))
        });
        Ok(heads.collect())
    }
}
