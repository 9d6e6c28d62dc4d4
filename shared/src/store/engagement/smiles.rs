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
    table::{Conditional, Expression, Range, delete_there, encode, put_new, update_if, value},
};

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

    /// Which of these posts a person smiled at: one Query over the range of their ids.
    pub async fn smiled(&self, user: &UserId, posts: &[PostId]) -> Result<HashSet<PostId>, Error> {
        let (Some(first), Some(last)) = (posts.iter().min(), posts.iter().max()) else {
            return Ok(HashSet::new());
        };
        let range = Range {
            from: Some(format!("{first}#")),
            to: Some(format!("{last}#~")),
            ..Range::all(keys::acts_of(user))
        };
        let acts = self.table.query_all(range).await?;
        let smiles = acts.iter().filter_map(keys::Key::of).filter_map(|key| {
            key.sk
                .strip_suffix("#smile")
                .and_then(|post| post.parse().ok())
        });
        Ok(smiles.collect())
    }
}

/// Moves the count of a post that is published.
fn count_smile(post: PostId, by: i64) -> Result<Conditional, Error> {
    let update = Expression::new("ADD smiles :by")
        .number(":by", by)
        .name("#status", "status")
        .value(":published", value(PostStatus::Published)?);
    Ok(update_if(keys::post(post), update, "#status = :published"))
}
