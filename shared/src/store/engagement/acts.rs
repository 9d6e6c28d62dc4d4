//! Smiling at posts and hiding them: what one did at a post is one item.

use std::collections::HashMap;

use domain::{
    engagement::{Acts, Count, Thing},
    ids::{PostId, UserId},
    people::Actor,
    posts::{Post, PostStatus},
};
use jiff::Timestamp;

use super::{Act, Counted};
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Anew, Conditional, Expression, Found, Item, Range, decode, update_if, value},
};

/// This many things that a person did are read at once: 2.5 read units.
const ACTS: usize = 200;

impl Store {
    /// Smiles at a published post, as it was read, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the post is not there any more, or not published.
    pub async fn smile(&self, by: &Actor, post: &Post, now: Timestamp) -> Result<(), Error> {
        let smile = || {
            let set = Expression::new("SET smile = :at").value(":at", value(now)?);
            Ok(noted(by.id(), post.id, set, "attribute_not_exists(smile)"))
        };
        self.move_smiles(post, smile, 1).await
    }

    /// Takes a smile back, once.
    ///
    /// # Errors
    /// As [`Store::smile`].
    pub async fn take_back_smile(&self, user: &UserId, post: &Post) -> Result<(), Error> {
        let back = || {
            let remove = Expression::new("REMOVE smile");
            Ok(noted(user, post.id, remove, "attribute_exists(smile)"))
        };
        self.move_smiles(post, back, -1).await
    }

    async fn move_smiles(
        &self,
        post: &Post,
        act: impl Fn() -> Result<Conditional, Error>,
        by: i64,
    ) -> Result<(), Error> {
        let (mut heat, mut anew) = (post.heat(), Anew::standing_on("the post"));
        loop {
            let relation = || Ok(vec![act()?.unless(Act::Came(()))]);
            let moves = vec![(Count::Smiles, by)];
            let counted = Counted::post(Thing::Post(post.id), heat, moves)?;
            if self.act((), relation, &mut [counted]).await? == Act::Came(()) {
                return Ok(());
            }
            let now = self.published(post.id).await?;
            (heat, _) = (now.heat(), anew.begin().await?);
        }
    }

    /// A post that is published, as of every write acknowledged before.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not.
    pub(in crate::store) async fn published(&self, post: PostId) -> Result<Post, Error> {
        let now = self.post_now(post).await?;
        now.filter(|post| post.status == PostStatus::Published)
            .ok_or(Error::NotFound)
    }

    /// What a person did at a post: half a read unit.
    pub async fn acts_at(&self, user: &UserId, post: PostId) -> Result<Acts, Error> {
        let acts = self.table.read(&keys::acts(user, post), false).await?;
        Ok(acts.unwrap_or_default())
    }

    /// The same, as of every write acknowledged before.
    pub async fn acts_now(&self, user: &UserId, post: PostId) -> Result<Acts, Error> {
        let acts = self.table.read(&keys::acts(user, post), true).await?;
        Ok(acts.unwrap_or_default())
    }

    /// What a person did at these posts, as far as the first [`ACTS`] things tell that they did in the range of
    /// their ids; and of which posts those do not tell. One Query, whose cost does not grow with what lies between.
    pub async fn acts(
        &self,
        user: &UserId,
        posts: &[PostId],
    ) -> Result<(HashMap<PostId, Acts>, Vec<PostId>), Error> {
        let (Some(first), Some(last)) = (posts.iter().min(), posts.iter().max()) else {
            return Ok(<_>::default());
        };
        let range = Range {
            from: Some(first.to_string()),
            to: Some(last.to_string()),
            limit: Some(ACTS),
            ..Range::all(keys::acts_of(user))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let seen = items.last().and_then(keys::Key::of).map(|key| key.sk);
        let told = |post: &PostId| seen.as_ref() >= Some(&keys::acts(user, *post).sk);
        let untold = posts.iter().filter(|post| more && !told(post)).copied();
        Ok((done(items), untold.collect()))
    }

    /// What a person did at these posts, asked one by one: half a read unit each.
    pub async fn acts_at_each(
        &self,
        user: &UserId,
        posts: impl IntoIterator<Item = PostId>,
    ) -> Result<HashMap<PostId, Acts>, Error> {
        let acts = posts.into_iter().map(|post| keys::acts(user, post));
        Ok(done(self.table.get_all(acts.collect()).await?))
    }
}

/// The write by which something is noted of what a person did at a post.
pub(super) fn noted(
    user: &UserId,
    post: PostId,
    update: Expression,
    condition: &str,
) -> Conditional {
    update_if(keys::acts(user, post), update, condition)
}

/// What was done at which posts.
fn done(items: Vec<Item>) -> HashMap<PostId, Acts> {
    let read = |item: Item| {
        let post = keys::Key::of(&item)?.sk.parse().ok()?;
        Some((post, decode(item).ok()?))
    };
    items.into_iter().filter_map(read).collect()
}
