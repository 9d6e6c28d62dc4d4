//! The inbox (ENGAGEMENT 42-44): groups of what others did, each of which holds a person once.
//!
//! A group, its pointer and who is in it change in one transaction, on condition of the group as it was read. Whether
//! somebody belongs into it is asked of what they did by who calls this, before and after: what was written for an act
//! that is taken back meanwhile is taken out again.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    engagement::{Fact, Group, Notice, Pointer, Slot},
    ids::{NoticeId, PersonHash, UserId},
};
use jiff::Timestamp;

use crate::{
    error::{Error, Refusal},
    keys::{self, EXPIRES_AT, Key},
    store::Store,
    table::{
        Anew, EXISTS, Expression, Item, Range, Write, delete, delete_if, encode, put, put_if,
        put_new, readable, update_if, value,
    },
};

/// The attribute of the hashes of a group's people.
const EVERYBODY: &str = "everybody";

/// What a deed at an inbox came to: whether anything was written, or nothing since something is not as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Written,
    Moved,
}

/// The groups of a slot, as far as they were looked for.
struct Found {
    pointer: Option<Pointer>,
    /// That which the pointer points to, if it is there.
    last: Option<Group>,
    /// That which somebody is in.
    holding: Option<Group>,
}

impl Store {
    /// Tells the owner of a slot that somebody did what it is for, at that time; whoever is told of already is not told
    /// of again. Whether anything was written. `read_to` is how far the owner has read.
    pub async fn tell(
        &self,
        slot: &Slot,
        actor: &UserId,
        at: Timestamp,
        read_to: Option<NoticeId>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut anew = Anew::standing_on("an inbox");
        loop {
            let found = self.groups(slot, actor, Some(at)).await?;
            if found.holding.is_some() {
                return Ok(false);
            }
            let (pointer, last) = (found.pointer.as_ref(), found.last);
            let is_open = |group: &Group| {
                let notice = &group.notice;
                !notice.is_read(read_to) && !notice.is_over(at)
            };
            let writes = match last {
                Some(mut group) if is_open(&group) => {
                    // One that begins from here on shuts this one as it was read; one that began before this was read has
                    // shut it already, and somebody may be told of there.
                    let now = self.pointer(slot).await?;
                    if now.map(|now| now.group) != Some(group.notice.id) {
                        anew.begin().await?;
                        continue;
                    }
                    let was_spilled = group.notice.spilled;
                    group.join(actor);
                    changed(slot, &group, was_spilled)?
                }
                last => {
                    let notice = Notice::begun(slot, actor, at, read_to);
                    let everybody = BTreeSet::new();
                    let mut group = Group { notice, everybody };
                    group.join(actor);
                    let mut writes = begun(slot, &group, pointer, now)?;
                    // Whoever found it open before it was read must look again; for whom it is over, it was so then.
                    if let Some(last) = last.filter(|last| !last.notice.is_over(at)) {
                        writes.push(shut(slot, &last.notice));
                    }
                    writes
                }
            };
            if self.table.transact(Kept::Written, writes).await? == Kept::Written {
                return Ok(true);
            }
            anew.begin().await?;
        }
    }

    /// Tells the owner of a slot a fact of that time, unless it is what they were told last, or one that comes about once
    /// and was told before. `false` when what they were told is not as it was read: whether it is still so must be asked
    /// anew.
    pub async fn tell_fact(
        &self,
        slot: &Slot,
        fact: Fact,
        at: Timestamp,
        read_to: Option<NoticeId>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let pointer = self.pointer(slot).await?;
        if let Some(pointer) = &pointer {
            let former = pointer.former.iter().filter(|_| fact.is_once());
            for id in [&pointer.group].into_iter().chain(former) {
                let told = self.group(&slot.owner, *id).await?;
                if told.is_some_and(|told| told.notice.fact.as_ref() == Some(&fact)) {
                    return Ok(true);
                }
            }
        }
        let notice = Notice::of(slot, fact, at, read_to);
        let everybody = BTreeSet::new();
        let writes = begun(slot, &Group { notice, everybody }, pointer.as_ref(), now)?;
        Ok(self.table.transact(Kept::Written, writes).await? == Kept::Written)
    }

    /// Tells the owner of a slot no longer of somebody. Whether anything was written.
    pub async fn untell(&self, slot: &Slot, actor: &UserId) -> Result<bool, Error> {
        let (mut written, mut anew) = (false, Anew::standing_on("an inbox"));
        loop {
            let found = self.groups(slot, actor, None).await?;
            let Some(mut group) = found.holding else {
                return Ok(written);
            };
            let was_spilled = group.notice.spilled;
            group.leave(actor);
            let writes = if group.is_empty() {
                gone(slot, &group.notice, found.pointer.as_ref())?
            } else {
                changed(slot, &group, was_spilled)?
            };
            if self.table.transact(Kept::Written, writes).await? == Kept::Written {
                written = true;
            } else {
                anew.begin().await?;
            }
        }
    }

    /// Tells the owner of a slot of nobody any more: its subject is gone. Whether anything was written.
    pub async fn untell_all(&self, slot: &Slot) -> Result<bool, Error> {
        let mut anew = Anew::standing_on("an inbox");
        let Some(pointer) = self.pointer(slot).await? else {
            return Ok(false);
        };
        let mut written = false;
        for id in pointer.former.iter().rev().chain([&pointer.group]) {
            while let Some(group) = self.group(&slot.owner, *id).await? {
                let writes = gone(slot, &group.notice, Some(&pointer))?;
                if self.table.transact(Kept::Written, writes).await? == Kept::Written {
                    written = true;
                } else {
                    anew.begin().await?;
                }
            }
        }
        Ok(written)
    }

    /// The groups of a slot: the last, and that which somebody is in who did something at that time, or at any.
    async fn groups(
        &self,
        slot: &Slot,
        actor: &UserId,
        at: Option<Timestamp>,
    ) -> Result<Found, Error> {
        let mut found = Found {
            pointer: self.pointer(slot).await?,
            last: None,
            holding: None,
        };
        let Some(pointer) = &found.pointer else {
            return Ok(found);
        };
        let last = self.group(&slot.owner, pointer.group).await?;
        if let Some(last) = last {
            if last.holds(actor) {
                found.holding = Some(last);
                return Ok(found);
            }
            found.last = Some(last);
        }
        for id in pointer.others(at) {
            let group = self.group(&slot.owner, *id).await?;
            if let Some(group) = group.filter(|group| group.holds(actor)) {
                found.holding = Some(group);
                break;
            }
        }
        Ok(found)
    }

    async fn pointer(&self, slot: &Slot) -> Result<Option<Pointer>, Error> {
        self.table.read(&pointer_of(slot), true).await
    }

    async fn group(&self, owner: &UserId, id: NoticeId) -> Result<Option<Group>, Error> {
        let key = keys::notice(owner, id);
        let Some(notice) = self.table.read::<Notice>(&key, true).await? else {
            return Ok(None);
        };
        let everybody = if notice.spilled {
            let item = self.table.get(&keys::told(owner, id), true).await?;
            item.as_ref().map(everybody).unwrap_or_default()
        } else {
            BTreeSet::new()
        };
        Ok(Some(Group { notice, everybody }))
    }

    /// Up to `limit` notices of an inbox before one, newest first, from `oldest` on; and whether there are more.
    pub async fn notices(
        &self,
        owner: &UserId,
        before: Option<NoticeId>,
        oldest: NoticeId,
        limit: usize,
    ) -> Result<(Vec<Notice>, bool), Error> {
        // DynamoDB refuses a start outside the range that is asked for.
        if before.is_some_and(|before| before <= oldest) {
            return Ok((Vec::new(), false));
        }
        let range = Range {
            from: Some(oldest.to_string()),
            to: Some(keys::NEWEST_NOTICE.to_owned()),
            after: before.map(|before| before.to_string()),
            descending: true,
            limit: Some(limit),
            ..Range::all(keys::inbox_of(owner))
        };
        let found = self.table.query(&range).await?;
        let more = found.more && !found.items.is_empty();
        Ok((readable(found.items), more))
    }

    /// Whether an inbox has this notice.
    pub async fn has_notice(&self, owner: &UserId, id: NoticeId) -> Result<bool, Error> {
        let item = self.table.get(&keys::notice(owner, id), false).await?;
        Ok(item.is_some())
    }

    /// Everybody of those of these notices that have more people than they name.
    pub async fn told(
        &self,
        owner: &UserId,
        notices: impl IntoIterator<Item = &Notice>,
    ) -> Result<HashMap<NoticeId, BTreeSet<PersonHash>>, Error> {
        let spilled = notices.into_iter().filter(|notice| notice.spilled);
        let ids: HashMap<_, _> = spilled
            .map(|notice| (keys::told(owner, notice.id), notice.id))
            .collect();
        let items = self.table.get_all(ids.keys().cloned().collect()).await?;
        let read = items.iter().filter_map(|item| {
            let id = ids.get(&Key::of(item)?)?;
            Some((*id, everybody(item)))
        });
        Ok(read.collect())
    }

    /// Notes that a person has read their inbox up to a notice; never less than before.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`].
    pub async fn read_up_to(&self, owner: &UserId, id: NoticeId) -> Result<(), Error> {
        let set = Expression::new("SET read_to = :id").value(":id", value(id)?);
        let further = format!("{EXISTS} AND (attribute_not_exists(read_to) OR read_to < :id)");
        let key = keys::profile(owner);
        if self
            .table
            .update(&key, set.when(Some(&further)))
            .await?
            .is_none()
        {
            // It was read as far before; or nobody is there.
            let there = self.table.get(&key, true).await?;
            there.ok_or(Error::Refused(Refusal::NotJoined))?;
        }
        Ok(())
    }
}

fn pointer_of(slot: &Slot) -> Key {
    keys::open_notice(&slot.owner, slot.kind.name(), &slot.subject.to_string())
}

/// The writes of a group in which somebody is, or is no more, if it is as it was read.
fn changed(slot: &Slot, group: &Group, was_spilled: bool) -> Result<Vec<Write<Kept>>, Error> {
    let notice = Notice {
        edition: group.notice.edition + 1,
        ..group.notice.clone()
    };
    let item = encode(&keys::notice(&slot.owner, notice.id), &notice)?;
    let as_read = as_read(&group.notice);
    let mut writes = vec![put_if(item, as_read).unless(Kept::Moved)];
    if notice.spilled || was_spilled {
        writes.push(beside(&slot.owner, group));
    }
    Ok(writes)
}

/// The write of everybody in a group.
fn beside(owner: &UserId, group: &Group) -> Write<Kept> {
    let key = keys::told(owner, group.notice.id);
    if group.everybody.is_empty() {
        return delete(key);
    }
    let mut item = key.attributes();
    let hashes = group.everybody.iter().map(|who| Blob::new(who.0));
    item.insert(EVERYBODY.to_owned(), AttributeValue::Bs(hashes.collect()));
    let expires_at = AttributeValue::N(group.notice.expires_at.to_string());
    item.insert(EXPIRES_AT.to_owned(), expires_at);
    put(item)
}

/// The writes by which a group begins, if the last one of its slot is still that which was read.
fn begun(
    slot: &Slot,
    group: &Group,
    before: Option<&Pointer>,
    now: Timestamp,
) -> Result<Vec<Write<Kept>>, Error> {
    let id = group.notice.id;
    let item = encode(&keys::notice(&slot.owner, id), &group.notice)?;
    let pointer = encode(&pointer_of(slot), &Pointer::to(id, now, before))?;
    let pointer = match before {
        None => put_new(pointer),
        Some(before) => put_if(pointer, leads_to(before.group)?),
    };
    Ok(vec![
        put_new(item).unless(Kept::Moved),
        pointer.unless(Kept::Moved),
    ])
}

/// The write after which nobody who read a group before can change it.
fn shut(slot: &Slot, notice: &Notice) -> Write<Kept> {
    let edition = i64::try_from(notice.edition).unwrap_or(i64::MAX);
    let change = Expression::new("ADD edition :one")
        .number(":one", 1)
        .number(":edition", edition);
    let key = keys::notice(&slot.owner, notice.id);
    update_if(key, change, "edition = :edition").unless(Kept::Moved)
}

/// The writes by which a group goes, with its pointer where that points to no other.
fn gone(
    slot: &Slot,
    notice: &Notice,
    pointer: Option<&Pointer>,
) -> Result<Vec<Write<Kept>>, Error> {
    let key = keys::notice(&slot.owner, notice.id);
    let mut writes = vec![delete_if(key, as_read(notice)).unless(Kept::Moved)];
    if notice.spilled {
        writes.push(delete(keys::told(&slot.owner, notice.id)));
    }
    let only =
        pointer.is_some_and(|pointer| pointer.group == notice.id && pointer.former.is_empty());
    if only {
        let same = leads_to(notice.id)?;
        writes.push(delete_if(pointer_of(slot), same).unless(Kept::Moved));
    }
    Ok(writes)
}

/// That a pointer leads to a group.
fn leads_to(group: NoticeId) -> Result<Expression, Error> {
    let same = Expression::new("#group = :group").name("#group", "group");
    Ok(same.value(":group", value(group)?))
}

fn as_read(notice: &Notice) -> Expression {
    let edition = i64::try_from(notice.edition).unwrap_or(i64::MAX);
    Expression::new("edition = :edition").number(":edition", edition)
}

/// The hashes of an item of everybody in a group.
fn everybody(item: &Item) -> BTreeSet<PersonHash> {
    let hashes = item.get(EVERYBODY).and_then(|hashes| hashes.as_bs().ok());
    let hashes = hashes.into_iter().flatten();
    let hashes = hashes.filter_map(|hash| Some(PersonHash(hash.as_ref().try_into().ok()?)));
    hashes.collect()
}
