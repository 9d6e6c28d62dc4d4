//! Idea lists, without what is in them: made, renamed, shown to others or to nobody else, and gone.

use std::collections::HashMap;

use domain::{
    claim::Claim,
    engagement::{IdeaList, LISTS},
    ids::{ListId, UserId},
    people::Actor,
};
use jiff::Timestamp;

use crate::{
    error::{Conflict, Error, Refusal},
    keys,
    store::{Store, idempotency::note_made},
    table::{
        Expression, Found, Range, Write, decode, delete, delete_if, encode, put, put_new, readable,
        update, update_if, value,
    },
};

/// What came of making a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListCreation {
    /// It is there.
    Done,
    /// The `Idempotency-Key` was used meanwhile. Read what it made.
    KeyUsed,
}

/// Where a list stands among those of its owner: when it was made, and which it is.
pub type ListPlace = (Timestamp, ListId);

impl Store {
    /// Makes a list of an actor's.
    ///
    /// # Errors
    /// [`Conflict::ListLimit`] when its owner has as many as one may have.
    pub async fn create_list(
        &self,
        actor: &Actor,
        list: &IdeaList,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<ListCreation, Error> {
        if *actor.id() != list.owner {
            return Err(Error::Refused(Refusal::NotOwner));
        }
        let mut writes = Vec::new();
        if let Some(claim) = claim {
            let made = note_made(claim, list.id.to_string(), now)?;
            writes.push(made.unless(ListCreation::KeyUsed));
        }
        let taken = Error::internal("a list of this id was made before");
        writes.push(put_new(encode(&keys::list(list.id), list)?).or_fail(taken));
        writes.extend(owned(list));
        self.table.transact(ListCreation::Done, writes).await
    }

    /// One list, as of every write acknowledged before.
    pub async fn list_now(&self, list: ListId) -> Result<Option<IdeaList>, Error> {
        self.table.read(&keys::list(list), true).await
    }

    /// Many lists; those that are not there are left out.
    pub async fn lists(
        &self,
        lists: impl IntoIterator<Item = ListId>,
    ) -> Result<HashMap<ListId, IdeaList>, Error> {
        let wanted = lists.into_iter().map(keys::list).collect();
        let found = readable::<IdeaList>(self.table.get_all(wanted).await?);
        Ok(found.into_iter().map(|list| (list.id, list)).collect())
    }

    /// Up to `limit` of a person's lists, newest first, older than `before`; and whether there are more.
    pub async fn lists_of(
        &self,
        owner: &UserId,
        before: Option<ListPlace>,
        limit: usize,
    ) -> Result<(Vec<ListPlace>, bool), Error> {
        let range = Range {
            to: Some(keys::NEWEST_LIST.to_owned()),
            after: before.map(|(at, list)| keys::owned_list(owner, at, list).sk),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::lists_of(owner))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let owned = items.iter().filter_map(keys::Key::of);
        let owned = owned.filter_map(|key| keys::parse_owned_list(&key.sk));
        Ok((owned.collect(), more))
    }

    /// Gives a list of the actor's its name, and says who sees it, if neither has changed since it was read. `None` where it has, or
    /// the list is gone.
    pub async fn change_list(
        &self,
        actor: &Actor,
        before: &IdeaList,
        after: &IdeaList,
    ) -> Result<Option<IdeaList>, Error> {
        if *actor.id() != before.owner {
            return Err(Error::Refused(Refusal::NotOwner));
        }
        let (read, condition) = as_read(before)?;
        let change = read
            .saying("SET #name = :name, #visibility = :visibility")
            .text(":name", &after.name)
            .value(":visibility", value(after.visibility)?);
        let key = keys::list(before.id);
        let changed = self.table.update(&key, change.when(Some(condition)));
        changed.await?.map(decode).transpose()
    }

    /// Deletes a list as it was read: it is gone at once, and what was in it goes later. `false` when it is not as it
    /// was read.
    pub async fn delete_list(&self, list: &IdeaList) -> Result<bool, Error> {
        let (read, condition) = as_read(list)?;
        let one_fewer = Expression::new("ADD #count :less")
            .name("#count", "count")
            .number(":less", -1);
        let writes = vec![
            delete_if(keys::list(list.id), read.saying(condition)).unless(false),
            delete(keys::owned_list(&list.owner, list.created_at, list.id)),
            update(keys::list_count(&list.owner), one_fewer),
        ];
        self.table.transact(true, writes).await
    }
}

/// The condition that a list is its owner's, with the name and for whom it was read, under what it names.
fn as_read(list: &IdeaList) -> Result<(Expression, &'static str), Error> {
    let read = Expression::default()
        .name("#owner", "owner")
        .text(":owner", list.owner.as_str())
        .name("#name", "name")
        .text(":was_named", &list.name)
        .name("#visibility", "visibility")
        .value(":was_for", value(list.visibility)?);
    let condition = "#owner = :owner AND #name = :was_named AND #visibility = :was_for";
    Ok((read, condition))
}

/// The writes by which a list that is made is one of its owner's, if they may have one more.
pub(super) fn owned<T>(list: &IdeaList) -> [Write<T>; 2] {
    let one_more = Expression::new("ADD #count :one")
        .name("#count", "count")
        .number(":one", 1)
        .number(":most", i64::try_from(LISTS).unwrap_or(i64::MAX));
    let room = "attribute_not_exists(#count) OR #count < :most";
    let counted = update_if(keys::list_count(&list.owner), one_more, room);
    let key = keys::owned_list(&list.owner, list.created_at, list.id);
    [
        put(key.attributes()),
        counted.or_fail(Error::Conflict(Conflict::ListLimit)),
    ]
}
