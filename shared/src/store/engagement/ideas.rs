//! What is in lists (ENGAGEMENT 25-28): a thing comes to one, moves in it, and leaves it, each with the list's count, with
//! where its owner keeps it, and with how many people do.

use std::collections::BTreeMap;

use domain::{
    engagement::{Acts, Count, Heat, IDEAS, Idea, IdeaList, Listed, Place, Save, Visibility},
    ids::{ListId, UserId},
    people::Actor,
    posts::PostStatus,
};
use jiff::Timestamp;

use super::{
    Act, Counted,
    lists::owned,
    spot::{Spot, last_before},
};
use crate::{
    error::{Conflict, Error, Refusal},
    keys,
    store::Store,
    table::{
        Anew, EXISTS, Expression, Found, Item, Range, Write, decode, delete, delete_there, encode,
        put_new, update_if, value,
    },
};

/// In which of a person's lists a thing is, and where.
pub type Saves = BTreeMap<ListId, Save>;

/// A thing that is to be in a list of somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Putting {
    /// Whose.
    pub owner: UserId,
    /// Which list.
    pub list: ListId,
    /// Which thing.
    pub idea: Idea,
    /// What is said of it; `None` where that stays as it is.
    pub note: Option<Option<String>>,
    /// Where.
    pub spot: Spot,
}

/// What that stands on, as it was read.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The list.
    pub list: Option<IdeaList>,
    /// Where its owner keeps the thing.
    pub saves: Saves,
    /// Where things stand around the spot, in order.
    pub(super) places: Vec<Place>,
    /// How the counts of the thing are kept; `None` where it is not there.
    pub heat: Option<Heat>,
}

/// What a try comes to.
pub(super) enum Deed {
    /// All is as it should be.
    Done,
    /// It is not as it was read.
    Moved,
}

impl Store {
    /// What putting a thing into a list stands on, save the thing itself; as of every write acknowledged before where it
    /// is to be exact. One round.
    pub async fn ground(&self, put: &Putting, exact: bool) -> Result<Ground, Error> {
        let (list, saves, places) = futures::try_join!(
            self.list_now(put.list),
            self.saves(&put.owner, &put.idea, exact),
            self.places_around(put, exact)
        )?;
        Ok(Ground {
            list,
            saves,
            places,
            heat: None,
        })
    }

    /// In which of their lists a person keeps a thing.
    pub async fn saves(&self, user: &UserId, idea: &Idea, exact: bool) -> Result<Saves, Error> {
        let key = keys::acts_at(user, idea);
        let acts: Option<Acts> = self.table.read(&key, exact).await?;
        Ok(acts.map(|acts| acts.save).unwrap_or_default())
    }

    /// How the counts of a thing are kept, as of every write acknowledged before; `None` where it cannot be saved.
    pub async fn savable(&self, idea: &Idea) -> Result<Option<Heat>, Error> {
        Ok(match idea {
            Idea::Product(product) => self.product_now(product).await?.map(|found| found.heat()),
            Idea::Post(post) => {
                let found = self.post_now(*post).await?;
                let found = found.filter(|post| post.status == PostStatus::Published);
                found.map(|post| post.heat())
            }
        })
    }

    /// How the counts of a thing are kept that is there, whoever sees it.
    pub(super) async fn counted_at(&self, idea: &Idea) -> Result<Option<Heat>, Error> {
        let item = self.table.get(&keys::thing(&idea.thing()), true).await?;
        Ok(item.as_ref().map(super::counts::heat_of))
    }

    /// Where things stand at the front or the end of a list, or from its front to beyond a position. At an end a read
    /// that is some moments old does no harm: whoever stands there meanwhile is met.
    async fn places_around(&self, put: &Putting, exact: bool) -> Result<Vec<Place>, Error> {
        let most = usize::try_from(IDEAS).unwrap_or(usize::MAX);
        let (limit, consistent) = match put.spot {
            Spot::Front | Spot::End => (1, exact),
            Spot::At(0) => (2, exact),
            // With itself before that place, and what comes after.
            Spot::At(position) => (position.min(most) + 2, true),
        };
        let range = Range {
            from: Some(keys::LISTED.to_owned()),
            to: Some(format!("{}~", keys::LISTED)),
            descending: put.spot == Spot::End,
            limit: Some(limit),
            consistent,
            ..Range::all(keys::list_collection(put.list))
        };
        let found = self.table.query_all(range).await?;
        Ok(found.iter().filter_map(place_of).collect())
    }

    /// Puts a thing into a list of the actor's, once; or changes its note and its place there. The list of hearts is made by the first
    /// that comes to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the list is gone, or the thing; [`Conflict::ListFull`], [`Conflict::ListLimit`].
    pub async fn put_into_list(
        &self,
        actor: &Actor,
        put: &Putting,
        mut ground: Ground,
        now: Timestamp,
    ) -> Result<(), Error> {
        if *actor.id() != put.owner {
            return Err(Error::Refused(Refusal::NotOwner));
        }
        let mut anew = Anew::standing_on("the list");
        loop {
            let deed = match ground.saves.get(&put.list) {
                Some(save) => self.change_in_list(put, save, &ground).await?,
                None => self.add_to_list(put, &ground, now).await?,
            };
            if matches!(deed, Deed::Done) {
                return Ok(());
            }
            anew.begin().await?;
            let heat = self.savable(&put.idea);
            let (read, heat) = futures::try_join!(self.ground(put, true), heat)?;
            ground = Ground { heat, ..read };
        }
    }

    async fn add_to_list(
        &self,
        put: &Putting,
        ground: &Ground,
        now: Timestamp,
    ) -> Result<Deed, Error> {
        let heat = ground.heat.ok_or(Error::NotFound)?;
        let (list, is_new) = match &ground.list {
            Some(list) if list.owner == put.owner => (list.clone(), false),
            None if put.list == ListId::of_hearts(&put.owner) => {
                (IdeaList::of_hearts(&put.owner, now), true)
            }
            Some(_) | None => return Err(Error::NotFound),
        };
        if list.count >= IDEAS {
            return Err(Error::Conflict(Conflict::ListFull));
        }
        let place = put.spot.among(&ground.places)?;
        if place.is_too_long() {
            let behind = last_before(&ground.places, &place);
            return self.space_anew(put, behind).await;
        }
        let listed = Listed {
            idea: put.idea.clone(),
            note: put.note.clone().flatten(),
            added_at: now,
        };
        let listed = encode(&keys::listed(put.list, &place), &listed)?;
        let mut saves = ground.saves.clone();
        let save = Save {
            order: place,
            at: now,
            noted: put.note.as_ref().is_some_and(Option::is_some),
        };
        saves.insert(put.list, save);
        let relation = || {
            let mut writes = vec![
                put_new(listed.clone()).unless(Act::Moved),
                saved(&put.owner, &put.idea, &ground.saves, &saves)?,
            ];
            if is_new {
                let list = IdeaList {
                    count: 1,
                    ..list.clone()
                };
                writes.push(put_new(encode(&keys::list(list.id), &list)?).unless(Act::Moved));
                writes.extend(owned(&list));
            } else {
                let most = i64::try_from(IDEAS).unwrap_or(i64::MAX);
                let more = counted(1).number(":most", most);
                let more = more
                    .text(":owner", put.owner.as_str())
                    .name("#owner", "owner");
                let room = "#owner = :owner AND #count < :most";
                writes.push(update_if(keys::list(list.id), more, room).unless(Act::Moved));
            }
            Ok(writes)
        };
        let moves = vec![(Count::Saves, 1)];
        let mut first = Vec::new();
        if ground.saves.is_empty() {
            let thing = put.idea.thing();
            first.push(match put.idea {
                Idea::Post(_) => Counted::post(thing, heat, moves)?,
                Idea::Product(_) => Counted::there(thing, heat, moves),
            });
        }
        Ok(match self.act((), relation, &mut first).await? {
            Act::Came(()) => Deed::Done,
            Act::Moved => Deed::Moved,
        })
    }

    /// Takes a thing out of a list of somebody's, once: as it was read, or as it is now. What is told of that its list
    /// holds it goes too where that is asked for.
    pub async fn take_out_of_list(
        &self,
        (owner, list): (&UserId, ListId),
        idea: &Idea,
        read: Option<Ground>,
        told: bool,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the list");
        let mut ground = match read {
            Some(ground) => ground,
            None => self.whole_ground(owner, list, idea).await?,
        };
        while let Some(save) = ground.saves.get(&list) {
            let mut left = ground.saves.clone();
            left.remove(&list);
            let relation = || {
                let mut writes = vec![
                    delete_there(keys::listed(list, &save.order)).unless(Act::Moved),
                    saved(owner, idea, &ground.saves, &left)?,
                ];
                if ground.list.is_some() {
                    let fewer = update_if(keys::list(list), counted(-1), EXISTS);
                    writes.push(fewer.unless(Act::Moved));
                }
                if told {
                    writes.extend(untold(idea, save.at, list));
                }
                Ok(writes)
            };
            let mut last = Vec::new();
            if let Some(heat) = ground.heat.filter(|_| left.is_empty()) {
                let moves = vec![(Count::Saves, -1)];
                last.push(Counted::there(idea.thing(), heat, moves));
            }
            if self.act((), relation, &mut last).await? == Act::Came(()) {
                return Ok(());
            }
            anew.begin().await?;
            ground = self.whole_ground(owner, list, idea).await?;
        }
        Ok(())
    }

    async fn whole_ground(
        &self,
        owner: &UserId,
        list: ListId,
        idea: &Idea,
    ) -> Result<Ground, Error> {
        let (list, saves, heat) = futures::try_join!(
            self.list_now(list),
            self.saves(owner, idea, true),
            self.counted_at(idea)
        )?;
        let places = Vec::new();
        Ok(Ground {
            list,
            saves,
            places,
            heat,
        })
    }

    /// Up to `limit` of the things in a list, in its order, after a place; with theirs, and whether there are more.
    pub async fn ideas(
        &self,
        list: ListId,
        after: Option<&Place>,
        limit: usize,
        exact: bool,
    ) -> Result<(Vec<(Place, Listed)>, bool), Error> {
        let range = Range {
            from: Some(keys::LISTED.to_owned()),
            to: Some(format!("{}~", keys::LISTED)),
            after: after.map(keys::at_place),
            limit: Some(limit),
            consistent: exact,
            ..Range::all(keys::list_collection(list))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let items = items.into_iter();
        let found = items.filter_map(|item| Some((place_of(&item)?, decode(item).ok()?)));
        Ok((found.collect(), more))
    }
}

/// The place of what is in a list.
pub(super) fn place_of(item: &Item) -> Option<Place> {
    let key = keys::Key::of(item)?;
    Place::parse(key.sk.strip_prefix(keys::LISTED)?)
}

/// The write of where a person keeps a thing, if that is as it was read.
fn saved<T>(
    owner: &UserId,
    idea: &Idea,
    before: &Saves,
    after: &Saves,
) -> Result<Write<Act<T>>, Error> {
    let change = Expression::default().name("#save", "save");
    let change = if after.is_empty() {
        change.saying("REMOVE #save")
    } else {
        let change = change.saying("SET #save = :after");
        change.value(":after", value(after)?)
    };
    let (change, condition) = if before.is_empty() {
        (change, "attribute_not_exists(#save)")
    } else {
        (change.value(":before", value(before)?), "#save = :before")
    };
    let key = keys::acts_at(owner, idea);
    Ok(update_if(key, change, condition).unless(Act::Moved))
}

/// The update of how many things are in a list.
fn counted(by: i64) -> Expression {
    Expression::new("SET #count = #count + :by")
        .name("#count", "count")
        .number(":by", by)
}

/// The writes by which nothing tells any more that a list holds a thing.
pub(super) fn untold<T>(idea: &Idea, since: Timestamp, list: ListId) -> [Write<T>; 2] {
    Visibility::ALL.map(|visibility| delete(keys::in_list(idea, visibility, since, list)))
}
