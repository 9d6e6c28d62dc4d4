//! The skeleton of a wall: what is on it, newest first.

use domain::{
    feeds::{Position, merge},
    ids::TopicId,
};
use jiff::{SignedDuration, Timestamp};

use super::Reads;
use crate::{error::Error, keys::Month};

/// Walls go back a year; older posts are found with their authors.
const HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Reads {
    /// The newest `limit` of a wall before `before`, with what is not on it yet, month by month: one round for most
    /// walls, and one before where the open book is too old.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn wall(
        &self,
        topic: &TopicId,
        before: Position,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Position>, Error> {
        let oldest = Position::start_of(now.saturating_sub(HORIZON).unwrap_or(now));
        // Asked before the wall: what is closed after that has been put there before.
        let book = self.book(now).await?;
        let open = book.on(topic, before, oldest).take(limit);
        let (mut month, last) = (
            Month::of(before.published_at),
            Month::of(oldest.published_at),
        );
        let mut posts = Vec::new();
        loop {
            let missing = limit - posts.len();
            let found = self
                .store
                .topic_month(topic, month, before, oldest, missing);
            posts.extend(found.await?);
            if posts.len() >= limit || month <= last {
                let mut posts = merge(posts.into_iter().chain(open), before, oldest);
                posts.truncate(limit);
                return Ok(posts);
            }
            month = month.previous();
        }
    }
}
