//! What an applicant is measured by (MONEY 7): their latest posts, and what others did at them.

use std::collections::BTreeSet;

use domain::{
    engagement::{Count, Shards, Thing},
    ids::{PostId, UserId},
    money::programmes::{LATEST, Measured},
    posts::{Post, PostStatus},
};
use futures::future::try_join_all;

use crate::{error::Error, store::Store};

impl Store {
    /// What is known of somebody, but for how many follow an account of theirs elsewhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] where they have left.
    pub async fn measured(&self, user: &UserId) -> Result<Measured, Error> {
        let (profile, posts) =
            futures::try_join!(self.profile(user), Box::pin(self.latest_posts(user)))?;
        let mut profile = profile.ok_or(Error::NotFound)?;
        if profile.heat().is_hot() {
            let thing = Thing::Person(user.clone());
            profile.plus(&self.shards(&thing, profile.heat(), true).await?);
        }
        let acts = posts.iter().map(|post| self.acts_by_others(post));
        let acts = try_join_all(acts).await?;
        let nothing = Measured {
            followers: profile.followers,
            ..Measured::default()
        };
        let all = posts.iter().zip(acts);
        Ok(all.fold(nothing, |measured, (post, acts)| measured.with(post, acts)))
    }

    /// The latest of somebody's posts that others see, as many as count.
    pub(super) async fn latest_posts(&self, user: &UserId) -> Result<Vec<Post>, Error> {
        let (mut latest, mut before) = (Vec::new(), None);
        loop {
            let (entries, more) = self.posts_by(user, before, LATEST).await?;
            let ids: Vec<PostId> = entries.iter().map(|entry| entry.at.post).collect();
            let mut found = self.posts(ids.iter().copied()).await?;
            let shown = ids.iter().filter_map(|id| found.remove(id));
            let shown = shown.filter(|post| post.status == PostStatus::Published);
            latest.extend(shown.take(LATEST - latest.len()));
            before = entries.last().map(|entry| entry.at);
            if !more || before.is_none() || latest.len() >= LATEST {
                return Ok(latest);
            }
        }
    }

    /// How often others smiled at a post, said something of it, or saved it.
    async fn acts_by_others(&self, post: &Post) -> Result<u64, Error> {
        let shards = async {
            match post.heat().is_hot() {
                true => self.shards(&Thing::Post(post.id), post.heat(), true).await,
                false => Ok(Shards::default()),
            }
        };
        let (own, said, shards) = futures::try_join!(
            self.acts_now(&post.author, post.id),
            Box::pin(self.comments_by(&post.author, post.id)),
            shards
        )?;
        let own_said: BTreeSet<_> = said.iter().map(|comment| comment.id).collect();
        let own = u64::from(own.smile.is_some())
            + u64::from(!own.save.is_empty())
            + u64::try_from(own_said.len()).unwrap_or_default();
        let all = shards.plus(Count::Smiles, post.smiles)
            + shards.plus(Count::Comments, post.comments)
            + shards.plus(Count::Saves, post.saves);
        Ok(all.saturating_sub(own))
    }
}
