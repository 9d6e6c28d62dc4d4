//! What somebody who leaves did: each act goes with the counts that it moved, once.

use domain::{
    engagement::{Acts, Comment, Count, Idea, Thing},
    ids::{CommentId, PostId, ProductId, UserId},
};
use jiff::Timestamp;
use serde::Deserialize;
use ulid::Ulid;

use super::{Act, Counted, Saves};
use crate::{
    error::Error,
    keys::{self, Item as Kind, Key},
    store::Store,
    table::{Anew, Conditional, Expression, Item, Range, decode, delete_if, value},
};

/// What a person did at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Did {
    /// At a post.
    AtPost(PostId, Acts),
    /// At a product: in which lists they keep it.
    AtProduct(ProductId, Saves),
    /// At a comment, which may be their own.
    AtComment(CommentId, AtComment),
}

/// What a person did at a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AtComment {
    /// That it is their own.
    #[serde(default)]
    pub mine: Option<CommentId>,
    /// When they smiled at it.
    #[serde(default)]
    pub smile: Option<Timestamp>,
    /// Of a reply at which they smiled: what it answers.
    #[serde(default)]
    reply_to: Option<Ulid>,
}

impl Did {
    fn read(item: Item) -> Option<Self> {
        let kind = Kind::at(&Key::of(&item)?)?;
        if let Kind::Acts(_, post) = kind {
            return Some(Self::AtPost(post, decode(item).ok()?));
        }
        if let Kind::ActsAtProduct(_, product) = kind {
            let acts: Acts = decode(item).ok()?;
            return Some(Self::AtProduct(product, acts.save));
        }
        let Kind::ActsAtComment(_, post, own) = kind else {
            return None;
        };
        let at: AtComment = decode(item).ok()?;
        let parent = at.reply_to;
        let id = at.mine.unwrap_or(CommentId { post, parent, own });
        Some(Self::AtComment(id, at))
    }

    fn key(&self, user: &UserId) -> Key {
        match self {
            Self::AtPost(post, _) => keys::acts(user, *post),
            Self::AtProduct(product, _) => keys::acts_at_product(user, product),
            Self::AtComment(id, _) => keys::acts_at_comment(user, id.post, id.own),
        }
    }
}

impl Did {
    /// What is kept in lists, and in which.
    fn kept(&self) -> Option<(Idea, &Saves)> {
        match self {
            Self::AtPost(post, acts) => Some((Idea::Post(*post), &acts.save)),
            Self::AtProduct(product, saves) => Some((Idea::Product(product.clone()), saves)),
            Self::AtComment(..) => None,
        }
    }
}

impl Store {
    /// Up to `limit` things that a person did something at, from a place on, those at posts first; and the place where
    /// this page ends, if there is more.
    pub async fn did(
        &self,
        user: &UserId,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Did>, Option<String>), Error> {
        let range = Range {
            after,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::acts_of(user))
        };
        let found = self.table.query(&range).await?;
        let last = found.items.last().and_then(Key::of).map(|key| key.sk);
        let did = found.items.into_iter().filter_map(Did::read).collect();
        Ok((did, last.filter(|_| found.more)))
    }

    /// Takes what somebody who leaves did at a thing, and the counts that it moved there; where there is more of it by
    /// now, that too.
    pub async fn take_act(&self, user: &UserId, did: &Did) -> Result<(), Error> {
        let (mut did, mut anew) = (did.clone(), Anew::standing_on("what somebody did"));
        loop {
            let kept = did.kept().filter(|(_, saves)| !saves.is_empty());
            if let Some((idea, saves)) = &kept {
                for list in saves.keys() {
                    self.take_out_of_list((user, *list), idea, None, true)
                        .await?;
                }
            }
            let taken = kept.is_none()
                && match &did {
                    Did::AtProduct(product, _) => self.take_at_product(user, product).await?,
                    Did::AtPost(post, acts) => self.take_at_post(user, *post, acts).await?,
                    Did::AtComment(id, at) => self.take_at_comment(user, *id, at).await?,
                };
            if taken {
                return Ok(());
            }
            let now = self.table.get(&did.key(user), true).await?;
            match now.and_then(Did::read) {
                Some(now) => did = now,
                None => return Ok(()),
            }
            anew.begin().await?;
        }
    }

    async fn take_at_post(&self, user: &UserId, post: PostId, acts: &Acts) -> Result<bool, Error> {
        let smile = acts.smile.map(|_| (Count::Smiles, -1));
        let vote = acts.vote.map(|option| (Count::Votes(option), -1));
        let moves: Vec<_> = smile.into_iter().chain(vote).collect();
        let mut counted = Vec::new();
        if !moves.is_empty()
            && let Some(post) = self.post_now(post).await?
        {
            counted.push(Counted::there(Thing::Post(post.id), post.heat(), moves));
        }
        let key = keys::acts(user, post);
        let as_read = || {
            let mut read = AsRead::default();
            read.holds("smile", acts.smile)?;
            read.holds("vote", acts.vote)?;
            read.holds("hide", acts.hide)?;
            read.holds::<()>("save", None)?;
            Ok(read.deleted(key.clone()))
        };
        self.take_counted(as_read, counted).await
    }

    async fn take_at_product(&self, user: &UserId, product: &ProductId) -> Result<bool, Error> {
        let key = keys::acts_at_product(user, product);
        let as_read = || {
            let mut read = AsRead::default();
            read.holds::<()>("save", None)?;
            Ok(read.deleted(key.clone()))
        };
        self.take_counted(as_read, Vec::new()).await
    }

    async fn take_at_comment(
        &self,
        user: &UserId,
        id: CommentId,
        at: &AtComment,
    ) -> Result<bool, Error> {
        let mut counted = Vec::new();
        if at.smile.is_some()
            && let Some(comment) = self.comment_now(id).await?
        {
            let moves = vec![(Count::Smiles, -1)];
            let thing = Thing::Comment(comment.id);
            counted.push(Counted::there(thing, comment.heat(), moves));
        }
        let key = keys::acts_at_comment(user, id.post, id.own);
        let as_read = || {
            let mut read = AsRead::default();
            read.holds("smile", at.smile)?;
            read.holds("mine", at.mine)?;
            Ok(read.deleted(key.clone()))
        };
        self.take_counted(as_read, counted).await
    }

    async fn take_counted(
        &self,
        as_read: impl Fn() -> Result<Conditional, Error>,
        mut counted: Vec<Counted>,
    ) -> Result<bool, Error> {
        let relation = || Ok(vec![as_read()?.unless(Act::Moved)]);
        let act = self.act((), relation, &mut counted).await?;
        Ok(act == Act::Came(()))
    }

    /// Takes what somebody who leaves says: as [`Store::delete_comment`], whatever it, its post and what it answers are
    /// by now.
    pub async fn take_comment(&self, user: &UserId, id: CommentId) -> Result<(), Error> {
        let mut anew = Anew::standing_on("a comment of somebody who leaves");
        let parent = async || match id.answers() {
            Some(parent) => self.comment_now(parent).await,
            None => Ok(None),
        };
        loop {
            let (comment, post, parent) =
                futures::try_join!(self.comment_now(id), self.post_now(id.post), parent())?;
            let theirs = |comment: &Comment| comment.stands() && comment.author == *user;
            let Some(comment) = comment.filter(theirs) else {
                return Ok(());
            };
            let deleted = self.delete_comment(&comment, post.as_ref(), parent.as_ref());
            if Box::pin(deleted).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }
}

/// The condition that an item says what it said.
#[derive(Default)]
struct AsRead {
    conditions: Vec<String>,
    read: Expression,
}

impl AsRead {
    fn holds<T: serde::Serialize>(&mut self, name: &str, said: Option<T>) -> Result<(), Error> {
        let mut read = std::mem::take(&mut self.read).name(&format!("#{name}"), name);
        self.conditions.push(match said {
            Some(said) => {
                read = read.value(&format!(":{name}"), value(said)?);
                format!("#{name} = :{name}")
            }
            None => format!("attribute_not_exists(#{name})"),
        });
        self.read = read;
        Ok(())
    }

    fn deleted(self, key: Key) -> Conditional {
        delete_if(key, self.read.saying(self.conditions.join(" AND ")))
    }
}
