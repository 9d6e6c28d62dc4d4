//! Questions and polls by what they are about: a brand's products, or a topic (MONEY 35).

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    catalogue::brand::Brand,
    feeds::{Position, WALL_HORIZON},
    ids::{PostId, TopicId},
    posts::Post,
};

use crate::{
    error::Error,
    keys::{self, About, EXPIRES_AT, Key},
    store::Store,
};

impl Store {
    /// Keeps by what a post is found that asks something in step with how it is now. Whoever comes last has it be where it
    /// says.
    pub async fn keep_asked(&self, post: PostId) -> Result<(), Error> {
        let mut put = BTreeSet::new();
        loop {
            let keys = match self.post_now(post).await? {
                Some(post) => self.asks(&post).await?,
                None => BTreeSet::new(),
            };
            let gone: Vec<_> = put.difference(&keys).cloned().collect();
            self.table.delete_all(&gone).await?;
            let new: Vec<_> = keys.difference(&put).collect();
            if new.is_empty() {
                return Ok(());
            }
            let items = new.into_iter().map(|key| {
                let mut item = key.attributes();
                let at = keys::parse_at(&key.sk).map(|at| at.published_at.as_second());
                let until = at.unwrap_or_default() + WALL_HORIZON.as_secs();
                item.insert(EXPIRES_AT.to_owned(), AttributeValue::N(until.to_string()));
                item
            });
            self.table.put_all(items.collect()).await?;
            put = keys;
        }
    }

    async fn asks(&self, post: &Post) -> Result<BTreeSet<Key>, Error> {
        let Some(published_at) = post.published_at.filter(|_| post.asks()) else {
            return Ok(BTreeSet::new());
        };
        let at = Position {
            published_at,
            post: post.id,
        };
        let brands = self.brands(post.product_ids()).await?;
        Ok(keys_of(at, &brands, &post.topics).collect())
    }

    /// Takes a post that is gone from where it may have been.
    pub async fn take_asked(
        &self,
        at: Position,
        brands: &BTreeSet<Brand>,
        topics: &[TopicId],
    ) -> Result<(), Error> {
        let keys: Vec<_> = keys_of(at, brands, topics).collect();
        self.table.delete_all(&keys).await
    }

    /// Where questions and polls stand about something, newest first: up to `limit` between the positions.
    pub async fn asked(
        &self,
        about: &About<'_>,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Result<Vec<Position>, Error> {
        let of = keys::asked_about(about);
        let items = self.newest(of, before, oldest, limit).await?;
        let keys = items.iter().filter_map(Key::of);
        Ok(keys.filter_map(|key| keys::parse_at(&key.sk)).collect())
    }
}

fn keys_of<'a>(
    at: Position,
    brands: &'a BTreeSet<Brand>,
    topics: &'a [TopicId],
) -> impl Iterator<Item = Key> + 'a {
    let brands = brands.iter().map(About::Brand);
    let topics = topics.iter().map(About::Topic);
    brands
        .chain(topics)
        .map(move |about| keys::asked(&about, at))
}
