//! What people do to posts: relations whose counts move in the same transaction.

use std::collections::HashSet;

use domain::{
    ids::{PostId, UserId},
    posts::PostStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{
        Conditional, Expression, Found, Item, Range, delete_there, encode, put_new, update_if,
        value,
    },
};

/// This many things that a person did are read at once: 2.5 read units.
const ACTS: usize = 200;

#[derive(Serialize, Deserialize)]
struct Act {
    at: Timestamp,
}

impl Store {
    /// Smiles at a published post, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the post is not there, or not published.
    pub async fn smile(&self, user: &UserId, post: PostId, now: Timestamp) -> Result<(), Error> {
        let act = encode(&keys::smile(user, post), &Act { at: now })?;
        let writes = vec![
            put_new(act).unless(()),
            count_smile(post, 1)?.or_fail(Error::NotFound),
        ];
        self.table.transact((), writes).await
    }

    /// Takes a smile back, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the post is not there, or not published.
    pub async fn take_back_smile(&self, user: &UserId, post: PostId) -> Result<(), Error> {
        let writes = vec![
            delete_there(keys::smile(user, post)).unless(()),
            count_smile(post, -1)?.or_fail(Error::NotFound),
        ];
        self.table.transact((), writes).await
    }

    /// Which of these posts a person smiled at, as far as the first [`ACTS`] things tell that they did in
    /// the range of their ids; and of which posts those do not tell. One Query, whose cost does not grow
    /// with what lies between.
    pub async fn smiled(
        &self,
        user: &UserId,
        posts: &[PostId],
    ) -> Result<(HashSet<PostId>, Vec<PostId>), Error> {
        let (Some(first), Some(last)) = (posts.iter().min(), posts.iter().max()) else {
            return Ok(<_>::default());
        };
        let range = Range {
            from: Some(format!("{first}#")),
            to: Some(format!("{last}#~")),
            limit: Some(ACTS),
            ..Range::all(keys::acts_of(user))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let seen = items.last().and_then(keys::Key::of).map(|key| key.sk);
        let told = |post: &PostId| seen.as_ref() >= Some(&keys::smile(user, *post).sk);
        let untold = posts.iter().filter(|post| more && !told(post)).copied();
        Ok((smiled_at(&items), untold.collect()))
    }

    /// Which of these posts a person smiled at, asked one by one: half a read unit each.
    pub async fn smiled_each(
        &self,
        user: &UserId,
        posts: impl IntoIterator<Item = PostId>,
    ) -> Result<HashSet<PostId>, Error> {
        let smiles = posts.into_iter().map(|post| keys::smile(user, post));
        let found = self.table.get_all(smiles.collect()).await?;
        Ok(smiled_at(&found))
    }
}

/// The posts that these items are smiles at.
fn smiled_at(items: &[Item]) -> HashSet<PostId> {
    let keys = items.iter().filter_map(keys::Key::of);
    keys.filter_map(|key| key.sk.strip_suffix("#smile")?.parse().ok())
        .collect()
}

/// Moves the count of a post that is published.
fn count_smile(post: PostId, by: i64) -> Result<Conditional, Error> {
    let update = Expression::new("ADD smiles :by")
        .number(":by", by)
        .name("#status", "status")
        .value(":published", value(PostStatus::Published)?);
    Ok(update_if(keys::post(post), update, "#status = :published"))
}
