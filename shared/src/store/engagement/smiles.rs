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
    table::{Expression, NotCommitted, Range, encode},
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
        let writes = vec![self.table.put_new(act)?, self.count_smile(post, 1)?];
        settle(self.table.transact(writes).await)
    }

    /// Takes a smile back, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the post is not there, or not published.
    pub async fn take_back_smile(&self, user: &UserId, post: PostId) -> Result<(), Error> {
        let there = Expression::new("attribute_exists(PK)");
        let writes = vec![
            self.table.delete_if(&keys::smile(user, post), there)?,
            self.count_smile(post, -1)?,
        ];
        settle(self.table.transact(writes).await)
    }

    fn count_smile(
        &self,
        post: PostId,
        by: i64,
    ) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, Error> {
        let published =
            serde_dynamo::to_attribute_value(PostStatus::Published).map_err(Error::internal)?;
        let update = Expression::new("ADD smiles :by")
            .number(":by", by)
            .name("#status", "status")
            .value(":published", published);
        self.table
            .update_if(&keys::post(post), update, "#status = :published")
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

/// A failed first condition says that the relation is as asked for already.
fn settle(outcome: Result<(), NotCommitted>) -> Result<(), Error> {
    match outcome {
        Ok(()) | Err(NotCommitted::Condition(0)) => Ok(()),
        Err(not) => Err(not.at(1, Error::NotFound).into()),
    }
}
