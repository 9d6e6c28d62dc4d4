//! Who reads a home feed, and why a post is in it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ids::{TopicId, UserId},
    posts::Post,
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
