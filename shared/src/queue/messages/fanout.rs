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
        "page-delivered.v1" PageDelivered(PageDelivered), from "fanout", "a page of a thousand readers was served; go on after the last";
        "followed.v1" Followed(Followed), from "relay", "somebody followed an author";
        // From the walls that it left it goes by itself: they show what the post says now.
        "topics-changed.v1" TopicsChanged(Published), from "relay", "a post that had appeared came to other walls";
    }
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
