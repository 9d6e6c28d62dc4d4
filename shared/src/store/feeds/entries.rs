//! Where posts are delivered to: timelines, topic walls, and the markers of what is still open.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    feeds::{Delivered, Entry, HORIZON, OpenPost, Position},
    ids::{PersonHash, TopicId, UserId},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys::{self, EXPIRES_AT, Month},
    store::Store,
    table::{EXISTS, Expression, Item, Range, readable},
};

/// A post that is still being delivered, as its marker says.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Marker {
    pub(in crate::store) author: UserId,
    pub(in crate::store) topics: Vec<TopicId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::store) again_at: Option<Timestamp>,
    /// Swept a day after it is read no more, whatever became of it.
    #[serde(default)]
    pub(in crate::store) expires_at: i64,
}

/// A post that is gone is on its walls, unseen, for so long: whoever pages through them goes on from it.
const SWEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

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

    /// Puts a post on the walls of its topics, which name the post alone; doing so again changes nothing.
    pub async fn put_on_topics(&self, at: Position, topics: &[TopicId]) -> Result<(), Error> {
        let items = topics
            .iter()
            .map(|topic| keys::on_topic(topic, at).attributes());
        self.table.put_all(items.collect()).await
    }

    /// Gives the places of a post that is gone on the walls of these topics a time to live.
    pub async fn expire_on_topics(
        &self,
        at: Position,
        topics: &[TopicId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let expired = topics.iter().map(async |topic| {
            let expire = Expression::new("SET expires_at = :then")
                .number(":then", (now + SWEPT_AFTER).as_second())
                .when(Some(EXISTS));
            self.table.update(&keys::on_topic(topic, at), expire).await
        });
        futures::future::try_join_all(expired).await?;
        Ok(())
    }

    /// Says that a post has reached all its readers.
    pub async fn close(&self, entry: &Entry) -> Result<(), Error> {
        self.table.delete(&keys::open(entry.at)).await
    }

    /// Every post that may not have reached all its readers, of the last 30 days.
    pub async fn open_posts(&self, now: Timestamp) -> Result<Vec<OpenPost>, Error> {
        let oldest = Position::start_of(now.saturating_sub(HORIZON).unwrap_or(now));
        let shards = (0..keys::OPEN_SHARDS).map(|shard| {
            let range = Range {
                from: Some(keys::at(oldest)),
                ..Range::all(keys::open_shard(shard))
            };
            self.table.query_all(range)
        });
        let found = futures::future::try_join_all(shards).await?;
        let open = found.into_iter().flatten().filter_map(|item| {
            let entry = entry(&item, None)?;
            let marker = readable::<Marker>([item]).pop()?;
            Some(OpenPost {
                entry,
                topics: marker.topics,
                again_at: marker.again_at,
            })
        });
        Ok(open.collect())
    }

    /// Notes before when the fan-out is not to be told of an open post again; of one that has
    /// been closed, nothing.
    pub async fn postpone(&self, entry: &Entry, until: Timestamp) -> Result<(), Error> {
        let change = Expression::new("SET again_at = :until")
            .text(":until", until.to_string())
            .when(Some(EXISTS));
        self.table.update(&keys::open(entry.at), change).await?;
        Ok(())
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

    async fn newest(
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
