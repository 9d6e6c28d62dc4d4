//! Blocking and muting (ENGAGEMENT 22): an edge for one's own list, and a change of the rules of whom it concerns.

use domain::{ids::UserId, people::MOST};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{Change, Kept, Set};
use crate::{
    error::{Conflict, Error, Refusal},
    keys,
    store::Store,
    table::{Anew, Conditional, EXISTS, Expression, delete_there, encode, put_new, update_if},
};

/// As it is told in the list of whom one blocks, or mutes.
#[derive(Serialize, Deserialize)]
struct Since {
    since: Timestamp,
}

impl Store {
    /// Blocks a person, once: neither sees the other from now on, and follows between the two are undone. Those are
    /// looked for once the block stands, when no other can come any more; repeated, it looks again.
    ///
    /// # Errors
    /// [`Conflict::BlockLimit`]; [`Refusal::NotJoined`] for the first, [`Error::NotFound`] for the second.
    pub async fn block(&self, me: &UserId, other: &UserId, now: Timestamp) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the rules of two people");
        while !self.put_block(me, other, now).await? {
            anew.begin().await?;
        }
        let follows = [(me, other), (other, me)];
        let left = futures::try_join!(
            self.is_following_now(me, other),
            self.is_following_now(other, me)
        )?;
        for ((reader, author), left) in follows.into_iter().zip([left.0, left.1]) {
            if left {
                self.undo_follow(reader, author).await?;
            }
        }
        Ok(())
    }

    /// Writes a block where there is none. `false` when the rules are not as they were read.
    async fn put_block(&self, me: &UserId, other: &UserId, now: Timestamp) -> Result<bool, Error> {
        let (mine, theirs) =
            futures::try_join!(self.kept_with_room(me), self.kept_with_room(other))?;
        let mine = there(mine).ok_or(Error::Refused(Refusal::NotJoined))?;
        let theirs = there(theirs).ok_or(Error::NotFound)?;
        if mine.rules.blocks(other) {
            return Ok(true);
        }
        if mine.rules.blocks.len() as u64 >= MOST {
            return Err(Error::Conflict(Conflict::BlockLimit));
        }
        let edge = encode(&keys::blocked(me, other), &Since { since: now })?;
        let mut writes = vec![put_new(edge).unless(false)];
        writes.extend(mine.changed(me, Change::Add(Set::Blocks, other.hash())));
        writes.extend(theirs.changed(other, Change::Add(Set::BlockedBy, me.hash())));
        writes.extend([me, other].map(|who| seen_anew(who).unless(false)));
        self.table.transact(true, writes).await
    }

    /// Takes a block away, once; follows that it undid stay undone, and a block by the other stays.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] for the first.
    pub async fn unblock(&self, me: &UserId, other: &UserId) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the rules of two people");
        loop {
            let (mine, theirs) =
                futures::try_join!(self.kept_with_room(me), self.kept_with_room(other))?;
            let mine = there(mine).ok_or(Error::Refused(Refusal::NotJoined))?;
            if !mine.rules.blocks(other) {
                return Ok(());
            }
            let mut writes = vec![delete_there(keys::blocked(me, other)).unless(false)];
            writes.extend(mine.changed(me, Change::Remove(Set::Blocks, other.hash())));
            writes.push(seen_anew(me).unless(false));
            if let Some(theirs) = theirs {
                writes.extend(theirs.changed(other, Change::Remove(Set::BlockedBy, me.hash())));
                // Who leaves follows nobody any more.
                if !theirs.leaving {
                    writes.push(seen_anew(other).unless(false));
                }
            }
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Mutes a person, once, or no longer.
    ///
    /// # Errors
    /// [`Conflict::BlockLimit`]; [`Refusal::NotJoined`].
    pub async fn mute(
        &self,
        me: &UserId,
        other: &UserId,
        since: Option<Timestamp>,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("one's rules");
        loop {
            let mine = self.kept_with_room(me).await?;
            let mine = there(mine).ok_or(Error::Refused(Refusal::NotJoined))?;
            if mine.rules.mute(other) == since.is_some() {
                return Ok(());
            }
            if since.is_some() && mine.rules.mutes.len() as u64 >= MOST {
                return Err(Error::Conflict(Conflict::BlockLimit));
            }
            let key = keys::muted(me, other);
            let (edge, change) = match since {
                Some(since) => {
                    let edge = put_new(encode(&key, &Since { since })?);
                    (edge, Change::Add(Set::Mutes, other.hash()))
                }
                None => (delete_there(key), Change::Remove(Set::Mutes, other.hash())),
            };
            let mut writes = vec![edge.unless(false)];
            writes.extend(mine.changed(me, change));
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Takes away a block of somebody who leaves: their own rules are let go of as a whole.
    pub async fn take_block(&self, leaver: &UserId, other: &UserId) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the rules of somebody who was blocked");
        loop {
            let mut writes = vec![delete_there(keys::blocked(leaver, other)).unless(true)];
            if let Some(theirs) = self.kept(other).await? {
                let change = Change::Remove(Set::BlockedBy, leaver.hash());
                writes.extend(theirs.changed(other, change));
                if !theirs.leaving {
                    writes.push(seen_anew(other).unless(false));
                }
            }
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Up to `limit` of those whom a person blocks, in the order of their ids, after `after`; and whether there are
    /// more.
    pub async fn blocked(
        &self,
        user: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        self.people_under(keys::blocked_by(user), after, limit)
            .await
    }

    /// Likewise of those whom they mute.
    pub async fn muted(
        &self,
        user: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        self.people_under(keys::muted_by(user), after, limit).await
    }
}

/// The rules of somebody who does not leave.
fn there(kept: Option<Kept>) -> Option<Kept> {
    kept.filter(|kept| !kept.leaving)
}

/// The write by which a profile knows that a block of theirs, or against them, changed: no follow that stands on how it
/// was before can be made any more.
fn seen_anew(who: &UserId) -> Conditional {
    let change = Expression::new("ADD v :one").number(":one", 1);
    update_if(keys::profile(who), change, EXISTS)
}
