//! Which lists hold a thing (ENGAGEMENT 29): kept beside it, as lists and what is in them change; and how lists that are
//! gone, and posts that are gone, leave nothing behind.

use domain::{
    engagement::{Idea, Place, Visibility},
    ids::{ListId, PostId, UserId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ideas::untold, lists::ListPlace};
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{
        Anew, Expression, Found, Item, Range, Write, check, decode, delete, encode, put, value,
    },
};

/// That a list holds a thing.
#[derive(Serialize, Deserialize)]
struct InList {
    owner: UserId,
}

/// What is left to be done after a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// Nothing.
    Last,
    /// Go on after this place of the list.
    After(Place),
}

impl Store {
    /// Has it told at a thing that this list of its owner's holds it since then, to whom the list is shown; or no longer.
    /// A post that is gone leaves the list.
    pub async fn tell_of_list(
        &self,
        (owner, list): (&UserId, ListId),
        idea: &Idea,
        since: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the list");
        let id = list;
        loop {
            let (list, saves, there) = futures::try_join!(
                self.list_now(id),
                self.saves(owner, idea, true),
                self.counted_at(idea)
            )?;
            let save = saves.get(&id).filter(|save| save.at == since);
            if save.is_some() && there.is_none() && matches!(idea, Idea::Post(_)) {
                let list = (owner, id);
                return self.take_out_of_list(list, idea, None, true).await;
            }
            let visibility = list.filter(|list| list.owner == *owner);
            let visibility = visibility.map(|list| list.visibility);
            let mut writes = Vec::new();
            match visibility.filter(|_| save.is_some()) {
                Some(shown) => {
                    let owner = owner.clone();
                    for other in Visibility::ALL {
                        let key = keys::in_list(idea, other, since, id);
                        writes.push(if other == shown {
                            let owner = owner.clone();
                            put(encode(&key, &InList { owner })?)
                        } else {
                            delete(key)
                        });
                    }
                    writes.push(kept(&owner, idea, id, since, true)?);
                    let same = Expression::new("#visibility = :visibility")
                        .name("#visibility", "visibility")
                        .value(":visibility", value(shown)?);
                    writes.push(check(keys::list(id), same).unless(false));
                }
                None => {
                    writes.extend(untold(idea, since, id));
                    writes.push(if visibility.is_some() {
                        kept(owner, idea, id, since, false)?
                    } else {
                        let gone = Expression::new("attribute_not_exists(PK)");
                        check(keys::list(id), gone).unless(false)
                    });
                }
            }
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// The same for up to `limit` things of a list, in its order, after a place.
    pub async fn tell_of_all_in_list(
        &self,
        list: (&UserId, ListId),
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Slice, Error> {
        let (found, more) = self.ideas(list.1, after, limit, true).await?;
        for (_, listed) in &found {
            self.tell_of_list(list, &listed.idea, listed.added_at)
                .await?;
        }
        let last = found.into_iter().next_back().filter(|_| more);
        Ok(last.map_or(Slice::Last, |(place, _)| Slice::After(place)))
    }

    /// Takes up to `limit` things out of a list that is gone, with what is told of them. Whether more are left.
    pub async fn empty_list(
        &self,
        (owner, list): (&UserId, ListId),
        limit: usize,
    ) -> Result<bool, Error> {
        let (found, more) = self.ideas(list, None, limit, true).await?;
        for (place, listed) in found {
            let idea = &listed.idea;
            self.take_out_of_list((owner, list), idea, None, true)
                .await?;
            // What its owner did there may be gone already: then nothing is counted any more.
            self.table.delete(&keys::listed(list, &place)).await?;
            self.untell_of_list(list, idea, listed.added_at).await?;
        }
        Ok(more)
    }

    /// Takes a post that is gone out of up to `limit` of the lists that hold it. Whether more are left.
    pub async fn take_post_out_of_lists(&self, post: PostId, limit: usize) -> Result<bool, Error> {
        let idea = Idea::Post(post);
        let range = Range {
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::lists_with(&idea))
        };
        let Found { items, more } = self.table.query(&range).await?;
        for item in items {
            let Some((_, since, list)) = told_in(&item) else {
                continue;
            };
            let InList { owner } = decode(item)?;
            let of = (&owner, list);
            self.take_out_of_list(of, &idea, None, true).await?;
            self.untell_of_list(list, &idea, since).await?;
        }
        Ok(more)
    }

    async fn untell_of_list(
        &self,
        list: ListId,
        idea: &Idea,
        since: Timestamp,
    ) -> Result<(), Error> {
        for visibility in Visibility::ALL {
            let key = keys::in_list(idea, visibility, since, list);
            self.table.delete(&key).await?;
        }
        Ok(())
    }

    /// Up to `limit` of the lists that hold a thing and were public lately, the latest to do so first, before a place;
    /// and whether there are more.
    pub async fn lists_with(
        &self,
        idea: &Idea,
        before: Option<ListPlace>,
        limit: usize,
    ) -> Result<(Vec<ListPlace>, bool), Error> {
        let public = format!("{}#", Visibility::Public.name());
        let after = |(since, list)| keys::in_list(idea, Visibility::Public, since, list).sk;
        let range = Range {
            from: Some(public.clone()),
            to: Some(format!("{public}~")),
            after: before.map(after),
            descending: true,
            limit: Some(limit),
            ..Range::all(keys::lists_with(idea))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let found = items.iter().filter_map(told_in);
        let found = found.map(|(_, since, list)| (since, list));
        Ok((found.collect(), more))
    }
}

/// What the key of such an item says.
fn told_in(item: &Item) -> Option<(Visibility, Timestamp, ListId)> {
    keys::parse_in_list(&Key::of(item)?.sk)
}

/// The check that a person keeps a thing in a list since then, or does not.
fn kept(
    owner: &UserId,
    idea: &Idea,
    list: ListId,
    since: Timestamp,
    there: bool,
) -> Result<Write<bool>, Error> {
    let names = Expression::default()
        .name("#save", "save")
        .name("#list", &list.to_string())
        .name("#at", "at")
        .value(":since", value(since)?);
    let condition = if there {
        names.saying("#save.#list.#at = :since")
    } else {
        names.saying("attribute_not_exists(#save.#list) OR #save.#list.#at <> :since")
    };
    Ok(check(keys::acts_at(owner, idea), condition).unless(false))
}
