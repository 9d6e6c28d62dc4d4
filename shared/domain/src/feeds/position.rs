//! Places in the order by time, which timelines, walls and lists share.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{
    ids::{PersonHash, PostId, UserId},
    posts::Post,
    shown::Shown,
};

/// A place in an order by time: what timelines, walls and lists sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// When the post appeared.
    pub published_at: Timestamp,
    /// Which post.
    pub post: PostId,
}

impl Position {
    /// Where a published post stands; `None` for one that is not published.
    pub fn of(post: &Post) -> Option<Self> {
        Some(Self {
            published_at: post.published_at?,
            post: post.id,
        })
    }

    /// Where a page of a list goes on that shows the first of these posts, one or more of them: at `end`, the place after
    /// all that was read, unless some are left over.
    pub fn after(posts: &[Shown<Post>], shown: usize, end: Option<Self>) -> Option<Self> {
        if shown < posts.len() {
            Self::of(posts.get(shown.checked_sub(1)?)?)
        } else {
            end
        }
    }

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

/// A post's place in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// When and which.
    pub at: Position,
    /// Whose, by what stands for them: a timeline names nobody.
    pub author: PersonHash,
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
        Some(Self {
            at: Position::of(post)?,
            author: post.author.clone(),
        })
    }
}
