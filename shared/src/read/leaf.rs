//! A page of comments, and where the next one begins.

use std::collections::{BTreeSet, HashMap};

use domain::{
    engagement::{
        Comment, Thread,
        order::{Place, Shorts, settled},
    },
    ids::UserId,
    people::Profile,
    shown::{Onlooker, Shown},
};
use jiff::Timestamp;
use ulid::Ulid;

/// A page of comments.
#[derive(Debug)]
pub struct Leaf {
    /// In their order.
    pub comments: Vec<Shown<Comment>>,
    /// What stands around them.
    pub thread: Thread,
    /// What was gone through for it, in order, shown or not.
    pub(super) through: Vec<Ulid>,
    pub(super) way: Way,
    pub(super) now: Timestamp,
}

/// How the list goes on after a page.
#[derive(Debug)]
pub(super) enum Way {
    /// Newest first, where there are more.
    Newest { more: bool },
    /// Oldest first, from where the page began.
    Oldest {
        more: bool,
        before: Option<Ulid>,
        known: BTreeSet<Ulid>,
    },
    /// Those ranked that are left after the page, then older ones than `rest`, save these.
    Ranked {
        left: Vec<Ulid>,
        rest: Option<Ulid>,
        except: BTreeSet<Ulid>,
    },
    /// The rest after those ranked, save these.
    Rest { more: bool, except: BTreeSet<Ulid> },
}

/// The comments of a page, before it is known who wrote them.
pub(super) struct Picked {
    pub(super) comments: Vec<Shown<Comment>>,
    pub(super) thread: Thread,
    pub(super) through: Vec<Ulid>,
    pub(super) way: Way,
}

impl Picked {
    pub(super) fn leaf(
        self,
        people: HashMap<UserId, Profile>,
        smiled: BTreeSet<Ulid>,
        onlooker: Onlooker,
        now: Timestamp,
    ) -> Leaf {
        Leaf {
            comments: self.comments,
            thread: Thread {
                people,
                smiled,
                onlooker,
                ..self.thread
            },
            through: self.through,
            way: self.way,
            now,
        }
    }
}

/// Who wrote those of these comments that say something still.
pub(super) fn authors<'a>(
    comments: impl IntoIterator<Item = &'a Shown<Comment>>,
) -> BTreeSet<&'a UserId> {
    let said = comments.into_iter().filter(|comment| !comment.deleted);
    said.map(|comment| &comment.author).collect()
}

impl Leaf {
    /// The place after so many of its comments, where the next page begins; `None` at the end of the list.
    pub fn after(&self, shown: usize) -> Option<Place> {
        let whole = shown >= self.comments.len();
        let read = if whole {
            self.through.len()
        } else {
            let last = shown
                .checked_sub(1)
                .and_then(|last| self.comments.get(last));
            let last =
                last.and_then(|last| self.through.iter().position(|own| *own == last.id.own));
            last.map_or(0, |last| last + 1)
        };
        let (read, unread) = self.through.split_at_checked(read)?;
        let last = read.last().copied();
        match &self.way {
            Way::Newest { more } => last
                .filter(|_| *more || !unread.is_empty())
                .map(Place::Newest),
            Way::Oldest {
                more,
                before,
                known,
            } => (*more || !unread.is_empty()).then(|| {
                let read = read.iter().copied();
                let (settled, known) = settled(*before, known, read, last, self.now);
                Place::Oldest(settled, Shorts::of(known))
            }),
            Way::Ranked { left, rest, except } => {
                let left: Vec<_> = unread.iter().chain(left).copied().collect();
                if left.is_empty() && rest.is_none() {
                    return None;
                }
                // Of the rest, which goes by age alone, these have been read.
                let before = |own: &Ulid| rest.is_some_and(|rest| *own < rest);
                let except = except.iter().chain(read).copied().filter(before);
                let except: BTreeSet<_> = except.collect();
                Some(Place::Ranked(Shorts::of(left), *rest, Shorts::of(except)))
            }
            Way::Rest { more, except } => {
                last.filter(|_| *more || !unread.is_empty()).map(|last| {
                    let except = except.iter().copied().filter(|own| *own < last);
                    Place::Ranked(Shorts::default(), Some(last), Shorts::of(except))
                })
            }
        }
    }
}

impl Way {
    /// What was shown before, out of its turn.
    pub(super) fn excepted(&self) -> BTreeSet<Ulid> {
        match self {
            Self::Rest { except, .. } => except.clone(),
            Self::Newest { .. } | Self::Oldest { .. } | Self::Ranked { .. } => BTreeSet::new(),
        }
    }

    /// The same, where these were not gone through.
    pub(super) fn with_left(mut self, mut before: Vec<Ulid>) -> Self {
        match &mut self {
            Self::Newest { more } | Self::Oldest { more, .. } | Self::Rest { more, .. } => {
                *more |= !before.is_empty();
            }
            Self::Ranked { left, .. } => {
                before.append(left);
                *left = before;
            }
        }
        self
    }
}
