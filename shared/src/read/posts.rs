//! Posts, and what the onlooker did to them.

use std::collections::{HashMap, HashSet};

use domain::{
    ids::PostId,
    posts::{Hydrated, Post},
    shown::Onlooker,
};

use super::Reads;
use crate::error::Error;

impl Reads {
    /// The posts of a skeleton and which of them the onlooker smiled at: one round. Those that are
    /// not there are left out. Where the onlooker did very much, what they did at some is read with
    /// what stands around those ([`Reads::around`]).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn posts(
        &self,
        onlooker: Onlooker,
        ids: &[PostId],
    ) -> Result<(HashMap<PostId, Post>, Hydrated), Error> {
        let posts = self.store.posts(ids.iter().copied());
        let (posts, (smiled, unread)) = futures::try_join!(posts, self.acts(&onlooker, ids))?;
        let read = Hydrated {
            onlooker,
            smiled,
            unread,
            ..Hydrated::default()
        };
        Ok((posts, read))
    }

    /// One post as of every write acknowledged before, and whether the onlooker smiled at it: one
    /// round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn post(
        &self,
        onlooker: Onlooker,
        id: PostId,
    ) -> Result<(Option<Post>, Hydrated), Error> {
        let (asked, post) = ([id], self.store.post_now(id));
        let (post, smiled) = futures::try_join!(post, self.smiled(&onlooker, &asked))?;
        let read = Hydrated {
            onlooker,
            smiled,
            ..Hydrated::default()
        };
        Ok((post, read))
    }

    /// Which of these posts the onlooker smiled at; `None` when nobody is signed in.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn smiled(
        &self,
        onlooker: &Onlooker,
        posts: &[PostId],
    ) -> Result<Option<HashSet<PostId>>, Error> {
        let (mut smiled, unread) = self.acts(onlooker, posts).await?;
        self.rest(onlooker, unread, &mut smiled).await?;
        Ok(smiled)
    }

    async fn acts(
        &self,
        onlooker: &Onlooker,
        posts: &[PostId],
    ) -> Result<(Option<HashSet<PostId>>, Vec<PostId>), Error> {
        let Some(id) = onlooker.id() else {
            return Ok((None, Vec::new()));
        };
        let (smiled, unread) = self.store.smiled(id, posts).await?;
        Ok((Some(smiled), unread))
    }

    /// Reads what one Query did not tell of these posts.
    pub(super) async fn rest(
        &self,
        onlooker: &Onlooker,
        posts: Vec<PostId>,
        smiled: &mut Option<HashSet<PostId>>,
    ) -> Result<(), Error> {
        if let (Some(id), Some(smiled)) = (onlooker.id(), smiled)
            && !posts.is_empty()
        {
            smiled.extend(self.store.smiled_each(id, posts).await?);
        }
        Ok(())
    }
}
