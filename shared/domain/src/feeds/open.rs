//! Posts that may not have reached all their readers yet, and when to tell of them again.

use jiff::{SignedDuration, Timestamp};

use super::{Entry, Position};
use crate::ids::TopicId;

/// A post that has been open for this long is overdue: a delivery takes seconds, and one to very
/// many readers some minutes.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// The longest pause before the fan-out is told of the same open post again.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);

/// A post that may not have reached all its readers yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPost {
    /// The post's place.
    pub entry: Entry,
    /// Its topics; of one that an edit brought to other walls, those.
    pub topics: Vec<TopicId>,
    /// When it was marked so: when it appeared, or when the edit was.
    pub since: Timestamp,
    /// Before when the fan-out is not to be told of it again; `None` while it was told once.
    pub again_at: Option<Timestamp>,
}

impl OpenPost {
    /// Where its marker lies among those of its partition.
    pub fn marker(&self) -> Position {
        Position {
            published_at: self.since,
            post: self.entry.at.post,
        }
    }

    /// Whether it has appeared before, and an edit brought it to other walls.
    pub fn is_edit(&self) -> bool {
        self.since != self.entry.at.published_at
    }

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
        now.duration_since(self.since)
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::ids::{PostId, UserId};

    #[test]
    fn a_post_that_stays_open_is_told_of_ever_more_rarely_and_never_given_up() {
        let mut post = OpenPost {
            entry: Entry {
                at: Position {
                    published_at: Timestamp::UNIX_EPOCH,
                    post: PostId(Ulid::nil()),
                },
                author: UserId::parse("ana").unwrap(),
            },
            topics: Vec::new(),
            since: Timestamp::UNIX_EPOCH,
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
}
