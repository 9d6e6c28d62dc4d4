//! A wall: what is on it, and which of it whoever looks may come across.

use domain::{
    feeds::{
        Candidates, Drawn, Generation, HotList, LOOKED_AT, NEWEST, Position, Source, WALL_HORIZON,
        WallPlace, WallSort, minute,
    },
    ids::{PostId, TopicId},
    posts::{Hydrated, Post, PostKind},
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::Reads;
use crate::{error::Error, keys::Month};

/// What is asked of a wall.
#[derive(Debug, Clone)]
pub struct WallAsked {
    /// Which it is.
    pub wall: HotList,
    /// In which order.
    pub sort: WallSort,
    /// One kind of post alone.
    pub kind: Option<PostKind>,
    /// Where the page begins; `None` at the beginning.
    pub place: Option<WallPlace>,
    /// How many posts it has at most.
    pub limit: usize,
}

/// A page of a wall.
#[derive(Debug)]
pub struct WallPage {
    /// In the wall's order.
    pub posts: Vec<Shown<Post>>,
    /// What stands in them and around them.
    pub read: Hydrated,
    /// How many had been looked at with each of them.
    looked: Vec<usize>,
    /// And in all.
    all: usize,
    order: Order,
}

/// What is next on a wall, in order.
#[derive(Debug)]
enum Order {
    /// Those before a place, and whether there may be more after them.
    New(Vec<Position>, bool),
    /// What was drawn up.
    Drawn(Drawn),
}

impl Order {
    fn posts(&self) -> Vec<PostId> {
        match self {
            Self::New(places, _) => places.iter().map(|at| at.post).collect(),
            Self::Drawn(drawn) => drawn.posts(),
        }
    }

    /// Where it goes on after so many of them; `None` at the end.
    fn after(&self, count: usize) -> Option<WallPlace> {
        match self {
            Self::New(places, more) => {
                let left = *more || count < places.len();
                let last = count.checked_sub(1).and_then(|last| places.get(last));
                last.filter(|_| left).copied().map(WallPlace::New)
            }
            Self::Drawn(drawn) => drawn.after(count).map(WallPlace::Drawn),
        }
    }
}

impl WallPage {
    /// Where the next page begins, after so many of the posts; `None` at the end of the wall.
    pub fn after(&self, shown: usize) -> Option<WallPlace> {
        let looked = match shown.checked_sub(1).and_then(|last| self.looked.get(last)) {
            Some(looked) if shown < self.posts.len() => *looked,
            Some(_) | None => self.all,
        };
        self.order.after(looked)
    }
}

impl Reads {
    /// A page of a wall: three rounds, one more where the open book is too old, and where so much of what is next may
    /// not be shown that it is read on. What was known to be on the wall and is gone costs nobody else their place.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn wall(
        &self,
        asked: &WallAsked,
        onlooker: impl Future<Output = Result<Onlooker, Error>>,
        now: Timestamp,
    ) -> Result<WallPage, Error> {
        let (mut order, onlooker) = futures::try_join!(self.next_on(asked, now), onlooker)?;
        if let (Order::Drawn(drawn), Some(kind)) = (&mut order, asked.kind) {
            drawn.retain(kind);
        }
        let next = order.posts();
        let (mut found, mut all) = (Vec::new(), 0);
        let mut read = Hydrated {
            onlooker,
            ..Hydrated::default()
        };
        while found.len() < asked.limit && all < next.len().min(LOOKED_AT) {
            // Of which kind they are is known of few.
            let some = match asked.kind {
                Some(_) => LOOKED_AT,
                None => asked.limit - found.len(),
            };
            let ids: Vec<_> = next
                .iter()
                .take(LOOKED_AT)
                .skip(all)
                .take(some)
                .copied()
                .collect();
            let onlooker = std::mem::take(&mut read.onlooker);
            let (mut posts, more) = self.posts(onlooker, &ids).await?;
            read.onlooker = more.onlooker;
            read.unread.extend(more.unread);
            for id in ids {
                if found.len() == asked.limit {
                    break;
                }
                all += 1;
                let post = posts.remove(&id).filter(|post| asked.wants(post, now));
                let shown = post.and_then(|post| read.onlooker.finds(post));
                found.extend(shown.map(|post| (all, post)));
            }
        }
        let shown = found.iter().map(|(_, post)| &**post);
        self.around(shown, now, &mut read).await?;
        // Of a reader who did very much, some of it is known only now; and that an author leaves.
        found.retain(|(_, post)| !read.onlooker.hid(post.id) && read.knows_author(post));
        let (looked, posts) = found.into_iter().unzip();
        Ok(WallPage {
            posts,
            read,
            looked,
            all,
            order,
        })
    }

    /// What is next on a wall. The open book is asked before the wall is: what is closed after that has been put there
    /// before.
    async fn next_on(&self, asked: &WallAsked, now: Timestamp) -> Result<Order, Error> {
        let topic = match &asked.wall {
            HotList::Topic(topic) => topic,
            HotList::Store | HotList::Rising => return self.rising(asked, now).await,
        };
        match &asked.place {
            Some(WallPlace::Drawn(place)) => {
                let generation = self.store.hottest_in(&asked.wall, place.minute).await?;
                let generation = generation
                    .unwrap_or_else(|| Generation::empty(asked.wall.clone(), place.minute));
                let drawn = Drawn::go_on(&generation, place, asked.sort, now);
                Ok(Order::Drawn(drawn))
            }
            Some(WallPlace::New(before)) => self.newest(topic, *before, now, LOOKED_AT).await,
            None => {
                let before = Position::end_of(now);
                let newest = self.newest(topic, before, now, LOOKED_AT);
                if asked.sort == WallSort::New {
                    return newest.await;
                }
                let (newest, generation) =
                    futures::try_join!(newest, self.store.hottest(Some(topic)))?;
                let Some(generation) = generation else {
                    return Ok(newest);
                };
                let newest = match &newest {
                    Order::New(places, _) => places.get(..NEWEST).unwrap_or(places),
                    Order::Drawn(_) => &[],
                };
                let drawn = Drawn::begin(&generation, newest, asked.sort, now);
                Ok(Order::Drawn(drawn))
            }
        }
    }

    /// What is next on the special wall.
    async fn rising(&self, asked: &WallAsked, now: Timestamp) -> Result<Order, Error> {
        let none = |minute| Generation::empty(asked.wall.clone(), minute);
        let drawn = match &asked.place {
            Some(WallPlace::Drawn(place)) => {
                let generation = self.store.hottest_in(&asked.wall, place.minute).await?;
                let generation = generation.unwrap_or_else(|| none(place.minute));
                Drawn::go_on(&generation, place, asked.sort, now)
            }
            Some(WallPlace::New(_)) | None => {
                let generation = self.store.rising().await?;
                let generation = generation.unwrap_or_else(|| none(minute(now)));
                Drawn::begin(&generation, &[], asked.sort, now)
            }
        };
        Ok(Order::Drawn(drawn))
    }

    /// The newest on a wall before a place, with what is not on it yet.
    async fn newest(
        &self,
        topic: &TopicId,
        before: Position,
        now: Timestamp,
        limit: usize,
    ) -> Result<Order, Error> {
        let oldest = Position::start_of(now.saturating_sub(WALL_HORIZON).unwrap_or(now));
        // Asked before the wall: what is closed after that has been put there before.
        let book = self.book(now).await?;
        let open = book.on(topic, before, oldest).take(limit);
        let on_it = self.by_months(topic, before, oldest, now, limit).await?;
        let sources = [on_it, open.collect()].map(|places| Source::newest(places, limit));
        let newest = Candidates::of(sources, before, oldest, limit);
        let more = newest.has_more();
        Ok(Order::New(newest.places, more))
    }

    /// The newest of a topic's collections. All months that may be needed are asked at
    /// once: as many as this instance needed lately, and where that is not known, all.
    async fn by_months(
        &self,
        topic: &TopicId,
        before: Position,
        oldest: Position,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Position>, Error> {
        let mut months = vec![Month::of(before.published_at)];
        let last = Month::of(oldest.published_at);
        while let Some(month) = months.last().copied().filter(|month| *month > last) {
            months.push(month.previous());
        }
        let cards = self.cards.as_deref();
        let here = (topic.clone(), Month::of(before.published_at));
        let needed = cards.and_then(|cards| cards.months.get(&here, now));
        let needed = needed.map_or(months.len(), |needed| needed.min(months.len()));
        let (first, rest) = months.split_at(needed);
        let mut found = Vec::new();
        for some in [first, rest] {
            if found.len() < limit {
                let asked = some
                    .iter()
                    .map(|month| self.store.topic_month(topic, *month, before, oldest, limit));
                found.extend(try_join_all(asked).await?.into_iter().flatten());
            }
        }
        let end = found.get(limit.saturating_sub(1));
        let end = end.map_or(last, |at: &Position| Month::of(at.published_at));
        let needed = months.iter().take_while(|month| **month >= end).count();
        if let Some(cards) = cards {
            cards.months.put(here, needed, now);
        }
        found.truncate(limit);
        Ok(found)
    }
}

impl WallAsked {
    /// Whether a post is on the wall as it is now: its author may have taken it off since.
    fn wants(&self, post: &Post, now: Timestamp) -> bool {
        let on_it = match &self.wall {
            HotList::Topic(topic) => post.topics.contains(topic),
            HotList::Store => true,
            HotList::Rising => {
                let poll = post.poll.as_ref();
                poll.is_none_or(|poll| !poll.is_closed(now))
            }
        };
        on_it && self.kind.is_none_or(|kind| post.kind == kind)
    }
}
