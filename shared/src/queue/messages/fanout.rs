//! What `fanout` is told.

use domain::{
    feeds::{Entry, Position},
    ids::{PostId, TopicId, UserId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "fanout",
    /// What `fanout` works on.
    FanoutMessage {
        "post-published.v1" PostPublished(Published), from "relay" "janitor", "a post appeared";
        "ranges.v1" RangesAsked(RangesAsked), from "fanout", "ask for these ranges of very many readers, save those that were served";
        "range.v1" RangeAsked(RangeAsked), from "fanout", "serve the readers of a range, and note it; with the last of them the post has reached all";
        "followed.v1" Followed(Followed), from "relay", "somebody followed an author";
        // From the walls that it left it goes by itself: they show what the post says now.
        "topics-changed.v2" TopicsChanged(TopicsChanged), from "relay" "janitor", "an edit brought a post that had appeared to other walls";
    }
}

/// A published post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// All its walls.
    pub topics: Vec<TopicId>,
}

impl Published {
    /// Its place in the order by time.
    pub fn entry(&self) -> Entry {
        entry(self.post, &self.author, self.published_at)
    }
}

fn entry(post: PostId, author: &UserId, published_at: Timestamp) -> Entry {
    Entry {
        at: Position { published_at, post },
        author: author.clone(),
    }
}

/// Readers of a post are to be served: a range of all to whom it is pushed, cut by their hash into equal parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeAsked {
    /// Which post.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// Into how many ranges they are cut.
    pub s: u32,
    /// Which of them, from 0.
    pub k: u32,
}

impl RangeAsked {
    /// The post's place in the order by time.
    pub fn entry(&self) -> Entry {
        entry(self.post, &self.author, self.published_at)
    }
}

/// Many ranges are to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangesAsked {
    /// Which post.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// Into how many ranges its readers are cut.
    pub s: u32,
    /// The first of those that are asked for.
    pub from: u32,
    /// The first after the last of them.
    pub to: u32,
}

/// An edit brought a post to other walls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicsChanged {
    /// Which post.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it had appeared.
    pub published_at: Timestamp,
    /// When it was edited.
    pub edited_at: Timestamp,
    /// The walls that it came to.
    pub topics: Vec<TopicId>,
}

impl TopicsChanged {
    /// The post's place in the order by time.
    pub fn entry(&self) -> Entry {
        entry(self.post, &self.author, self.published_at)
    }

    /// Where it is marked as not on those walls yet.
    pub fn marker(&self) -> Position {
        Position {
            published_at: self.edited_at,
            post: self.post,
        }
    }
}

/// Somebody followed an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// Who follows.
    pub reader: UserId,
    /// Whom.
    pub author: UserId,
}
