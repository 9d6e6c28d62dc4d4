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
    /// not there are left out.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn posts(
        &self,
        onlooker: Onlooker,
        ids: &[PostId],
    ) -> Result<(HashMap<PostId, Post>, Hydrated), Error> {
        let posts = self.store.posts(ids.iter().copied());
        let (posts, smiled) = futures::try_join!(posts, self.smiled(&onlooker, ids))?;
        Ok((posts, hydrated(onlooker, smiled)))
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
        Ok((post, hydrated(onlooker, smiled)))
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
        match onlooker.id() {
            Some(id) => self.store.smiled(id, posts).await.map(Some),
            None => Ok(None),
        }
    }
}

fn hydrated(onlooker: Onlooker, smiled: Option<HashSet<PostId>>) -> Hydrated {
    Hydrated {
        onlooker,
        smiled,
        ..Hydrated::default()
    }
}
