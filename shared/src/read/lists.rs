//! Idea lists: their cards, and what is in one.

use std::collections::{BTreeSet, HashMap};

use domain::{
    engagement::{Cover, Idea, IdeaList, Listed, Place, Shelf, Visibility},
    ids::{ListId, PostId, ProductId},
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::Reads;
use crate::error::Error;

/// The cover of a list is the picture of the first of so many that has one.
const LOOKED_AT: usize = 4;

/// A page of what is in a list.
#[derive(Debug)]
pub struct IdeaPage {
    /// Which.
    pub list: Shown<IdeaList>,
    /// Whose it is, and its cover.
    pub shelf: Shelf,
    /// Those that whoever looks sees, in the list's order.
    pub items: Vec<(Place, Listed)>,
    /// The posts among them.
    posts: HashMap<PostId, Shown<Post>>,
    /// What stands in them and around them.
    pub read: Hydrated,
    /// The last that was looked at, if there are more.
    last: Option<Place>,
}

impl IdeaPage {
    /// Where the next page begins after so many of the items.
    pub fn after(&self, shown: usize) -> Option<Place> {
        match shown.checked_sub(1).and_then(|last| self.items.get(last)) {
            Some((place, _)) if shown < self.items.len() => Some(place.clone()),
            _ => self.last.clone(),
        }
    }

    /// The post among them that this is.
    pub fn post(&self, listed: &Listed) -> Option<&Shown<Post>> {
        match &listed.idea {
            Idea::Post(post) => self.posts.get(post),
            Idea::Product(_) => None,
        }
    }
}

impl Reads {
    /// These lists, of which those are shown that `show` lets through and whose owners are there, in the order given,
    /// with what stands on their cards: two rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn lists(
        &self,
        ids: &[ListId],
        onlooker: &Onlooker,
        show: impl Fn(IdeaList) -> Option<Shown<IdeaList>>,
        now: Timestamp,
    ) -> Result<(Vec<Shown<IdeaList>>, Shelf), Error> {
        let first = ids
            .iter()
            .map(|list| self.store.ideas(*list, None, LOOKED_AT, false));
        let (mut found, first) =
            futures::try_join!(self.store.lists(ids.iter().copied()), try_join_all(first))?;
        let (mut lists, mut ideas) = (Vec::new(), HashMap::new());
        for (id, (first, _)) in ids.iter().zip(first) {
            if let Some(list) = found.remove(id).and_then(&show) {
                lists.push(list);
                ideas.insert(*id, first);
            }
        }
        let shelf = self.shelf(&lists, &ideas, onlooker, now).await?;
        lists.retain(|list| shelf.people.contains_key(&list.owner));
        Ok((lists, shelf))
    }

    /// What stands on the cards of these lists, of which these are the first things: one round.
    async fn shelf(
        &self,
        lists: &[Shown<IdeaList>],
        ideas: &HashMap<ListId, Vec<(Place, Listed)>>,
        onlooker: &Onlooker,
        now: Timestamp,
    ) -> Result<Shelf, Error> {
        let (posts, products) = named(ideas.values().flatten());
        let owners: BTreeSet<_> = lists.iter().map(|list| &list.owner).collect();
        let mut people = HashMap::new();
        let (posts, products, ()) = futures::try_join!(
            self.store.posts(posts),
            self.store.products(&products),
            self.people(owners, now, &mut people)
        )?;
        let cover = |(_, listed): &(Place, Listed)| match &listed.idea {
            Idea::Product(product) => {
                let picture = products.get(product)?.image_url.clone();
                picture.map(Cover::Picture)
            }
            Idea::Post(post) => {
                let post = onlooker.looks_through(posts.get(post)?.clone())?;
                let image = post.photos.iter().find_map(|photo| photo.image.clone());
                image.map(Cover::Photo)
            }
        };
        let covers = lists.iter().filter_map(|list| {
            let cover = ideas.get(&list.id)?.iter().find_map(cover)?;
            Some((list.id, cover))
        });
        let covers = covers.collect();
        let paid = lists.iter().filter(|list| {
            let owner = people
                .get(&list.owner)
                .is_some_and(|owner| owner.influencer);
            let first = ideas.get(&list.id).into_iter().flatten();
            owner && list.visibility == Visibility::Public && first.into_iter().any(is_product)
        });
        let paid = paid.map(|list| list.id).collect();
        Ok(Shelf {
            people,
            covers,
            paid,
        })
    }

    /// A page of what is in a list, from a place on; `None` where the list is not there for whoever looks. Three rounds,
    /// and more where something cannot be bought.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn ideas(
        &self,
        list: ListId,
        onlooker: impl Future<Output = Result<Onlooker, Error>>,
        after: Option<&Place>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<IdeaPage>, Error> {
        let first = async {
            match after {
                Some(_) => self
                    .store
                    .ideas(list, None, LOOKED_AT, false)
                    .await
                    .map(Some),
                None => Ok(None),
            }
        };
        let (onlooker, found, (items, more), first) = futures::try_join!(
            onlooker,
            self.store.list_now(list),
            self.store.ideas(list, after, limit, true),
            first
        )?;
        let Some(list) = found.and_then(|list| onlooker.leafs(list)) else {
            return Ok(None);
        };
        let first = match first {
            Some((first, _)) => first,
            None => items.iter().take(LOOKED_AT).cloned().collect(),
        };
        let (posts, products) = named(&items);
        let shelved = std::slice::from_ref(&list);
        let ideas = [(list.id, first)].into();
        let (mut shelf, (mut posts, mut read), bought) = futures::try_join!(
            self.shelf(shelved, &ideas, &onlooker, now),
            self.posts(onlooker.clone(), &posts),
            self.products(&products, now)
        )?;
        read.products.extend(bought.products);
        read.substitutes.extend(bought.substitutes);
        let last = items.last().map(|(place, _)| place.clone());
        let posts: HashMap<_, _> = posts
            .drain()
            .filter_map(|(id, post)| Some((id, onlooker.looks_through(post)?)))
            .collect();
        let mut accounts = HashMap::new();
        futures::try_join!(
            self.around(posts.values().map(|post| &**post), now, &mut read),
            self.accounts(shelf.people.get(&list.owner), now, &mut accounts)
        )?;
        read.accounts.extend(accounts);
        let pays = list.visibility == Visibility::Public && read.accounts.contains_key(&list.owner);
        if pays && items.iter().any(is_product) {
            shelf.paid.insert(list.id);
        }
        let seen = |(_, listed): &(Place, Listed)| match &listed.idea {
            Idea::Product(product) => read.products.contains_key(product),
            Idea::Post(post) => posts.contains_key(post),
        };
        let items: Vec<_> = items.into_iter().filter(seen).collect();
        Ok(Some(IdeaPage {
            list,
            shelf,
            items,
            posts,
            read,
            last: last.filter(|_| more),
        }))
    }
}

fn is_product((_, listed): &(Place, Listed)) -> bool {
    matches!(listed.idea, Idea::Product(_))
}

/// The posts and products among things of lists.
fn named<'a>(
    items: impl IntoIterator<Item = &'a (Place, Listed)>,
) -> (Vec<PostId>, BTreeSet<ProductId>) {
    let (mut posts, mut products) = (BTreeSet::new(), BTreeSet::new());
    for (_, listed) in items {
        match &listed.idea {
            Idea::Product(product) => drop(products.insert(product.clone())),
            Idea::Post(post) => drop(posts.insert(*post)),
        }
    }
    (posts.into_iter().collect(), products)
}
