//! The hottest posts of each topic, and of all (FEEDS 5): read by those who page through them, kept by what is done at
//! posts.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    engagement::{Shards, Thing},
    feeds::{Generation, HotList, Reception, minute},
    ids::{PostId, TopicId},
    posts::Post,
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Anew, Expression, Item, Range, put_new, update_if},
};

/// A generation that has a successor is kept for so long: a cursor that names it is good for a day.
const KEPT: SignedDuration = SignedDuration::from_hours(25);
/// That it is as it was read, and has no successor. The newest is kept, however quiet its topic is.
const AS_READ: &str = "edition = :edition AND attribute_not_exists(expires_at)";

impl Store {
    /// The hottest posts of a topic, or of the whole store, as they are; `None` while nothing is known of them.
    pub async fn hottest(&self, topic: Option<&TopicId>) -> Result<Option<Generation>, Error> {
        let list = topic.cloned().map_or(HotList::Store, HotList::Topic);
        self.newest_of(&list, false).await
    }

    /// What rises, and polls that are open.
    pub async fn rising(&self) -> Result<Option<Generation>, Error> {
        self.newest_of(&HotList::Rising, false).await
    }

    /// The hottest posts as they were in a minute.
    pub async fn hottest_in(
        &self,
        list: &HotList,
        minute: u32,
    ) -> Result<Option<Generation>, Error> {
        let item = self.table.get(&keys::hottest(list, minute), false).await?;
        Ok(item.and_then(|item| generation(list, &item)))
    }

    /// Has a post stand among the hottest of these topics, and of all, as it is now. Whoever writes does so on what was
    /// read before the post was: of several at once none writes what is older than what stands.
    pub async fn keep_hottest(
        &self,
        post: PostId,
        topics: &BTreeSet<TopicId>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let topics = topics.iter().cloned().map(HotList::Topic);
        let mut lists: Vec<_> = topics.chain([HotList::Store, HotList::Rising]).collect();
        let mut anew = Anew::standing_on("what is hottest");
        loop {
            let newest = lists.iter().map(|list| self.newest_of(list, true));
            let newest = try_join_all(newest).await?;
            let read = self.received(post).await?;
            let kept = lists.iter().zip(newest).map(async |(list, before)| {
                let entry = read
                    .as_ref()
                    .and_then(|(post, marks)| list.entry(post, *marks, now));
                let mut after = match &before {
                    Some(before) => before.going_on(now),
                    None => Generation::empty(list.clone(), minute(now)),
                };
                Ok::<_, Error>(
                    !after.take(post, entry) || self.put_generation(before, &after, now).await?,
                )
            });
            let kept = try_join_all(kept).await?;
            let mut kept = kept.into_iter();
            lists.retain(|_| kept.next() == Some(false));
            if lists.is_empty() {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// A post as of every act acknowledged before, with what people did at it.
    async fn received(&self, post: PostId) -> Result<Option<(Post, u64)>, Error> {
        let Some(post) = self.post_now(post).await? else {
            return Ok(None);
        };
        let shards = if post.heat().is_hot() {
            let thing = Thing::Post(post.id);
            self.shards(&thing, post.heat(), true).await?
        } else {
            Shards::default()
        };
        let marks = Reception::of(&post, &shards).marks();
        Ok(Some((post, marks)))
    }

    async fn newest_of(
        &self,
        list: &HotList,
        consistent: bool,
    ) -> Result<Option<Generation>, Error> {
        let range = Range {
            from: Some(keys::HOT.to_owned()),
            to: Some(format!("{}~", keys::HOT)),
            descending: true,
            limit: Some(1),
            consistent,
            ..Range::all(keys::hottest_of(list))
        };
        let found = self.table.query(&range).await?;
        Ok(found.items.first().and_then(|item| generation(list, item)))
    }

    /// Writes a generation, on the one that was read before it. `false` when that one is not as it was read.
    async fn put_generation(
        &self,
        before: Option<Generation>,
        after: &Generation,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let key = keys::hottest(&after.list, after.minute);
        let edition = |edition: u64| AttributeValue::N(edition.to_string());
        let hot = AttributeValue::B(Blob::new(after.to_bytes()));
        match before {
            Some(before) if before.minute != after.minute => {
                let succeeded = Expression::new("SET expires_at = :then")
                    .number(":then", (now + KEPT).as_second())
                    .value(":edition", edition(before.edition));
                let before = keys::hottest(&before.list, before.minute);
                let mut item = key.attributes();
                item.insert("hot".to_owned(), hot);
                item.insert("edition".to_owned(), edition(1));
                let writes = vec![
                    update_if(before, succeeded, AS_READ).unless(false),
                    put_new(item).unless(false),
                ];
                self.table.transact(true, writes).await
            }
            before => {
                let write = Expression::new("SET hot = :hot, edition = :next")
                    .value(":hot", hot)
                    .value(":next", edition(after.edition + 1));
                let written = match before {
                    Some(_) => {
                        let write = write.value(":edition", edition(after.edition));
                        self.table.update(&key, write.when(Some(AS_READ)))
                    }
                    None => {
                        let new = "attribute_not_exists(PK)";
                        self.table.update(&key, write.when(Some(new)))
                    }
                };
                Ok(written.await?.is_some())
            }
        }
    }
}

/// Reads one. What cannot be read is begun anew by what is done next.
fn generation(list: &HotList, item: &Item) -> Option<Generation> {
    let minute = keys::parse_hottest(&Key::of(item)?.sk)?;
    let edition = item.get("edition")?.as_n().ok()?.parse().ok()?;
    let hot = item.get("hot")?.as_b().ok()?;
    Generation::of_bytes(list.clone(), minute, edition, hot.as_ref())
}
