//! The skeleton of a wall: what is on it, newest first.

use domain::{feeds::Position, ids::TopicId};
use jiff::{SignedDuration, Timestamp};

use super::Reads;
use crate::{error::Error, keys::Month};

/// Walls go back a year; older posts are found with their authors.
const HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Reads {
    /// The newest `limit` of a wall before `before`, month by month: one round for most walls.
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
                return Ok(posts);
            }
            month = month.previous();
        }
    }
}
