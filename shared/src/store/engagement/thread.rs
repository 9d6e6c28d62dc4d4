//! Reading what is said of a post.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    engagement::Comment,
    ids::{CommentId, PostId, UserId},
};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use ulid::Ulid;

use crate::{
    error::Error,
    keys::{self, Item as Kind, Key},
    store::Store,
    table::{Found, Item, Range, readable},
};

/// This many things that a person did are read at once: 2.5 read units.
const ACTS: usize = 200;

/// What a person did at a comment.
#[derive(Deserialize)]
struct AtComment {
    /// That it is their own.
    mine: Option<CommentId>,
    smile: Option<Timestamp>,
}

impl Store {
    /// Up to `limit` comments at the top level of a post, newest first, older than `before`; and whether there are
    /// more.
    pub async fn comments_of(
        &self,
        post: PostId,
        before: Option<Ulid>,
        limit: usize,
    ) -> Result<(Vec<Comment>, bool), Error> {
        let range = Range {
            from: Some(keys::SAID.to_owned()),
            to: Some(format!("{}~", keys::SAID)),
            after: before.map(keys::said),
            descending: true,
            limit: Some(limit),
            ..Range::all(keys::comments_of(post))
        };
        let Found { items, more } = self.table.query(&range).await?;
        Ok((readable(items), more))
    }

    /// Up to `limit` replies to a comment, oldest first, newer than `after`; and whether there are more.
    pub async fn replies_to(
        &self,
        comment: CommentId,
        after: Option<Ulid>,
        limit: usize,
    ) -> Result<(Vec<Comment>, bool), Error> {
        let answers = keys::answers_to(comment.own);
        let range = Range {
            from: Some(answers.clone()),
            to: Some(format!("{answers}~")),
            after: after.map(|after| format!("{answers}{after}")),
            limit: Some(limit),
            ..Range::all(keys::comments_of(comment.post))
        };
        let Found { items, more } = self.table.query(&range).await?;
        Ok((readable(items), more))
    }

    /// These comments at the top level of a post; those that are not there are left out.
    pub async fn comments_at(
        &self,
        post: PostId,
        owns: impl IntoIterator<Item = Ulid>,
    ) -> Result<BTreeMap<Ulid, Comment>, Error> {
        let wanted = owns.into_iter().map(|own| CommentId::top(post, own));
        let found = self.table.get_all(wanted.map(keys::comment).collect());
        let found = readable::<Comment>(found.await?).into_iter();
        Ok(found.map(|comment| (comment.id.own, comment)).collect())
    }

    /// These comments and replies, of whatever posts, deleted or not; those that are not there are left out.
    pub async fn comments(
        &self,
        ids: impl IntoIterator<Item = CommentId>,
    ) -> Result<BTreeMap<CommentId, Comment>, Error> {
        let found = self
            .table
            .get_all(ids.into_iter().map(keys::comment).collect());
        let found = readable::<Comment>(found.await?).into_iter();
        Ok(found.map(|comment| (comment.id, comment)).collect())
    }

    /// At which of these comments of a post, by their own parts, a person smiled: one Query, as far as it tells, and
    /// then each by itself.
    pub async fn smiled_at(
        &self,
        user: &UserId,
        post: PostId,
        owns: &BTreeSet<Ulid>,
    ) -> Result<BTreeSet<Ulid>, Error> {
        let (Some(first), Some(last)) = (owns.first(), owns.last()) else {
            return Ok(BTreeSet::new());
        };
        let key = |own: Ulid| keys::acts_at_comment(user, post, own);
        let range = Range {
            from: Some(key(*first).sk),
            to: Some(key(*last).sk),
            limit: Some(ACTS),
            ..Range::all(keys::acts_of(user))
        };
        let Found { mut items, more } = self.table.query(&range).await?;
        if more {
            let seen = items.last().and_then(Key::of).map(|key| key.sk);
            let untold = owns.iter().map(|own| key(*own));
            let untold = untold.filter(|key| seen.as_ref() < Some(&key.sk));
            items.extend(self.table.get_all(untold.collect()).await?);
        }
        let smiled = items.iter().filter(|item| item.contains_key("smile"));
        let smiled = smiled.filter_map(own_of);
        Ok(smiled.filter(|own| owns.contains(own)).collect())
    }

    /// Whether a person smiles at a comment, and since when, as of every write acknowledged before.
    pub async fn smiles_at(
        &self,
        user: &UserId,
        comment: CommentId,
    ) -> Result<Option<Timestamp>, Error> {
        let key = keys::acts_at_comment(user, comment.post, comment.own);
        let acts: Option<AtComment> = self.table.read(&key, true).await?;
        Ok(acts.and_then(|acts| acts.smile))
    }

    /// What a person says of a post, comments and replies, oldest first, as of every write acknowledged before.
    pub async fn comments_by(&self, user: &UserId, post: PostId) -> Result<Vec<Comment>, Error> {
        let at = keys::acts_in(post);
        let range = Range {
            from: Some(at.clone()),
            to: Some(format!("{at}~")),
            consistent: true,
            ..Range::all(keys::acts_of(user))
        };
        let acts = readable::<AtComment>(self.table.query_all(range).await?).into_iter();
        let mine = acts.filter_map(|acts| acts.mine);
        let said = mine.map(|comment| self.comment_now(comment));
        let said = try_join_all(said).await?.into_iter().flatten();
        Ok(said.filter(Comment::stands).collect())
    }
}

/// The own part of the comment that something was done at.
fn own_of(item: &Item) -> Option<Ulid> {
    let Kind::ActsAtComment(_, _, own) = Kind::at(&Key::of(item)?)? else {
        return None;
    };
    Some(own)
}
