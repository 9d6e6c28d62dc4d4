//! How a home feed is put together: candidates are merged, cut into windows by time, and each
//! window is ruled upon and ranked once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    ids::{PostId, TopicId, UserId},
    post::Post,
};

/// Home feeds end at this age.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A post that has been open for this long is overdue: a delivery takes seconds, and one to very
/// many readers some minutes.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// The longest pause before the fan-out is told of the same open post again.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// A window holds this many posts: a page of 20 with some to choose from, at half a read unit each.
pub const WINDOW: usize = 24;

/// A place in an order by time: what timelines, walls and lists sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// When the post appeared.
    pub published_at: Timestamp,
    /// Which post.
    pub post: PostId,
}

impl Position {
    /// Before all posts of that moment.
    pub fn start_of(at: Timestamp) -> Self {
        Self {
            published_at: at,
            post: PostId(Ulid::nil()),
        }
    }

    /// After all posts of that moment.
    pub fn end_of(at: Timestamp) -> Self {
        Self {
            published_at: at,
            post: PostId(Ulid::max()),
        }
    }
}

/// A post's place in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When and which.
    pub at: Position,
    /// Whose.
    pub author: UserId,
}

impl Entry {
    /// The place of a published post; `None` for one that is not.
    pub fn of(post: &Post) -> Option<Self> {
        let at = Position {
            published_at: post.published_at?,
            post: post.id,
        };
        Some(Self {
            at,
            author: post.author.clone(),
        })
    }
}

/// A post that may not have reached all its readers yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPost {
    /// The post's place.
    pub entry: Entry,
    /// Its topics.
    pub topics: Vec<TopicId>,
    /// Before when the fan-out is not to be told of it again; `None` while it was told once.
    pub again_at: Option<Timestamp>,
}

impl OpenPost {
    /// Whether it has been open for longer than a delivery takes.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.age(now) >= PATIENCE
    }

    /// Whether the fan-out is to be told of it again.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.is_overdue(now) && self.again_at.is_none_or(|at| at <= now)
    }

    /// When to tell of it once more, told now: after as long as it has been open, so that a
    /// delivery that takes its time is not begun over and over.
    pub fn next_after(&self, now: Timestamp) -> Timestamp {
        let pause = self.age(now).clamp(PATIENCE, LONGEST_PAUSE);
        now.saturating_add(pause).unwrap_or(Timestamp::MAX)
    }

    fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.entry.at.published_at)
    }
}

/// Why a post may be in somebody's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// They follow its author.
    Followed,
    /// They follow this topic of it.
    Topic(TopicId),
}

/// What a reader's rules go by.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who.
    pub id: UserId,
    /// Whom they follow.
    pub followees: BTreeSet<UserId>,
    /// Which topics they follow.
    pub topics: BTreeSet<TopicId>,
}

impl Reader {
    /// Why this post is in their feed, or `None` when it is not to be: their own, not published,
    /// or of nobody and nothing that they follow (any more).
    pub fn reason(&self, post: &Post) -> Option<Reason> {
        if !self.wants(&post.author, &post.topics) || !post.visible_to(None) {
            return None;
        }
        if self.followees.contains(&post.author) {
            return Some(Reason::Followed);
        }
        post.topics
            .iter()
            .find(|topic| self.topics.contains(topic))
            .cloned()
            .map(Reason::Topic)
    }

    /// Whether a post by this author on these topics is one for them.
    pub fn wants(&self, author: &UserId, topics: &[TopicId]) -> bool {
        *author != self.id
            && (self.followees.contains(author)
                || topics.iter().any(|topic| self.topics.contains(topic)))
    }
}

/// The union of candidates from all sources, newest first, each post once, strictly before
/// `before` and not older than `oldest`.
pub fn merge(
    sources: impl IntoIterator<Item = Entry>,
    before: Position,
    oldest: Position,
) -> Vec<Entry> {
    let union: BTreeMap<Position, Entry> = sources
        .into_iter()
        .filter(|entry| entry.at < before && entry.at >= oldest)
        .map(|entry| (entry.at, entry))
        .collect();
    union.into_values().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_that_stays_open_is_told_of_ever_more_rarely_and_never_given_up() {
        let mut post = OpenPost {
            entry: entry(0, 1),
            topics: Vec::new(),
            again_at: None,
        };
        let mut told = Vec::new();
        for minute in 0..24 * 60 {
            let now = Timestamp::from_second(60 * minute).unwrap();
            assert_eq!(post.is_overdue(now), minute >= 10);
            if post.is_due(now) {
                told.push(minute);
                post.again_at = Some(post.next_after(now));
            }
        }
        assert_eq!(told, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_360]);
    }

    fn entry(second: i64, id: u128) -> Entry {
        let published_at = Timestamp::from_second(second).unwrap();
        let at = Position {
            published_at,
            post: PostId(Ulid::from_parts(1, id)),
        };
        Entry {
            at,
            author: UserId::parse("ana").unwrap(),
        }
    }

    #[test]
    fn the_same_post_from_two_sources_comes_once_and_newest_comes_first() {
        let timeline = [entry(5, 1), entry(3, 2)];
        let open = [entry(5, 1), entry(4, 9), entry(5, 2)];
        let oldest = Position::start_of(Timestamp::from_second(4).unwrap());
        let before = Position::end_of(Timestamp::from_second(5).unwrap());
        let merged = merge(timeline.into_iter().chain(open), before, oldest);
        assert_eq!(merged, [entry(5, 2), entry(5, 1), entry(4, 9)]);
        let next = merge(merged.clone(), merged[0].at, oldest);
        assert_eq!(next, [entry(5, 1), entry(4, 9)]);
    }
}
