//! A wall: what is on it, and which of it whoever looks may come across.

use std::collections::{BTreeSet, HashMap};

use domain::{
    feeds::{
        Ads, Audience, Candidates, Drawn, Generation, HotList, LOOKED_AT, NEWEST, Offer, Position,
        Source, Surface, WALL_HORIZON, WallPlace, WallSort, WallSpot, minute, offers,
    },
    ids::{TopicId, UserId},
    posts::Hydrated,
    shown::Onlooker,
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::{
    Reads,
    look::{Order, WallAsked, WallLook, WallPage},
};
use crate::{error::Error, keys::Month};

/// So many sponsored posts are looked at for the three that may be shown.
const MOST_OFFERS: usize = 5;

impl Reads {
    /// What is next on a wall, for who looks and what may be shown to them for sponsors: two rounds, one more where the
    /// open book is too old, and where so much of what is next may not be shown that it is read on. What was known to be
    /// on the wall and is gone costs nobody else their place.
    ///
    /// # Errors
    /// Those of the table.
    async fn wall(
        &self,
        asked: WallAsked,
        whose: impl Future<Output = Result<(Onlooker, Vec<Offer>), Error>>,
        now: Timestamp,
    ) -> Result<WallLook, Error> {
        let (mut order, (onlooker, offers)) = futures::try_join!(self.next_on(&asked, now), whose)?;
        if let (Order::Drawn(drawn), Some(kind)) = (&mut order, asked.kind) {
            drawn.retain(kind);
        }
        let offered: Vec<_> = match &asked.spot {
            Some(spot) => spot.waiting().to_vec(),
            None => {
                let first = offers.iter().take(MOST_OFFERS);
                first.map(|offer| offer.post).collect()
            }
        };
        let next = order.posts();
        let read = Hydrated {
            onlooker,
            ..Hydrated::default()
        };
        let mut look = WallLook {
            spot: asked.spot.clone().unwrap_or_default(),
            order,
            own: Vec::new(),
            looked: 0,
            waiting: HashMap::new(),
            offers,
            read,
            asked,
        };
        let mut besides = offered;
        loop {
            // Of which kind they are is known of few.
            let some = match look.asked.kind {
                Some(_) => LOOKED_AT,
                None => look.asked.limit - look.own.len(),
            };
            let ids = next.iter().take(LOOKED_AT).skip(look.looked).take(some);
            let ids: Vec<_> = ids.copied().collect();
            let known = ids.len();
            let others = besides.iter().filter(|post| !ids.contains(post));
            let ids: Vec<_> = ids.iter().chain(others).copied().collect();
            if ids.is_empty() {
                break;
            }
            let onlooker = std::mem::take(&mut look.read.onlooker);
            let (posts, more) = self.posts(onlooker, &ids).await?;
            look.read.onlooker = more.onlooker;
            look.read.unread.extend(more.unread);
            look.take_waiting(std::mem::take(&mut besides), &posts);
            look.take_own(&ids[..known], posts, now);
            if look.own.len() >= look.asked.limit || look.looked >= next.len().min(LOOKED_AT) {
                break;
            }
        }
        Ok(look)
    }

    /// A page of a wall, whoever looks, with what stands around it. What it shows for sponsors is counted with what stands
    /// around the posts, so that it is no round of its own: three rounds, and as [`Reads::wall`] says.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn whole_wall(
        &self,
        asked: WallAsked,
        viewer: Option<&UserId>,
        now: Timestamp,
    ) -> Result<WallPage, Error> {
        let topics = match &asked.wall {
            HotList::Topic(topic) => [topic.clone()].into(),
            HotList::Store | HotList::Rising => BTreeSet::new(),
        };
        let today = async {
            match viewer {
                Some(viewer) => self.store.ads(viewer).await,
                None => Ok(Ads::default()),
            }
        };
        let mut ads = Ads::default();
        let whose = async {
            let onlooker = self.onlooker(viewer);
            let sponsorships = self.store.running_sponsorships(now);
            let (onlooker, sponsorships, shown) =
                futures::try_join!(onlooker, sponsorships, today)?;
            ads = shown;
            let audience = Audience {
                topics: &topics,
                ads: &ads,
            };
            Ok((
                onlooker,
                offers(&sponsorships, Surface::Wall, audience, now),
            ))
        };
        let mut look = Box::pin(self.wall(asked, whose, now)).await?;
        let shown = look.sponsored();
        let counted = async {
            match viewer {
                Some(viewer) => self.store.count_ads(viewer, &ads, &shown, now).await,
                None => Ok(true),
            }
        };
        let around = self.around_wall(&mut look, now);
        let ((), counted) = futures::try_join!(around, counted)?;
        Ok(look.page(counted))
    }

    /// What stands around the posts of a page: one round.
    ///
    /// # Errors
    /// Those of the table.
    async fn around_wall(&self, look: &mut WallLook, now: Timestamp) -> Result<(), Error> {
        let mut read = std::mem::take(&mut look.read);
        let own = look.own.iter().map(|(_, post)| &**post);
        let shown = own.chain(look.waiting.values().map(|post| &**post));
        self.around(shown, now, &mut read).await?;
        look.read = read;
        Ok(())
    }

    /// What is next on a wall. The open book is asked before the wall is: what is closed after that has been put there
    /// before.
    async fn next_on(&self, asked: &WallAsked, now: Timestamp) -> Result<Order, Error> {
        let topic = match &asked.wall {
            HotList::Topic(topic) => topic,
            HotList::Store | HotList::Rising => return self.rising(asked, now).await,
        };
        let place = match &asked.spot {
            Some(spot) => match spot.own() {
                Some(place) => Some(place),
                None => return Ok(Order::Ended),
            },
            None => None,
        };
        match place {
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
                    Order::New(_, places, _) => places.get(..NEWEST).unwrap_or(places),
                    Order::Drawn(_) | Order::Ended => &[],
                };
                let drawn = Drawn::begin(&generation, newest, asked.sort, now);
                Ok(Order::Drawn(drawn))
            }
        }
    }

    /// What is next on the special wall, and on that of the whole store: what was drawn up.
    async fn rising(&self, asked: &WallAsked, now: Timestamp) -> Result<Order, Error> {
        let none = |minute| Generation::empty(asked.wall.clone(), minute);
        let place = asked.spot.as_ref().map(WallSpot::own);
        let drawn = match place {
            Some(None) => return Ok(Order::Ended),
            Some(Some(WallPlace::Drawn(place))) => {
                let generation = self.store.hottest_in(&asked.wall, place.minute).await?;
                let generation = generation.unwrap_or_else(|| none(place.minute));
                Drawn::go_on(&generation, place, asked.sort, now)
            }
            Some(Some(WallPlace::New(_))) | None => {
                let generation = match asked.wall {
                    HotList::Store => self.store.hottest(None).await?,
                    HotList::Topic(_) | HotList::Rising => self.store.rising().await?,
                };
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
        Ok(Order::New(before, newest.places, more))
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
