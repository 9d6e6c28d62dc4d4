//! What is left of a post that is gone (ENGAGEMENT 49): what was said of it, and what lies in shards.

use domain::{
    engagement::{Comment, Thing},
    ids::PostId,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Item, Range, readable},
};

/// So many comments are taken away side by side.
const SIDE_BY_SIDE: usize = 8;

impl Store {
    /// Takes away what was said of a post that is gone, up to so many comments, each with its author's note of it.
    /// `true` once nothing is left.
    pub async fn clear_comments(
        &self,
        post: PostId,
        most: usize,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let range = Range {
            limit: Some(most),
            consistent: true,
            ..Range::all(keys::comments_of(post))
        };
        let items = self.table.query_all(range).await?;
        let done = items.len() < most;
        let cleared = items.into_iter().map(|item| self.clear_comment(item, now));
        stream::iter(cleared)
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<()>()
            .await?;
        Ok(done)
    }

    /// Takes away one of them, last of all what it is found by.
    async fn clear_comment(&self, item: Item, now: Timestamp) -> Result<(), Error> {
        let Some(key) = Key::of(&item) else {
            return Ok(());
        };
        // What is no comment says which were the best; one that cannot be read goes all the same.
        if let Some(comment) = readable::<Comment>([item]).pop() {
            if comment.heat().is_hot() {
                let (thing, generation) = (Thing::Comment(comment.id), comment.generation);
                self.close_all(&thing, generation, now).await?;
            }
            let (post, own) = (comment.id.post, comment.id.own);
            let noted = keys::acts_at_comment(&comment.author, post, own);
            self.table.delete(&noted).await?;
        }
        self.table.delete(&key).await
    }
}
