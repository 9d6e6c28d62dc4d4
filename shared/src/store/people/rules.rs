//! A person's rules (ENGAGEMENT 21-22): whom they block and mute, and who blocks them, as hashes in one item; in 64
//! pages of it where they are very many.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    ids::{PersonHash, UserId},
    people::{Profile, Rules},
};
use jiff::Timestamp;

use super::own::Own;
use crate::{
    error::{Error, Refusal},
    keys::{self, EXPIRES_AT, Key},
    store::Store,
    table::{Anew, Conditional, EXISTS, Expression, Item, Range, Write, update, update_if},
};

/// The attribute of the profile and the rules of somebody who leaves, and of the rules of one who has left.
pub(super) const LEAVING: &str = "leaving";

/// Whether a profile is somebody's who does not leave: nobody is shown, or told of, one who does.
pub(super) fn is_there(profile: &Item) -> bool {
    !profile.contains_key(LEAVING)
}

/// From so many people on, rules lie in pages: 4 KB of hashes, what one consistent read unit reads.
const IN_ONE: usize = 500;

/// A set of people within rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
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
pub(super) struct Kept {
    pub(super) rules: Rules,
    /// Whether whose they are leaves, or has left.
    pub(super) leaving: bool,
    /// Whether they are in pages.
    paged: bool,
    /// How often anything was written in them.
    edition: u64,
}

/// The item of the rules of somebody who joins, and accepts these terms.
pub(super) fn none_yet(user: &UserId, terms: Option<&str>) -> Item {
    let mut item = keys::rules(user).attributes();
    if let Some(version) = terms {
        let version = AttributeValue::S(version.to_owned());
        item.insert("terms_version".to_owned(), version);
    }
    item
}

impl Store {
    /// The rules of the caller of an API function: one consistent Query, one read unit up to some 500 people.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there are none.
    pub async fn rules(&self, user: &UserId) -> Result<Rules, Error> {
        let kept = self.kept(user).await?;
        kept.filter(|kept| !kept.leaving)
            .map(|kept| kept.rules)
            .ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// The profile and the rules of the caller of an API function who is shown themselves: as [`Store::rules`], one
    /// Query.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there are none.
    pub async fn caller(&self, user: &UserId) -> Result<(Profile, Rules), Error> {
        let first = keys::profile(user);
        let range = Range {
            from: Some(first.sk.clone()),
            to: Some(format!("{}#~", keys::RULES)),
            consistent: true,
            ..Range::all(first.pk.clone())
        };
        let items = self.table.query_all(range).await?;
        let own = Own::of(items)?.ok_or(Error::Refused(Refusal::NotJoined))?;
        Ok((own.profile, own.rules))
    }

    /// The rules of whoever looks; none of somebody who has not joined.
    pub async fn rules_if_any(&self, user: &UserId) -> Result<Rules, Error> {
        Ok(self.kept(user).await?.unwrap_or_default().rules)
    }

    /// What somebody who has left, or leaves, left behind of their rules.
    pub(super) async fn left_behind(&self, user: &UserId) -> Result<Option<Kept>, Error> {
        let kept = self.kept(user).await?;
        Ok(kept.filter(|kept| kept.leaving))
    }

    pub(super) async fn kept(&self, user: &UserId) -> Result<Option<Kept>, Error> {
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

    /// The rules of somebody, to be changed: in pages already where one more person would be too many for one item. By
    /// itself, so that a change of two people's rules is never more than a transaction holds.
    pub(super) async fn kept_with_room(&self, user: &UserId) -> Result<Option<Kept>, Error> {
        let mut anew = Anew::standing_on("one's rules");
        loop {
            let kept = self.kept(user).await?;
            let Some(full) = kept.as_ref().filter(|kept| kept.full()) else {
                return Ok(kept);
            };
            if !self.table.transact(true, full.spread(user)).await? {
                anew.begin().await?;
            }
        }
    }
}

/// A change of one set: whose stands in it now, or no longer does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Add(Set, PersonHash),
    Remove(Set, PersonHash),
}

impl Change {
    /// Whether a block is put or taken away: profiles and follows go by that.
    fn parts(self) -> bool {
        let (Self::Add(set, _) | Self::Remove(set, _)) = self;
        set != Set::Mutes
    }

    fn other(self) -> PersonHash {
        let (Self::Add(_, other) | Self::Remove(_, other)) = self;
        other
    }

    /// The update that makes it; `counted` is what it adds beside.
    fn update(self, counted: &str) -> Expression {
        let text = match self {
            Self::Add(set, _) if counted.is_empty() => format!("ADD {} :other", set.attribute()),
            Self::Add(set, _) => format!("ADD {} :other, {counted}", set.attribute()),
            Self::Remove(set, _) if counted.is_empty() => {
                format!("DELETE {} :other", set.attribute())
            }
            Self::Remove(set, _) => format!("ADD {counted} DELETE {} :other", set.attribute()),
        };
        Expression::new(text).value(":other", hashes([self.other()]))
    }
}

impl Kept {
    /// The writes that change them, if nothing was written in them since they were read.
    pub(super) fn changed(&self, user: &UserId, change: Change) -> Vec<Write<bool>> {
        let counted = if change.parts() {
            "edition :one, v :one"
        } else {
            "edition :one"
        };
        if !self.paged {
            return vec![self.as_read(user, change.update(counted)).unless(false)];
        }
        let count = Expression::new(format!("ADD {counted}"));
        let page = keys::rules_page(user, change.other());
        vec![
            self.as_read(user, count).unless(false),
            // Pages change only with the first item, whose edition guards them all.
            update(page, change.update("")),
        ]
    }

    /// The write by which whoever comes back takes up what they left behind, if it is as it was read.
    pub(super) fn taken_up(&self, user: &UserId) -> Conditional {
        let back = format!("REMOVE {LEAVING}, {EXPIRES_AT} ADD edition :one");
        self.as_read(user, Expression::new(back))
    }

    /// The writes, before [`Kept::taken_up`], after which the sweep leaves their pages.
    pub(super) fn pages_kept(&self, user: &UserId) -> Vec<Write<()>> {
        let kept = Expression::new(format!("REMOVE {EXPIRES_AT}"));
        let pages = if self.paged {
            pages(user, &self.rules)
        } else {
            Vec::new()
        };
        let write = |(key, _): (Key, Rules)| update(key, kept.clone());
        pages.into_iter().map(write).collect()
    }

    /// The writes by which somebody who leaves blocks and mutes nobody any more; who blocks them stays known until then.
    pub(super) fn left<T>(&self, user: &UserId, until: Timestamp) -> Vec<Write<T>> {
        let left = format!("SET {LEAVING} = :true, {EXPIRES_AT} = :until REMOVE blocks, mutes");
        let left = Expression::new(left)
            .value(":true", AttributeValue::Bool(true))
            .number(":until", until.as_second());
        let mut keys = vec![keys::rules(user)];
        if self.paged {
            keys.extend(pages(user, &self.rules).into_iter().map(|(key, _)| key));
        }
        let write = |key| update(key, left.clone());
        keys.into_iter().map(write).collect()
    }

    /// Whether one more person may be more than one read unit holds.
    fn full(&self) -> bool {
        !self.paged && self.rules.len() >= IN_ONE
    }

    /// The writes, at most 65, that spread them over pages, if nothing was written in them since they were read.
    fn spread(&self, user: &UserId) -> Vec<Write<bool>> {
        let emptied = "SET paged = :paged REMOVE blocks, blocked_by, mutes ADD edition :one";
        let emptied = Expression::new(emptied).value(":paged", AttributeValue::Bool(true));
        let mut writes = vec![self.as_read(user, emptied).unless(false)];
        for (page, part) in pages(user, &self.rules) {
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

    /// An update of the first item, which adds one to the edition, on condition of the one that was read.
    fn as_read(&self, user: &UserId, change: Expression) -> Conditional {
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
pub(super) fn read(items: &[Item]) -> Kept {
    let mut kept = Kept::default();
    for item in items {
        let number = |name: &str| {
            let text = item.get(name)?.as_n().ok()?;
            text.parse::<u64>().ok()
        };
        kept.rules.version = kept.rules.version.max(number("v").unwrap_or_default());
        kept.edition = kept.edition.max(number("edition").unwrap_or_default());
        kept.paged |= item.contains_key("paged");
        let text = |name: &str| item.get(name)?.as_s().ok();
        if let Some(version) = text("terms_version") {
            kept.rules.terms_version = Some(version.clone());
        }
        if let Some(until) = text("suspended_until") {
            kept.rules.suspended_until = until.parse().ok();
        }
        kept.leaving |= item.contains_key(LEAVING);
        for set in Set::ALL {
            let people = item.get(set.attribute()).and_then(|set| set.as_bs().ok());
            let people = people.into_iter().flatten();
            let people = people.filter_map(|hash| Some(PersonHash(hash.as_ref().try_into().ok()?)));
            set.of_mut(&mut kept.rules).extend(people);
        }
    }
    kept
}
