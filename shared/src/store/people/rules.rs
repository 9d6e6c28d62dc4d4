//! A person's rules (ENGAGEMENT 21-22): whom they block and mute, and who blocks them, as hashes in one item; in 64
//! pages of it where they are very many.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    ids::{PersonHash, UserId},
    people::{MOST, Rules},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Conflict, Error, Refusal},
    keys::{self, Key},
    store::Store,
    table::{
        Anew, Conditional, EXISTS, Expression, Item, Range, Write, delete_there, encode, put_new,
        update, update_if,
    },
};

/// From so many people on, rules lie in pages: 4 KB of hashes, what one consistent read unit reads.
const IN_ONE: usize = 500;

/// As it is told in the list of whom one blocks, or mutes.
#[derive(Serialize, Deserialize)]
struct Since {
    since: Timestamp,
}

/// A set of people within rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Blocks,
    BlockedBy,
    Mutes,
}

impl Set {
    const ALL: [Self; 3] = [Self::Blocks, Self::BlockedBy, Self::Mutes];

    fn attribute(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::BlockedBy => "blocked_by",
            Self::Mutes => "mutes",
        }
    }

    fn of(self, rules: &Rules) -> &HashSet<PersonHash> {
        match self {
            Self::Blocks => &rules.blocks,
            Self::BlockedBy => &rules.blocked_by,
            Self::Mutes => &rules.mutes,
        }
    }

    fn of_mut(self, rules: &mut Rules) -> &mut HashSet<PersonHash> {
        match self {
            Self::Blocks => &mut rules.blocks,
            Self::BlockedBy => &mut rules.blocked_by,
            Self::Mutes => &mut rules.mutes,
        }
    }
}

/// Rules as they lie in the table.
#[derive(Debug, Default)]
struct Kept {
    rules: Rules,
    /// Whether they are in pages.
    paged: bool,
    /// How often anything was written in them.
    edition: u64,
}

/// The item of the rules of somebody who joins.
pub(super) fn none_yet(user: &UserId) -> Item {
    keys::rules(user).attributes()
}

impl Store {
    /// The rules of the caller of an API function: one consistent Query, one read unit up to some 500 people.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there are none.
    pub async fn rules(&self, user: &UserId) -> Result<Rules, Error> {
        let kept = self.kept(user).await?;
        kept.map(|kept| kept.rules)
            .ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// The rules of whoever looks; none of somebody who has not joined.
    pub async fn rules_if_any(&self, user: &UserId) -> Result<Rules, Error> {
        Ok(self.kept(user).await?.unwrap_or_default().rules)
    }

    async fn kept(&self, user: &UserId) -> Result<Option<Kept>, Error> {
        let first = keys::rules(user);
        let range = Range {
            from: Some(keys::RULES.to_owned()),
            to: Some(format!("{}#~", keys::RULES)),
            consistent: true,
            ..Range::all(first.pk)
        };
        let items = self.table.query_all(range).await?;
        Ok((!items.is_empty()).then(|| read(&items)))
    }

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
        let (mine, theirs) = futures::try_join!(self.kept(me), self.kept(other))?;
        let mine = mine.ok_or(Error::Refused(Refusal::NotJoined))?;
        let theirs = theirs.ok_or(Error::NotFound)?;
        if mine.rules.blocks(other) {
            return Ok(true);
        }
        if mine.rules.blocks.len() as u64 >= MOST {
            return Err(Error::Conflict(Conflict::BlockLimit));
        }
        let edge = encode(&keys::blocked(me, other), &Since { since: now })?;
        let mut writes = vec![put_new(edge).unless(false)];
        writes.extend(mine.changed(me, Change::add(Set::Blocks, other.hash())));
        writes.extend(theirs.changed(other, Change::add(Set::BlockedBy, me.hash())));
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
            let (mine, theirs) = futures::try_join!(self.kept(me), self.kept(other))?;
            let mine = mine.ok_or(Error::Refused(Refusal::NotJoined))?;
            if !mine.rules.blocks(other) {
                return Ok(());
            }
            let mut writes = vec![delete_there(keys::blocked(me, other)).unless(false)];
            writes.extend(mine.changed(me, Change::remove(Set::Blocks, other.hash())));
            writes.push(seen_anew(me).unless(false));
            if let Some(theirs) = theirs {
                writes.extend(theirs.changed(other, Change::remove(Set::BlockedBy, me.hash())));
                writes.push(seen_anew(other).unless(false));
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
            let mine = self.kept(me).await?;
            let mine = mine.ok_or(Error::Refused(Refusal::NotJoined))?;
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
                    (edge, Change::add(Set::Mutes, other.hash()))
                }
                None => (delete_there(key), Change::remove(Set::Mutes, other.hash())),
            };
            let mut writes = vec![edge.unless(false)];
            writes.extend(mine.changed(me, change));
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

/// The write by which a profile knows that a block of theirs, or against them, changed: no follow that stands on how it
/// was before can be made any more.
fn seen_anew(who: &UserId) -> Conditional {
    let change = Expression::new("ADD v :one").number(":one", 1);
    update_if(keys::profile(who), change, EXISTS)
}

/// A change of one set.
#[derive(Debug, Clone, Copy)]
struct Change {
    set: Set,
    other: PersonHash,
    verb: &'static str,
}

impl Change {
    fn add(set: Set, other: PersonHash) -> Self {
        let verb = "ADD";
        Self { set, other, verb }
    }

    fn remove(set: Set, other: PersonHash) -> Self {
        let verb = "DELETE";
        Self { set, other, verb }
    }

    /// Whether a block is put or taken away: profiles and follows go by that.
    fn parts(self) -> bool {
        self.set != Set::Mutes
    }

    fn expression(self, also: &str) -> Expression {
        let set = self.set.attribute();
        let text = match self.verb {
            "ADD" if also.is_empty() => format!("ADD {set} :other"),
            "ADD" => format!("ADD {set} :other, {also}"),
            verb if also.is_empty() => format!("{verb} {set} :other"),
            verb => format!("ADD {also} {verb} {set} :other"),
        };
        Expression::new(text).value(":other", hashes([self.other]))
    }
}

impl Kept {
    /// The writes that change them, if nothing was written in them since they were read. Where they outgrow one item
    /// they are spread over pages at once.
    fn changed(&self, user: &UserId, change: Change) -> Vec<Write<bool>> {
        let counted = if change.parts() {
            "edition :one, v :one"
        } else {
            "edition :one"
        };
        let as_read = |change: Expression| {
            let (change, condition) = match self.edition {
                0 => (change, "attribute_not_exists(edition)"),
                edition => {
                    let edition = i64::try_from(edition).unwrap_or(i64::MAX);
                    (change.number(":edition", edition), "edition = :edition")
                }
            };
            let change = change.number(":one", 1);
            update_if(
                keys::rules(user),
                change,
                format!("{EXISTS} AND {condition}"),
            )
        };
        if self.paged {
            let page = keys::rules_page(user, change.other);
            return vec![
                as_read(Expression::new(format!("ADD {counted}"))).unless(false),
                // Pages change only with the first item, whose edition guards them all.
                update(page, change.expression("")),
            ];
        }
        if self.rules.len() < IN_ONE {
            return vec![as_read(change.expression(counted)).unless(false)];
        }
        let mut rules = self.rules.clone();
        change.apply(&mut rules);
        let emptied = Expression::new(format!(
            "SET paged = :paged REMOVE blocks, blocked_by, mutes ADD {counted}"
        ))
        .value(":paged", AttributeValue::Bool(true));
        let mut writes = vec![as_read(emptied).unless(false)];
        for (page, part) in pages(user, &rules) {
            let sets = Set::ALL.into_iter().filter(|set| !set.of(&part).is_empty());
            let (mut texts, mut named) = (Vec::new(), Expression::default());
            for set in sets {
                let name = set.attribute();
                texts.push(format!("{name} = :{name}"));
                named = named.value(&format!(":{name}"), hashes(set.of(&part).iter().copied()));
            }
            let set = named.saying(format!("SET {}", texts.join(", ")));
            writes.push(update(page, set));
        }
        writes
    }
}

impl Change {
    fn apply(self, rules: &mut Rules) {
        let set = self.set.of_mut(rules);
        if self.verb == "ADD" {
            set.insert(self.other);
        } else {
            set.remove(&self.other);
        }
    }
}

/// The pages of rules, each with its part of them.
fn pages(user: &UserId, rules: &Rules) -> Vec<(Key, Rules)> {
    let mut pages: BTreeMap<String, (Key, Rules)> = BTreeMap::new();
    for set in Set::ALL {
        for person in set.of(rules) {
            let key = keys::rules_page(user, *person);
            let page = pages.entry(key.sk.clone());
            let (_, part) = page.or_insert_with(|| (key, Rules::default()));
            set.of_mut(part).insert(*person);
        }
    }
    pages.into_values().collect()
}

fn hashes(people: impl IntoIterator<Item = PersonHash>) -> AttributeValue {
    let blobs = people.into_iter().map(|person| Blob::new(person.0));
    AttributeValue::Bs(blobs.collect())
}

/// The rules of these items.
fn read(items: &[Item]) -> Kept {
    let mut kept = Kept::default();
    for item in items {
        let number = |name: &str| {
            let text = item.get(name)?.as_n().ok()?;
            text.parse::<u64>().ok()
        };
        kept.rules.version = kept.rules.version.max(number("v").unwrap_or_default());
        kept.edition = kept.edition.max(number("edition").unwrap_or_default());
        kept.paged |= item.contains_key("paged");
        for set in Set::ALL {
            let people = item.get(set.attribute()).and_then(|set| set.as_bs().ok());
            let people = people.into_iter().flatten();
            let people = people.filter_map(|hash| Some(PersonHash(hash.as_ref().try_into().ok()?)));
            set.of_mut(&mut kept.rules).extend(people);
        }
    }
    kept
}
