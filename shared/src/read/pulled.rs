//! What is looked up of authors whose posts are not delivered to a reader.

use std::collections::HashMap;

use domain::{
    feeds::{Delivered, Head, Position, Source},
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

    /// The newest posts of each of these authors before a place, by their heads; by their own lists, `limit` of each,
    /// what is older than a head tells. What is not in a head yet is still open.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn latest(
        &self,
        authors: impl IntoIterator<Item = &UserId>,
        (before, oldest): (Position, Position),
        limit: usize,
    ) -> Result<Vec<Source>, Error> {
        let authors: Vec<_> = authors.into_iter().collect();
        let heads = self.store.heads(authors.iter().copied()).await?;
        let sources = authors.into_iter().map(async |author| {
            let told = told(&heads, author, before, oldest);
            if told.end.is_none_or(|end| end < before) {
                return Ok(told);
            }
            let (posts, _) = self.store.posts_by(author, Some(before), limit).await?;
            let posts = posts.into_iter().map(|entry| entry.at);
            Ok::<_, Error>(Source::newest(posts.collect(), limit))
        });
        try_join_all(sources).await
    }
}

/// What an author's head tells before a place.
fn told(
    heads: &HashMap<UserId, Head>,
    author: &UserId,
    before: Position,
    oldest: Position,
) -> Source {
    let Some(head) = heads.get(author) else {
        return Source::default();
    };
    let within = head.newest().filter(|at| *at < before);
    Source {
        places: within.collect(),
        end: head.newest().last().filter(|_| !head.reaches(oldest)),
    }
}
