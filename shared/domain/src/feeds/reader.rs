//! Who reads a home feed, and why a post is in it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Following;
use crate::{
    ids::{TopicId, UserId},
    posts::Post,
    shown::{Onlooker, Shown},
};

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
    pub following: Following,
    /// Which topics they follow.
    pub topics: BTreeSet<TopicId>,
}

impl Reader {
    /// A post, with why it is in their feed, as they look now; `None` when it is not to be: their own, of
    /// nobody and nothing that they follow (any more), or nothing that they may come across.
    pub fn finds(&self, onlooker: &Onlooker, post: Post) -> Option<(Shown<Post>, Reason)> {
        if !self.wants(&post.author, &post.topics) {
            return None;
        }
        let reason = if self.following.has(&post.author) {
            Reason::Followed
        } else {
            let topic = post.topics.iter().find(|topic| self.topics.contains(topic));
            Reason::Topic(topic?.clone())
        };
        Some((onlooker.finds(post)?, reason))
    }

    /// Whether a post by this author on these topics is one for them.
    pub fn wants(&self, author: &UserId, topics: &[TopicId]) -> bool {
        *author != self.id
            && (self.following.has(author)
                || topics.iter().any(|topic| self.topics.contains(topic)))
    }
}
