//! Leaving (ENGAGEMENT 47-49): an account that is marked, worked off, and gone.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::UserId,
    people::{
        Profile,
        leaving::{Deletion, HANDLE_KEPT, RULES_KEPT},
    },
};
use jiff::Timestamp;

use super::{
    interests::list_interests,
    profiles::{HandleClaim, says_as},
    rules::{LEAVING, is_there},
};
use crate::{
    error::{Error, Refusal},
    keys::{self, Key},
    store::{Store, posts::remove_photo},
    table::{
        Anew, EXISTS, Expression, Range, decode, delete, delete_if, encode, put, put_new,
        string_set, traced, update, update_if, value,
    },
};

/// What came of marking an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marked {
    Done,
    Nobody,
    Changed,
}

impl Store {
    /// Marks the account of somebody who leaves, all at once: from then on nobody sees them, they may nothing, nobody has
    /// their handle, and what they leave is worked off. With `seen`, only if their profile says what it said then.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] where nobody is there, or leaves already; [`Error::PreconditionFailed`] where the profile
    /// says something else than was seen.
    pub async fn leave(
        &self,
        profile: &Profile,
        seen: Option<&Profile>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let user = &profile.id;
        let mark = Expression::new(format!("SET {LEAVING} = :true"));
        let mark = mark.value(":true", AttributeValue::Bool(true));
        let there = format!("{EXISTS} AND attribute_not_exists({LEAVING})");
        let mut writes = Vec::new();
        if let Some(seen) = seen {
            let (conditions, mark) = says_as(seen, mark.clone())?;
            let condition = format!("{there} AND {}", conditions.join(" AND "));
            let write = update_if(keys::profile(user), mark, condition);
            writes.push(write.unless(Marked::Changed));
        } else {
            let write = update_if(keys::profile(user), mark.clone(), there);
            writes.push(write.unless(Marked::Nobody));
        }
        // Whoever changes these rules at this moment looks at them again.
        let mark = Expression::new(format!("SET {LEAVING} = :true ADD edition :one"));
        let mark = mark
            .value(":true", AttributeValue::Bool(true))
            .number(":one", 1);
        writes.push(update_if(keys::rules(user), mark, EXISTS).unless(Marked::Nobody));
        let claim = HandleClaim {
            user: None,
            free_from: Some((now + HANDLE_KEPT).as_second()),
        };
        writes.push(put(encode(&keys::handle(&profile.handle), &claim)?));
        let job = traced(encode(&keys::deletion(user), &Deletion::asked(now))?);
        writes.push(put_new(job).unless(Marked::Nobody));
        match self.table.transact(Marked::Done, writes).await? {
            Marked::Done => Ok(()),
            Marked::Nobody => Err(Error::Refused(Refusal::NotJoined)),
            Marked::Changed if self.profile(user).await?.is_none() => {
                Err(Error::Refused(Refusal::NotJoined))
            }
            Marked::Changed => Err(Error::PreconditionFailed),
        }
    }

    /// How far the deletion of an account has come; `None` where there is none, or it is done.
    pub async fn deletion(&self, user: &UserId) -> Result<Option<Deletion>, Error> {
        self.table.read(&keys::deletion(user), true).await
    }

    /// Notes how far it has come; at the end it is gone. `false` where it was, or is another.
    pub async fn deletion_at(
        &self,
        user: &UserId,
        since: Timestamp,
        at: Option<&Deletion>,
    ) -> Result<bool, Error> {
        let same = Expression::new("since = :since").value(":since", value(since)?);
        let key = keys::deletion(user);
        let Some(at) = at else {
            let write = delete_if(key, same).unless(false);
            return self.table.transact(true, vec![write]).await;
        };
        let set = same
            .value(":step", value(at.step)?)
            .value(":again", value(at.again)?)
            .name("#cursor", "cursor")
            .name("#step", "step");
        let set = match &at.cursor {
            Some(cursor) => set
                .text(":cursor", cursor)
                .saying("SET #step = :step, again = :again, #cursor = :cursor"),
            None => set.saying("SET #step = :step, again = :again REMOVE #cursor"),
        };
        let noted = self.table.update(&key, set.when(Some("since = :since")));
        Ok(noted.await?.is_some())
    }

    /// The keys of up to `limit` items of a collection, from a place on, as of every write acknowledged before; and the
    /// place where this page ends, if there is more.
    pub async fn keys_in(
        &self,
        collection: String,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Key>, Option<String>), Error> {
        let range = Range {
            after,
            limit: Some(limit),
            consistent: true,
            ..Range::all(collection)
        };
        let found = self.table.query(&range).await?;
        let keys: Vec<_> = found.items.iter().filter_map(Key::of).collect();
        let last = keys.last().map(|key| key.sk.clone());
        Ok((keys, last.filter(|_| found.more)))
    }

    /// Takes items that are counted nowhere.
    pub async fn take(&self, keys: &[Key]) -> Result<(), Error> {
        self.table.delete_all(keys).await
    }

    /// Takes the profile of somebody who leaves, with their avatar's photo, their place under topics, whom they follow
    /// and what they have earned; of their rules, it is kept for a while who blocks them.
    pub async fn take_profile(&self, user: &UserId, now: Timestamp) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the profile of somebody who leaves");
        let key = keys::profile(user);
        loop {
            let item = self.table.get(&key, true).await?;
            let profile: Option<Profile> = match item {
                Some(item) if is_there(&item) => return Ok(()),
                Some(item) => Some(decode(item)?),
                None => None,
            };
            // A badge that a moderator took is not to be had again by coming back.
            let badge = self.badge(user).await?;
            let mut writes = vec![delete(keys::taste(user)), delete(keys::ads(user))];
            writes.push(if badge.stripped {
                let kept =
                    Expression::new("SET expires_at = :until REMOVE points, posts, answers, given");
                update(
                    keys::badge(user),
                    kept.number(":until", (now + RULES_KEPT).as_second()),
                )
            } else {
                delete(keys::badge(user))
            });
            writes.push(delete(keys::head(user)));
            writes.push(delete(keys::history(user)));
            writes.push(delete(keys::rate(user)));
            writes.extend(keys::following_pages(user).map(delete));
            if let Some(profile) = &profile {
                let mut conditions = vec!["interests = :seen"];
                let mut as_read =
                    Expression::default().value(":seen", string_set(&profile.interests));
                if let Some(avatar) = &profile.avatar {
                    conditions.push("avatar.photo = :worn");
                    as_read = as_read.text(":worn", avatar.photo.to_string());
                    writes.push(remove_photo(avatar.photo));
                } else {
                    conditions.push("attribute_not_exists(avatar)");
                }
                let as_read = as_read.saying(conditions.join(" AND "));
                writes.push(delete_if(key.clone(), as_read).unless(false));
                writes.extend(list_interests(profile, [], &profile.interests));
            }
            let taken = self.table.transact(true, writes).await?;
            if taken {
                break;
            }
            anew.begin().await?;
        }
        match self.left_behind(user).await? {
            Some(left) => {
                let until = now + RULES_KEPT;
                self.table.transact((), left.left(user, until)).await
            }
            None => Ok(()),
        }
    }
}
