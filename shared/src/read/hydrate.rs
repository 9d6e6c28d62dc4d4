//! Products and people of what is to be shown.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use domain::{
    catalogue::product::Product,
    engagement::{Heat, Shards, Thing},
    feeds::Generation,
    ids::{PostId, ProductId, TopicId, UserId},
    money::Account,
    people::Profile,
    posts::{Hydrated, Post, needs},
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::{Reads, cache::Cache};
use crate::{error::Error, keys::Month};

/// A changed price or name shows after this long at the latest.
const CARD_LIFE: SignedDuration = SignedDuration::from_secs(5);
/// What is hottest shows after this long at the latest, where all topics are shown.
const HOT_LIFE: SignedDuration = SignedDuration::from_secs(2);
/// What comes onto a shelf is among what is like something after this long.
const NEAR_LIFE: SignedDuration = SignedDuration::from_mins(1);
/// A wall that grew quiet, or is so no more, is known to be after this long.
const MONTHS_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// An instance remembers this many of each.
const CARDS: usize = 4_096;

/// The products and people that this instance read lately.
#[derive(Debug)]
pub(super) struct Cards {
    products: Cache<ProductId, Product>,
    /// What can be bought in the stead of a product; `None` where nothing can.
    substitutes: Cache<ProductId, Option<Product>>,
    people: Cache<UserId, Profile>,
    /// The accounts of influencers; `None` of who has left the programme a moment ago.
    accounts: Cache<UserId, Option<Account>>,
    /// What the shards of hot posts held, with how hot they were.
    pub(super) shards: Cache<PostId, (Heat, Shards)>,
    /// What was hottest on a topic.
    pub(super) hottest: Cache<TopicId, Option<Generation>>,
    /// Which so many products like this one are nearest in price.
    pub(super) near: Cache<(ProductId, usize), Vec<ProductId>>,
    /// How many months a page of a topic's wall needed that begins in this one.
    pub(super) months: Cache<(TopicId, Month), usize>,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            products: Cache::new(CARD_LIFE, CARDS),
            substitutes: Cache::new(CARD_LIFE, CARDS),
            people: Cache::new(CARD_LIFE, CARDS),
            accounts: Cache::new(CARD_LIFE, CARDS),
            shards: Cache::new(CARD_LIFE, CARDS),
            hottest: Cache::new(HOT_LIFE, CARDS),
            near: Cache::new(NEAR_LIFE, CARDS),
            months: Cache::new(MONTHS_LIFE, CARDS),
        }
    }
}

impl Reads {
    /// Reads what stands in these posts, their authors, what the onlooker did at them, and the counts of those that
    /// are hot, save what was
    /// read before: one round, and two more where something cannot be bought. Products are at the prices of `now` then.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn around<'a>(
        &self,
        posts: impl IntoIterator<Item = &'a Post>,
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        self.around_with(posts, [], now, read).await
    }

    /// The same, and these products beside them.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn around_with<'a>(
        &self,
        posts: impl IntoIterator<Item = &'a Post>,
        besides: impl IntoIterator<Item = &'a ProductId>,
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let posts: Vec<_> = posts.into_iter().collect();
        let (mut products, people) = needs(posts.iter().copied());
        products.extend(besides);
        let mut unread = std::mem::take(&mut read.unread);
        unread.retain(|id| posts.iter().any(|post| post.id == *id));
        let viewer = read.onlooker.id().cloned();
        let mut hot = Hydrated {
            exact: read.exact,
            ..Hydrated::default()
        };
        let ((), (), acts) = futures::try_join!(
            self.complete(products, people, now, read),
            self.heated(&posts, now, &mut hot),
            self.rest(viewer.as_ref(), unread),
        )?;
        read.onlooker.did(acts);
        read.shards.extend(hot.shards);
        Ok(())
    }

    /// Reads products alone, as [`Reads::around`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn products(
        &self,
        products: impl IntoIterator<Item = &ProductId>,
        now: Timestamp,
    ) -> Result<Hydrated, Error> {
        let mut read = Hydrated::default();
        let products = products.into_iter().collect();
        self.complete(products, BTreeSet::new(), now, &mut read)
            .await?;
        Ok(read)
    }

    /// Reads these people and products alone, save what was read before, as [`Reads::around`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn named<'a>(
        &self,
        people: impl IntoIterator<Item = &'a UserId>,
        products: impl IntoIterator<Item = &'a ProductId>,
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let (products, people) = (products.into_iter().collect(), people.into_iter().collect());
        self.complete(products, people, now, read).await
    }

    /// Reads people alone, likewise, into those that were read before.
    ///
    /// # Errors
    /// Those of the table.
    pub(super) async fn people(
        &self,
        people: BTreeSet<&UserId>,
        now: Timestamp,
        read: &mut HashMap<UserId, Profile>,
    ) -> Result<(), Error> {
        let cards = self.cards.as_deref().map(|cards| &cards.people);
        let people = missing(cards, people, now, read);
        keep(cards, self.store.profiles(people).await?, now, read);
        Ok(())
    }

    async fn complete(
        &self,
        products: BTreeSet<&ProductId>,
        people: BTreeSet<&UserId>,
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let cards = self.cards.as_deref();
        let (products, people) = (
            missing(
                cards.map(|c| &c.products),
                products,
                now,
                &mut read.products,
            ),
            missing(cards.map(|c| &c.people), people, now, &mut read.people),
        );
        let (mut products, people) =
            futures::try_join!(self.store.products(products), self.store.profiles(people))?;
        self.saved(products.values_mut(), false).await?;
        keep(
            cards.map(|c| &c.products),
            products,
            now,
            &mut read.products,
        );
        keep(cards.map(|c| &c.people), people, now, &mut read.people);
        let mut accounts = std::mem::take(&mut read.accounts);
        let people = std::mem::take(&mut read.people);
        futures::try_join!(
            self.substitutes(now, read),
            self.accounts(people.values(), now, &mut accounts)
        )?;
        (read.accounts, read.people) = (accounts, people);
        let products = std::mem::take(&mut read.products).into_iter();
        read.products = products
            .map(|(id, product)| (id, product.priced_at(now)))
            .collect();
        Ok(())
    }

    /// Under which accounts those of these people are who are influencers; for nobody else anything is read.
    pub(super) async fn accounts(
        &self,
        people: impl IntoIterator<Item = &Profile>,
        now: Timestamp,
        read: &mut HashMap<UserId, Account>,
    ) -> Result<(), Error> {
        let cache = self.cards.as_deref().map(|cards| &cards.accounts);
        let mut unknown = Vec::new();
        for person in people.into_iter().filter(|person| person.influencer) {
            match cache.and_then(|cache| cache.get(&person.id, now)) {
                _ if read.contains_key(&person.id) => {}
                Some(known) => {
                    let known = known.map(|account| (person.id.clone(), account));
                    read.extend(known);
                }
                None => unknown.push(&person.id),
            }
        }
        let found = self.store.accounts(unknown.iter().copied()).await?;
        if let Some(cache) = cache {
            for person in unknown {
                cache.put(person.clone(), found.get(person).cloned(), now);
            }
        }
        read.extend(found);
        Ok(())
    }

    /// Takes in what the shards hold of those of these products that are hot.
    pub(super) async fn saved(
        &self,
        products: impl IntoIterator<Item = &mut Product>,
        exact: bool,
    ) -> Result<(), Error> {
        let hot = products
            .into_iter()
            .filter(|product| product.heat().is_hot());
        let summed = hot.map(async |product| {
            let thing = Thing::Product(product.id.clone());
            let shards = self.store.shards(&thing, product.heat(), exact).await?;
            product.plus(&shards);
            Ok::<_, Error>(())
        });
        try_join_all(summed).await.map(drop)
    }

    /// What can be bought in the stead of the products that cannot.
    async fn substitutes(&self, now: Timestamp, read: &mut Hydrated) -> Result<(), Error> {
        let missed = read
            .products
            .values()
            .filter(|found| !found.can_be_bought());
        let mut unknown = Vec::new();
        for product in missed {
            let cards = self.cards.as_ref();
            match cards.and_then(|cards| cards.substitutes.get(&product.id, now)) {
                Some(known) => {
                    let known = known.map(|known| (product.id.clone(), known.priced_at(now)));
                    read.substitutes.extend(known);
                }
                None => unknown.push(product),
            }
        }
        let mut found = self.store.substitutes(unknown.iter().copied(), now).await?;
        self.saved(found.values_mut(), false).await?;
        if let Some(cards) = &self.cards {
            for product in unknown {
                let found = found.get(&product.id).cloned();
                cards.substitutes.put(product.id.clone(), found, now);
            }
        }
        read.substitutes.extend(found);
        Ok(())
    }
}

/// What is wanted and neither read yet nor known; what is known is taken over.
fn missing<'a, K: Eq + Hash + Clone, V: Clone>(
    cache: Option<&Cache<K, V>>,
    wanted: impl IntoIterator<Item = &'a K>,
    now: Timestamp,
    read: &mut HashMap<K, V>,
) -> Vec<&'a K> {
    let mut missing = Vec::new();
    for key in wanted {
        if read.contains_key(key) {
            continue;
        }
        match cache.and_then(|cache| cache.get(key, now)) {
            Some(value) => {
                read.insert(key.clone(), value);
            }
            None => missing.push(key),
        }
    }
    missing
}

fn keep<K: Eq + Hash + Clone, V: Clone>(
    cache: Option<&Cache<K, V>>,
    found: HashMap<K, V>,
    now: Timestamp,
    read: &mut HashMap<K, V>,
) {
    for (key, value) in found {
        if let Some(cache) = cache {
            cache.put(key.clone(), value.clone(), now);
        }
        read.insert(key, value);
    }
}
