//! Who reads a home feed, and why a post is in it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Following, PICKS_WITH_POSTS, Reason, Suggested, Taste, ranking::score};
use crate::{
    ids::{PostId, ProductId, TopicId, UserId},
    posts::Post,
    shown::{Onlooker, Shown},
};

/// What a reader's rules go by.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who.
    pub id: UserId,
    /// Whom they follow.
    pub following: Following,
    /// Which topics they follow.
    pub topics: BTreeSet<TopicId>,
    /// What they want more and less of.
    pub taste: Taste,
    /// What is hottest on the topics that they follow.
    pub hottest: HashMap<PostId, TopicId>,
}

/// What else brings posts into one reading of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Besides<'a> {
    /// The products picked for the reader, the best first.
    pub picks: &'a [Suggested],
    /// What is hottest of the store, where that is in it.
    pub hot: Option<&'a BTreeSet<PostId>>,
}

impl Reader {
    /// A post, with why it is in their feed, as they look now; `None` when it is not to be: their own, of
    /// nobody and nothing that they follow (any more), or nothing that they may come across.
    pub fn finds(
        &self,
        onlooker: &Onlooker,
        post: Post,
        besides: &Besides<'_>,
    ) -> Option<(Shown<Post>, Reason)> {
        if post.author == self.id || onlooker.turned_down(post.id) {
            return None;
        }
        let reason = self.reason(&post, besides)?;
        Some((onlooker.finds(post)?, reason))
    }

    /// Why a post of somebody else's is in their feed; the first of several.
    pub fn reason(&self, post: &Post, besides: &Besides<'_>) -> Option<Reason> {
        if self.following.has(&post.author) {
            return Some(Reason::Followed);
        }
        let best = besides.picks.iter().take(PICKS_WITH_POSTS);
        let mut causes = best.filter_map(|pick| Some((&pick.product, pick.cause.as_ref()?)));
        let shown = |product: &ProductId| post.named_products().any(|named| named == product);
        if let Some((_, cause)) = causes.find(|(product, _)| shown(product)) {
            return Some(Reason::Activity(cause.clone()));
        }
        let hottest = self.hottest.get(&post.id);
        if let Some(topic) = hottest.filter(|topic| post.topics.contains(topic)) {
            return Some(Reason::Trending(Some(topic.clone())));
        }
        if besides.hot.is_some_and(|hot| hot.contains(&post.id)) {
            return Some(Reason::Trending(post.topics.first().cloned()));
        }
        let topic = post.topics.iter().find(|topic| self.topics.contains(topic));
        topic.cloned().map(Reason::Topic)
    }

    /// Whether a post by this author on these topics is one for them, whatever else brings posts.
    pub fn wants(&self, author: &UserId, topics: &[TopicId]) -> bool {
        *author != self.id
            && (self.following.has(author)
                || topics.iter().any(|topic| self.topics.contains(topic)))
    }

    /// What a post is worth to them, before variety: see [`super::ranking`].
    pub(super) fn worth(&self, post: &Post, reason: &Reason, now: Timestamp) -> f64 {
        let shared = post
            .topics
            .iter()
            .filter(|topic| self.topics.contains(topic));
        let shared = shared.count();
        score(post, reason, shared, self.taste.factor(post, now), now)
    }
}
