//! Posts, and what the onlooker did to them.

use std::collections::HashMap;

use domain::{
    engagement::{Acts, Thing},
    feeds::Position,
    ids::{PostId, UserId},
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::Reads;
use crate::error::Error;

/// A page of a person's posts.
#[derive(Debug)]
pub struct Authored {
    /// Newest first.
    pub posts: Vec<Shown<Post>>,
    /// What stands in them and around them.
    pub read: Hydrated,
    /// The last that was looked at, if there are more.
    end: Option<Position>,
}

impl Authored {
    /// Where the next page begins after so many of the posts; `None` at the end of the list.
    pub fn after(&self, shown: usize) -> Option<Position> {
        Position::after(&self.posts, shown, self.end)
    }
}

impl Reads {
    /// Whoever looks, with their rules as they are now: one consistent read unit, in the first round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn onlooker(&self, viewer: Option<&UserId>) -> Result<Onlooker, Error> {
        let Some(viewer) = viewer else {
            return Ok(Onlooker::nobody());
        };
        let rules = self.store.rules_if_any(viewer).await?;
        Ok(Onlooker::new(viewer.clone(), rules))
    }

    /// The posts of a skeleton and what the onlooker did at them: one round. Those that are
    /// not there are left out. Where the onlooker did very much, what they did at some is read with
    /// what stands around those ([`Reads::around`]).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn posts(
        &self,
        mut onlooker: Onlooker,
        ids: &[PostId],
    ) -> Result<(HashMap<PostId, Post>, Hydrated), Error> {
        let posts = self.store.posts(ids.iter().copied());
        let (posts, (acts, unread)) = futures::try_join!(posts, self.acts(onlooker.id(), ids))?;
        onlooker.did(acts);
        let read = Hydrated {
            onlooker,
            unread,
            ..Hydrated::default()
        };
        Ok((posts, read))
    }

    /// One post as of every write acknowledged before, whoever looks, and what they did at it: one
    /// round. Its counts are exact once what stands around it is read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn post(
        &self,
        viewer: Option<&UserId>,
        id: PostId,
    ) -> Result<(Option<Post>, Hydrated), Error> {
        let acts = async {
            match viewer {
                Some(viewer) => self.store.acts_at(viewer, id).await.map(Some),
                None => Ok(None),
            }
        };
        let (mut onlooker, post, acts) =
            futures::try_join!(self.onlooker(viewer), self.store.post_now(id), acts)?;
        onlooker.did(acts.map(|acts| (id, acts)));
        let read = Hydrated {
            onlooker,
            exact: true,
            ..Hydrated::default()
        };
        Ok((post, read))
    }

    /// A post that whoever looks may open, be it as a moderator, with what stands around it: two rounds, as
    /// [`Reads::around`] says.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not there for them; those of the table.
    pub async fn opened(
        &self,
        viewer: Option<&UserId>,
        moderates: bool,
        id: PostId,
        now: Timestamp,
    ) -> Result<(Shown<Post>, Hydrated), Error> {
        let (post, mut read) = self.post(viewer, id).await?;
        read.onlooker = read.onlooker.moderating(moderates);
        let post = post.and_then(|post| read.onlooker.opens(post));
        let post = post.ok_or(Error::NotFound)?;
        self.around([&*post], now, &mut read).await?;
        if !read.knows_author(&post) {
            return Err(Error::NotFound);
        }
        Ok((post, read))
    }

    /// A page of a person's published posts before a position, newest first, with what stands around them: three rounds, as
    /// [`Reads::around`] says.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn authored(
        &self,
        author: &UserId,
        onlooker: Onlooker,
        before: Option<Position>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Authored, Error> {
        let (entries, more) = self.store.posts_by(author, before, limit).await?;
        let ids: Vec<_> = entries.iter().map(|entry| entry.at.post).collect();
        let (mut found, mut read) = self.posts(onlooker, &ids).await?;
        let found = ids.iter().filter_map(|id| found.remove(id));
        let posts: Vec<_> = found
            .filter_map(|post| read.onlooker.looks_through(post))
            .collect();
        let shown = posts.iter().map(|post| &**post);
        self.around(shown, now, &mut read).await?;
        let end = entries.last().filter(|_| more).map(|entry| entry.at);
        Ok(Authored { posts, read, end })
    }

    async fn acts(
        &self,
        viewer: Option<&UserId>,
        posts: &[PostId],
    ) -> Result<(HashMap<PostId, Acts>, Vec<PostId>), Error> {
        match viewer {
            Some(viewer) => self.store.acts(viewer, posts).await,
            None => Ok(<_>::default()),
        }
    }

    /// Reads what one Query did not tell of what the onlooker did at these posts.
    pub(super) async fn rest(
        &self,
        viewer: Option<&UserId>,
        posts: Vec<PostId>,
    ) -> Result<HashMap<PostId, Acts>, Error> {
        match viewer {
            Some(viewer) if !posts.is_empty() => self.store.acts_at_each(viewer, posts).await,
            _ => Ok(HashMap::new()),
        }
    }

    /// Reads what the shards of those of these posts hold that are hot; on pages of many, at most some seconds old.
    pub(super) async fn heated(
        &self,
        posts: &[&Post],
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let hot = posts.iter().filter(|post| post.heat().is_hot());
        let cards = self.cards.as_ref().filter(|_| !read.exact);
        let mut unknown = Vec::new();
        for post in hot {
            let known = cards.and_then(|cards| cards.shards.get(&post.id, now));
            match known.filter(|(heat, _)| *heat == post.heat()) {
                Some((_, shards)) => drop(read.shards.insert(post.id, shards)),
                None => unknown.push(*post),
            }
        }
        let exact = read.exact;
        let sums = unknown.into_iter().map(async |post| {
            let thing = Thing::Post(post.id);
            let shards = self.store.shards(&thing, post.heat(), exact).await?;
            Ok::<_, Error>((post, shards))
        });
        for (post, shards) in try_join_all(sums).await? {
            if let Some(cards) = cards {
                let known = (post.heat(), shards.clone());
                cards.shards.put(post.id, known, now);
            }
            read.shards.insert(post.id, shards);
        }
        Ok(())
    }
}
