//! The open book: which posts may not have reached all their readers, by author and by topic, as an instance of a
//! function keeps them in memory (FEEDS 2). Looking something up in it asks nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::{HORIZON, OpenPost, Position};
use crate::ids::{PersonHash, TopicId};

/// Open markers are spread over so many partitions.
pub const OPEN_SHARDS: u8 = 4;
/// A book that is older is brought forward before it is asked.
pub const BOOK_LIFE: SignedDuration = SignedDuration::from_secs(2);
/// It is brought forward from so long before the newest marker that was seen: a post may be committed so much later
/// than it says.
const OVERLAP: SignedDuration = SignedDuration::from_secs(15);
/// So often one of the partitions is read whole.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_secs(15);
/// What has closed stays so long: a reader's timeline may be read from a copy of the table that is as old.
const CLOSED_STAYS: SignedDuration = SignedDuration::from_secs(5);
/// It holds so many markers at most, the newest.
pub const BOOK_FULL: usize = 200_000;

/// Where a marker lies in its partition: when it was written, and of which post.
type Mark = Position;
/// A post's place, with when its marker was written: of one that an edit brought to other walls there may be two.
type Place = (Position, Timestamp);

/// The posts that may not have reached all their readers.
#[derive(Debug, Clone, Default)]
pub struct Book {
    shards: [BTreeMap<Mark, Open>; OPEN_SHARDS as usize],
    by_author: HashMap<PersonHash, Vec<Place>>,
    by_topic: HashMap<TopicId, BTreeSet<Place>>,
    /// What has closed since, and when that was seen.
    closed: BTreeMap<(usize, Mark), Timestamp>,
    /// When it was brought forward last.
    as_of: Option<Timestamp>,
    /// When the newest marker that was ever seen was written.
    newest: Option<Timestamp>,
    /// Which partition is read whole next, and when the one before was.
    next: usize,
    whole_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct Open {
    at: Position,
    author: PersonHash,
    topics: Vec<TopicId>,
}

impl Book {
    /// Whether it may be asked as it is.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let age = |as_of| now.duration_since(as_of);
        self.as_of
            .is_some_and(|as_of| (SignedDuration::ZERO..=BOOK_LIFE).contains(&age(as_of)))
    }

    /// From when on each partition is to be read to bring it forward.
    pub fn plan(&self, now: Timestamp) -> [Timestamp; OPEN_SHARDS as usize] {
        let whole = now.saturating_sub(HORIZON).unwrap_or(now);
        let tail = self
            .newest
            .and_then(|newest| newest.min(now).checked_sub(OVERLAP).ok());
        let due = self.due(now);
        std::array::from_fn(|shard| match tail {
            Some(tail) if !self.turn(shard, due) => tail,
            Some(_) | None => whole,
        })
    }

    /// How many partitions are to be read whole now.
    fn due(&self, now: Timestamp) -> usize {
        let since = self.whole_at.map(|at| now.duration_since(at).as_secs());
        let shards = usize::from(OPEN_SHARDS);
        // A clock that was turned back, and a book that was never read: all of them.
        let passed = since.and_then(|seconds| u64::try_from(seconds).ok());
        passed.map_or(shards, |seconds| {
            let due = seconds / WHOLE_EVERY.as_secs().unsigned_abs();
            usize::try_from(due).unwrap_or(shards).min(shards)
        })
    }

    fn turn(&self, shard: usize, due: usize) -> bool {
        let shards = usize::from(OPEN_SHARDS);
        (shard + shards - self.next) % shards < due
    }

    /// Takes in what was read of each partition as [planned](Self::plan). `false` when it cannot hold all that is open.
    pub fn bring_forward(
        &mut self,
        now: Timestamp,
        from: [Timestamp; OPEN_SHARDS as usize],
        found: impl IntoIterator<Item = Vec<OpenPost>>,
    ) -> bool {
        let due = self.due(now);
        for (shard, (from, found)) in from.into_iter().zip(found).enumerate() {
            self.take(shard, from, found, now);
        }
        if due > 0 {
            self.next = (self.next + due) % usize::from(OPEN_SHARDS);
            self.whole_at = Some(now);
        }
        self.as_of = Some(now);
        self.sweep(now);
        let fits = self.len() <= BOOK_FULL;
        while self.len() > BOOK_FULL {
            let oldest = self.shards.iter().enumerate();
            let oldest = oldest.filter_map(|(shard, open)| Some((*open.keys().next()?, shard)));
            let Some((mark, shard)) = oldest.min() else {
                break;
            };
            self.remove(shard, mark);
        }
        fits
    }

    /// Takes in one partition, as it is from then on.
    fn take(&mut self, shard: usize, from: Timestamp, found: Vec<OpenPost>, now: Timestamp) {
        let mut unseen: BTreeSet<_> = self.shards[shard]
            .range(Position::start_of(from)..)
            .map(|(mark, _)| *mark)
            .collect();
        for post in found {
            let mark = post.marker();
            self.newest = self.newest.max(Some(mark.published_at));
            self.closed.remove(&(shard, mark));
            if !unseen.remove(&mark) {
                self.insert(shard, mark, post);
            }
        }
        for mark in unseen {
            self.closed.entry((shard, mark)).or_insert(now);
        }
    }

    /// Lets go of what has been closed for long enough, and of what is too old for any feed.
    fn sweep(&mut self, now: Timestamp) {
        let gone = |closed: &Timestamp| now.duration_since(*closed).abs() >= CLOSED_STAYS;
        let closed = self.closed.iter().filter(|(_, at)| gone(at));
        let closed: Vec<_> = closed.map(|(mark, _)| *mark).collect();
        let oldest = now.saturating_sub(HORIZON).unwrap_or(now);
        let old = self.shards.iter().enumerate().flat_map(|(shard, open)| {
            let old = open.range(..Position::start_of(oldest));
            old.map(move |(mark, _)| (shard, *mark))
        });
        let gone: Vec<_> = closed.into_iter().chain(old).collect();
        for (shard, mark) in gone {
            self.remove(shard, mark);
        }
    }

    fn insert(&mut self, shard: usize, mark: Mark, post: OpenPost) {
        let open = Open {
            at: post.entry.at,
            author: post.entry.author.hash(),
            topics: post.topics,
        };
        let place = (open.at, mark.published_at);
        let by = self.by_author.entry(open.author).or_default();
        if let Err(before) = by.binary_search(&place) {
            by.insert(before, place);
        }
        for topic in &open.topics {
            self.by_topic
                .entry(topic.clone())
                .or_default()
                .insert(place);
        }
        self.shards[shard].insert(mark, open);
    }

    fn remove(&mut self, shard: usize, mark: Mark) {
        self.closed.remove(&(shard, mark));
        let Some(open) = self.shards[shard].remove(&mark) else {
            return;
        };
        let place = (open.at, mark.published_at);
        if let Some(by) = self.by_author.get_mut(&open.author) {
            by.retain(|other| *other != place);
            if by.is_empty() {
                self.by_author.remove(&open.author);
            }
        }
        for topic in &open.topics {
            if let Some(on) = self.by_topic.get_mut(topic) {
                on.remove(&place);
                if on.is_empty() {
                    self.by_topic.remove(topic);
                }
            }
        }
    }

    /// How many markers it holds.
    pub fn len(&self) -> usize {
        self.shards.iter().map(BTreeMap::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(BTreeMap::is_empty)
    }

    /// The open posts of an author, newest first, each once.
    pub fn by(&self, author: PersonHash) -> impl Iterator<Item = Position> {
        let places = self.by_author.get(&author).into_iter().flatten().rev();
        once(places.map(|(at, _)| *at))
    }

    /// The open posts that are for a topic's wall, newest first, each once: strictly before `before`, and from `oldest`
    /// on.
    pub fn on(
        &self,
        topic: &TopicId,
        before: Position,
        oldest: Position,
    ) -> impl Iterator<Item = Position> {
        let between = (oldest, Timestamp::MIN)..(before.max(oldest), Timestamp::MIN);
        let places = self.by_topic.get(topic).into_iter();
        let places = places.flat_map(move |on| on.range(between.clone()).rev());
        once(places.map(|(at, _)| *at))
    }

    /// The newest `limit` that are by one of these authors or for one of these topics, newest first, likewise.
    pub fn wanted<'t>(
        &self,
        by: impl Fn(&PersonHash) -> bool,
        on: impl IntoIterator<Item = &'t TopicId>,
        before: Position,
        oldest: Position,
        limit: usize,
    ) -> Vec<Position> {
        let authors = self.by_author.keys().filter(|author| by(author));
        let within = |at: &Position| (oldest..before).contains(at);
        let theirs = authors.flat_map(|author| self.by(*author).filter(within).take(limit));
        let mut found: BTreeSet<_> = theirs.collect();
        for topic in on {
            found.extend(self.on(topic, before, oldest).take(limit));
        }
        found.into_iter().rev().take(limit).collect()
    }
}

/// Without what follows upon itself.
fn once(places: impl Iterator<Item = Position>) -> impl Iterator<Item = Position> {
    let mut last = None;
    places.filter(move |at| last.replace(*at) != Some(*at))
}

#[cfg(test)]
mod tests;
