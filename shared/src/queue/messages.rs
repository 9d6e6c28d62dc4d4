//! What happened, as the functions tell each other: small, versioned, safe to deliver twice.
//!
//! The version is part of the `type`. A sample of each lies in `events/` and is never edited: a
//! changed message is a new version beside the old one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    feed::{Entry, Position},
    ids::{PostId, TopicId, UserId},
};

/// What `fanout` works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FanoutMessage {
    /// A post appeared.
    #[serde(rename = "post-published.v1")]
    PostPublished(PostPublished),
    /// A page of its readers was served; the rest is to follow.
    #[serde(rename = "page-delivered.v1")]
    PageDelivered(PageDelivered),
    /// Somebody followed an author.
    #[serde(rename = "followed.v1")]
    Followed(Followed),
    /// The topics of a post that had appeared were changed.
    #[serde(rename = "topics-changed.v1")]
    TopicsChanged(TopicsChanged),
}

/// A post appeared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPublished {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When.
    pub published_at: Timestamp,
    /// On which walls.
    pub topics: Vec<TopicId>,
}

impl PostPublished {
    /// Its place in the order by time.
    pub fn entry(&self) -> Entry {
        let at = Position {
            published_at: self.published_at,
            post: self.post,
        };
        Entry {
            at,
            author: self.author.clone(),
        }
    }
}

/// A page of a post's readers was served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDelivered {
    /// What is being delivered.
    pub published: PostPublished,
    /// The last reader who was served; those after are still to be.
    pub after: UserId,
}

/// Somebody followed an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// Who follows.
    pub reader: UserId,
    /// Whom.
    pub author: UserId,
}

/// The topics of a post that had appeared were changed. From the walls that it left it goes by
/// itself: they show what the post says now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicsChanged {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it had appeared.
    pub published_at: Timestamp,
    /// The walls that it is new on.
    pub topics: Vec<TopicId>,
}

impl TopicsChanged {
    /// Its place in the order by time.
    pub fn entry(&self) -> Entry {
        let at = Position {
            published_at: self.published_at,
            post: self.post,
        };
        Entry {
            at,
            author: self.author.clone(),
        }
    }
}
