//! What is in lists is moved there, and said of: each with where its owner keeps it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Idea, Listed, Place, Save},
    ids::{ListId, UserId},
};

use super::{
    ideas::{Deed, Ground, Putting, place_of},
    spot::{last_before, no_room},
};
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{EXISTS, Expression, Range, Write, decode, delete_if, encode, put_new, update_if},
};

/// So many things are moved in one transaction, of three writes each.
const AT_ONCE: usize = 33;

impl Store {
    /// Changes the note and the place of a thing that is in a list.
    pub(super) async fn change_in_list(
        &self,
        put: &Putting,
        save: &Save,
        ground: &Ground,
    ) -> Result<Deed, Error> {
        let Some(place) = put.spot.moves(&save.order, &ground.places)? else {
            return match &put.note {
                Some(note) => self.say_in_list(put, save, note.as_deref()).await,
                None => Ok(Deed::Done),
            };
        };
        if place.is_too_long() {
            let others = ground.places.iter().filter(|one| **one != save.order);
            let others: Vec<_> = others.cloned().collect();
            let behind = last_before(&others, &place);
            return self.space_anew(put, behind).await;
        }
        let mut before = Listed {
            idea: put.idea.clone(),
            note: None,
            added_at: save.at,
        };
        if save.noted {
            let key = keys::listed(put.list, &save.order);
            let Some(item) = self.table.get(&key, true).await? else {
                return Ok(Deed::Moved);
            };
            before = decode(item)?;
        }
        let mut after = before.clone();
        if let Some(note) = &put.note {
            after.note.clone_from(note);
        }
        let places = (&save.order, &place);
        let writes = moved((&put.owner, put.list), (&before, &after), places)?;
        let moved = self.table.transact(true, writes.into()).await?;
        Ok(if moved { Deed::Done } else { Deed::Moved })
    }

    /// Says something else of a thing that is in a list, or nothing.
    async fn say_in_list(
        &self,
        put: &Putting,
        save: &Save,
        note: Option<&str>,
    ) -> Result<Deed, Error> {
        let change = Expression::default().name("#note", "note");
        let change = match note {
            Some(note) => change.saying("SET #note = :note").text(":note", note),
            None => change.saying("REMOVE #note"),
        };
        let key = keys::listed(put.list, &save.order);
        let noted = (&save.order, note.is_some());
        let kept = kept_at(&put.owner, &put.idea, put.list, save, noted);
        let writes = vec![update_if(key, change, EXISTS).unless(false), kept];
        let said = self.table.transact(true, writes).await?;
        Ok(if said { Deed::Done } else { Deed::Moved })
    }

    /// Spaces the things of a list anew that stand behind a place, so that there is room: the last first, each behind
    /// the end, so that they are in order after every write. Then what it was for is to be tried again.
    pub(super) async fn space_anew(
        &self,
        put: &Putting,
        behind: Option<Place>,
    ) -> Result<Deed, Error> {
        let range = Range {
            from: Some(keys::LISTED.to_owned()),
            to: Some(format!("{}~", keys::LISTED)),
            after: behind.as_ref().map(keys::at_place),
            consistent: true,
            ..Range::all(keys::list_collection(put.list))
        };
        let items = self.table.query_all(range).await?.into_iter();
        let found = items.filter_map(|item| Some((place_of(&item)?, decode::<Listed>(item).ok()?)));
        let found: Vec<_> = found.collect();
        let Some((end, _)) = found.last() else {
            return Ok(Deed::Moved);
        };
        let mut spaced = Vec::with_capacity(found.len());
        for ((from, listed), by) in found.iter().zip(1..) {
            let to = end.behind(by).ok_or_else(no_room)?;
            spaced.push((listed, from, to));
        }
        for some in spaced.rchunks(AT_ONCE) {
            let mut writes = Vec::with_capacity(some.len() * 3);
            for (listed, from, to) in some {
                let same = (*listed, *listed);
                writes.extend(moved((&put.owner, put.list), same, (from, to))?);
            }
            if !self.table.transact(true, writes).await? {
                break;
            }
        }
        Ok(Deed::Moved)
    }
}

/// The writes by which a thing moves in a list of its owner's, if it is as it was read.
fn moved(
    (owner, list): (&UserId, ListId),
    (before, after): (&Listed, &Listed),
    (from, to): (&Place, &Place),
) -> Result<[Write<bool>; 3], Error> {
    let left = Expression::default().name("#note", "note");
    let left = match &before.note {
        Some(note) => left
            .saying("attribute_exists(PK) AND #note = :note")
            .text(":note", note),
        None => left.saying("attribute_exists(PK) AND attribute_not_exists(#note)"),
    };
    let save = Save {
        order: from.clone(),
        at: before.added_at,
        noted: before.note.is_some(),
    };
    let there = encode(&keys::listed(list, to), after)?;
    let noted = after.note.is_some();
    Ok([
        delete_if(keys::listed(list, from), left).unless(false),
        put_new(there).unless(false),
        kept_at(owner, &after.idea, list, &save, (to, noted)),
    ])
}

/// The write by which a person keeps a thing elsewhere in a list, with a note or without, if they keep it as it was
/// read.
fn kept_at(
    owner: &UserId,
    idea: &Idea,
    list: ListId,
    before: &Save,
    (to, noted): (&Place, bool),
) -> Write<bool> {
    let was = if before.noted {
        "attribute_exists(#save.#list.#noted)"
    } else {
        "attribute_not_exists(#save.#list.#noted)"
    };
    let change = Expression::default()
        .name("#save", "save")
        .name("#list", &list.to_string())
        .name("#order", "order")
        .name("#noted", "noted")
        .text(":from", before.order.as_str())
        .text(":to", to.as_str());
    let change = if noted {
        let change = change.saying("SET #save.#list.#order = :to, #save.#list.#noted = :true");
        change.value(":true", AttributeValue::Bool(true))
    } else {
        change.saying("SET #save.#list.#order = :to REMOVE #save.#list.#noted")
    };
    let condition = format!("#save.#list.#order = :from AND {was}");
    update_if(keys::acts_at(owner, idea), change, condition).unless(false)
}
