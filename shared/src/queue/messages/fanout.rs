//! What `fanout` is told.

use domain::{
    feeds::{Entry, Position},
    ids::{PostId, TopicId, UserId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What `fanout` works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FanoutMessage {
    /// A post appeared.
    #[serde(rename = "post-published.v1")]
    PostPublished(Published),
    /// A page of its readers was served; the rest is to follow.
    #[serde(rename = "page-delivered.v1")]
    PageDelivered(PageDelivered),
    /// Somebody followed an author.
    #[serde(rename = "followed.v1")]
    Followed(Followed),
    /// The topics of a post that had appeared were changed. From the walls that it left it goes by
    /// itself: they show what the post says now.
    #[serde(rename = "topics-changed.v1")]
    TopicsChanged(Published),
}

/// A published post, and walls that it is new on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub author: UserId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// All its walls when it appears; after an edit those that it came to.
    pub topics: Vec<TopicId>,
}

impl Published {
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
    pub published: Published,
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
