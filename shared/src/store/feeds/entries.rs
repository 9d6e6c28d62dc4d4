//! Where posts are delivered to: timelines and topic walls.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    feeds::{Delivered, Entry, HORIZON, Position, WALL_HORIZON},
    ids::{PersonHash, TopicId, UserId},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    error::Error,
    keys::{self, EXPIRES_AT, Month},
    store::Store,
    table::{Item, Range},
};

/// A post that is gone is among what shows a product, unseen, for so long: whoever pages through that goes on from it.
pub(super) const SWEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// When what was published then has been too old for any home feed for a day.
pub(in crate::store) fn outdated(published_at: Timestamp) -> i64 {
    let kept = HORIZON + SignedDuration::from_hours(24);
    published_at.as_second() + kept.as_secs()
}

/// Reads an item; in an author's own list the author is not repeated.
pub(in crate::store) fn entry(item: &Item, author: Option<&UserId>) -> Option<Entry> {
    let at = keys::parse_at(&keys::Key::of(item)?.sk)?;
    let named = || {
        item.get("author")
            .and_then(|a| a.as_s().ok())
            .and_then(|a| UserId::parse(a))
    };
    Some(Entry {
        at,
        author: author.cloned().or_else(named)?,
    })
}

/// A post's place in a timeline, which keeps no more of its author than what stands for them.
fn delivered(reader: &UserId, entry: &Entry) -> Item {
    let mut item = keys::timeline(reader, entry.at).attributes();
    let author = Blob::new(entry.author.hash().0);
    item.insert("author".to_owned(), AttributeValue::B(author));
    let expires_at = outdated(entry.at.published_at).to_string();
    item.insert(EXPIRES_AT.to_owned(), AttributeValue::N(expires_at));
    item
}

/// Reads one.
fn delivery(item: &Item) -> Option<Delivered> {
    let author = item.get("author")?.as_b().ok()?;
    Some(Delivered {
        at: keys::parse_at(&keys::Key::of(item)?.sk)?,
        author: PersonHash(author.as_ref().try_into().ok()?),
    })
}

impl Store {
    /// Delivers posts to timelines, one write each; delivering again changes nothing. An entry
    /// is swept a day after it is too old for any home feed.
    ///
    /// # Errors
    /// Only those of the table; some may have been delivered then.
    pub async fn deliver(&self, deliveries: &[(UserId, Entry)]) -> Result<(), Error> {
        let items = deliveries
            .iter()
            .map(|(reader, entry)| delivered(reader, entry));
        self.table.put_all(items.collect()).await
    }

    /// Puts a post on the walls of its topics, which name the post alone; doing so again changes nothing. An entry is
    /// swept when it is too old for any wall.
    pub async fn put_on_topics(&self, at: Position, topics: &[TopicId]) -> Result<(), Error> {
        let expires_at = at.published_at.as_second() + WALL_HORIZON.as_secs();
        let items = topics.iter().map(|topic| {
            let mut item = keys::on_topic(topic, at).attributes();
            let expires_at = AttributeValue::N(expires_at.to_string());
            item.insert(EXPIRES_AT.to_owned(), expires_at);
            item
        });
        self.table.put_all(items.collect()).await
    }

    /// Takes a post that is gone, or on other walls, off the walls of these topics. Whoever pages through them goes on
    /// all the same.
    pub async fn take_off_topics(&self, at: Position, topics: &[TopicId]) -> Result<(), Error> {
        let keys = topics.iter().map(|topic| keys::on_topic(topic, at));
        self.table.delete_all(&keys.collect::<Vec<_>>()).await
    }

    /// What was delivered to a reader, newest first: up to `limit` between the two positions.
    pub async fn timeline(
        &self,
        reader: &UserId,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Result<Vec<Delivered>, Error> {
        let of = keys::timeline_of(reader);
        let items = self.newest(of, before, oldest, limit).await?;
        Ok(items.iter().filter_map(delivery).collect())
    }

    /// Whether a post of this place was delivered to a reader, whether it is on a topic's wall, and whether it is still
    /// open: one round.
    pub async fn entries(
        &self,
        reader: &UserId,
        topic: Option<&TopicId>,
        at: Position,
    ) -> Result<(bool, bool, bool), Error> {
        let (delivered, open) = (keys::timeline(reader, at), keys::open(at));
        let listed = topic.map(|topic| keys::on_topic(topic, at));
        let keys = [&delivered, &open].into_iter().chain(&listed);
        let found = self.table.get_all(keys.cloned().collect()).await?;
        let found: Vec<_> = found.iter().filter_map(keys::Key::of).collect();
        let is_there = |key: &keys::Key| found.contains(key);
        let listed = listed.as_ref().is_some_and(is_there);
        Ok((is_there(&delivered), listed, is_there(&open)))
    }

    /// What is on a topic's wall in one month, newest first: up to `limit` between the positions.
    pub async fn topic_month(
        &self,
        topic: &TopicId,
        month: Month,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Result<Vec<Position>, Error> {
        let of = keys::topic_month(topic, month);
        let items = self.newest(of, before, oldest, limit).await?;
        let keys = items.iter().filter_map(keys::Key::of);
        Ok(keys.filter_map(|key| keys::parse_at(&key.sk)).collect())
    }

    /// What lies at places of a collection, newest first, likewise.
    pub(super) async fn newest(
        &self,
        pk: String,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Result<Vec<Item>, Error> {
        // DynamoDB refuses a start outside the range that is asked for.
        if before <= oldest {
            return Ok(Vec::new());
        }
        let range = Range {
            from: Some(keys::at(oldest)),
            after: Some(keys::at(before)),
            descending: true,
            limit: Some(limit),
            ..Range::all(pk)
        };
        self.table.query_all(range).await
    }
}
