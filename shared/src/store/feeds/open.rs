//! The markers of posts that may not have reached all their readers.

use domain::{
    feeds::{Entry, HORIZON, OPEN_SHARDS, OpenPost, Position},
    ids::{TopicId, UserId},
};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entries::entry;
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{EXISTS, Expression, Item, Range, readable},
};

/// A post that is still being delivered, as its marker says.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Marker {
    pub(in crate::store) author: UserId,
    pub(in crate::store) topics: Vec<TopicId>,
    /// Of one that an edit brought to other walls: when it had appeared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store) published_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store) again_at: Option<Timestamp>,
    /// Swept a day after it is read no more, whatever became of it.
    #[serde(default)]
    pub(in crate::store) expires_at: i64,
}

/// Reads one.
fn open_post(item: Item) -> Option<OpenPost> {
    let Entry { at, author } = entry(&item, None)?;
    let marker = readable::<Marker>([item]).pop()?;
    let appeared = Position {
        published_at: marker.published_at.unwrap_or(at.published_at),
        post: at.post,
    };
    Some(OpenPost {
        entry: Entry {
            at: appeared,
            author,
        },
        topics: marker.topics,
        since: at.published_at,
        again_at: marker.again_at,
    })
}

impl Store {
    /// Says that a post has reached all its readers, or all walls that an edit brought it to; `marker` is where that
    /// stands.
    pub async fn close(&self, marker: Position) -> Result<(), Error> {
        self.table.delete(&keys::open(marker)).await
    }

    /// The newest `limit` markers of one partition that were written from then on.
    pub async fn open_in(
        &self,
        shard: u8,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<OpenPost>, Error> {
        let mut range = Range {
            from: Some(keys::at(Position::start_of(from))),
            descending: true,
            ..Range::all(keys::open_shard(shard))
        };
        // Read by the page, so that of very many no more is kept than what they say.
        let mut open = Vec::new();
        loop {
            let found = self.table.query(&range).await?;
            let last = found.items.last().and_then(keys::Key::of);
            open.extend(found.items.into_iter().filter_map(open_post));
            match last {
                Some(last) if found.more && open.len() < limit => range.after = Some(last.sk),
                Some(_) | None => break,
            }
        }
        open.truncate(limit);
        Ok(open)
    }

    /// Every post that may not have reached all its readers, of the last 30 days.
    pub async fn open_posts(&self, now: Timestamp) -> Result<Vec<OpenPost>, Error> {
        let from = now.saturating_sub(HORIZON).unwrap_or(now);
        let shards = (0..OPEN_SHARDS).map(|shard| self.open_in(shard, from, usize::MAX));
        let found = try_join_all(shards).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Notes before when the fan-out is not to be told of an open post again; of one that has
    /// been closed, nothing.
    pub async fn postpone(&self, open: &OpenPost, until: Timestamp) -> Result<(), Error> {
        let change = Expression::new("SET again_at = :until")
            .text(":until", until.to_string())
            .when(Some(EXISTS));
        self.table
            .update(&keys::open(open.marker()), change)
            .await?;
        Ok(())
    }
}
