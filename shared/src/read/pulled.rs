//! What is looked up of authors whose posts are not delivered to a reader.

use domain::{
    feeds::{Delivered, Position},
    ids::UserId,
};
use futures::future::try_join_all;

use super::Reads;
use crate::error::Error;

impl Reads {
    /// Where posts of these authors stand between two places: of each the newest, up to `limit`, in no order. One round
    /// for their heads, and another where an author's goes on further back.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn pulled(
        &self,
        authors: impl IntoIterator<Item = &UserId>,
        (before, oldest): (Position, Position),
        limit: usize,
    ) -> Result<Vec<Delivered>, Error> {
        let heads = self.store.heads(authors).await?;
        let of = heads.iter().map(async |(author, head)| {
            let within = head.newest().filter(|at| (oldest..before).contains(at));
            let mut found: Vec<_> = within.take(limit).collect();
            if found.len() < limit && !head.reaches(oldest) {
                let last = head.newest().last().unwrap_or(before);
                let (from, missing) = (last.min(before), limit - found.len());
                let further = self.store.posts_by(author, Some(from), missing);
                let further = further.await?.0.into_iter().map(|entry| entry.at);
                found.extend(further.filter(|at| *at >= oldest));
            }
            let author = author.hash();
            let found = found.into_iter().map(|at| Delivered { at, author });
            Ok::<Vec<_>, Error>(found.collect())
        });
        let found = try_join_all(of).await?;
        Ok(found.into_iter().flatten().collect())
    }
}
