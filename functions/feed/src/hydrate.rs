//! Reading what a skeleton names. Posts are read each time, so that deletion shows at once;
//! products and people may be some seconds old.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use domain::{
    catalogue::product::Product,
    ids::{PostId, ProductId, UserId},
    people::Profile,
    posts::Post,
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    error::Error,
    read::cache::Cache,
    store::Store,
    views::{Hydrated, needs},
};

/// A changed price or name shows after this long at the latest.
const CARD_LIFE: SignedDuration = SignedDuration::from_secs(5);
/// An instance remembers this many of each.
const CARDS: usize = 4_096;

/// The products and people that this instance read lately.
#[derive(Debug, Clone)]
pub struct Cards {
    products: Arc<Cache<ProductId, Product>>,
    /// What can be bought in the stead of a product; `None` where nothing can.
    substitutes: Arc<Cache<ProductId, Option<Product>>>,
    people: Arc<Cache<UserId, Profile>>,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            products: Arc::new(Cache::new(CARD_LIFE, CARDS)),
            substitutes: Arc::new(Cache::new(CARD_LIFE, CARDS)),
            people: Arc::new(Cache::new(CARD_LIFE, CARDS)),
        }
    }
}

/// The posts of a skeleton and which of them the viewer smiled at: one round.
pub async fn posts(
    store: &Store,
    viewer: Option<&UserId>,
    ids: &[PostId],
) -> Result<(HashMap<PostId, Post>, Hydrated), Error> {
    let smiled = async {
        match viewer {
            Some(viewer) => store.smiled(viewer, ids).await.map(Some),
            None => Ok(None),
        }
    };
    let (posts, smiled) = futures::try_join!(store.posts(ids.iter().copied()), smiled)?;
    Ok((
        posts,
        Hydrated {
            viewer: viewer.cloned(),
            smiled,
            ..Hydrated::default()
        },
    ))
}

impl Cards {
    /// Products and people of the posts to show: one round for those not read lately, and two
    /// more where something cannot be bought.
    pub async fn read(
        &self,
        store: &Store,
        shown: &[&Post],
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let (products, people) = needs(shown.iter().copied());
        let missing_products = known(&self.products, products, now, &mut read.products);
        let missing_people = known(&self.people, people, now, &mut read.people);
        let (products, people) = futures::try_join!(
            store.products(missing_products),
            store.profiles(missing_people)
        )?;
        keep(&self.products, products, now, &mut read.products);
        keep(&self.people, people, now, &mut read.people);
        self.read_substitutes(store, now, read).await?;
        let products = std::mem::take(&mut read.products).into_iter();
        read.products = products
            .map(|(id, product)| (id, product.priced_at(now)))
            .collect();
        Ok(())
    }

    /// What can be bought in the stead of the products that cannot.
    async fn read_substitutes(
        &self,
        store: &Store,
        now: Timestamp,
        read: &mut Hydrated,
    ) -> Result<(), Error> {
        let missed = read
            .products
            .values()
            .filter(|product| !product.can_be_bought());
        let mut unknown = Vec::new();
        for product in missed {
            match self.substitutes.get(&product.id, now) {
                Some(known) => {
                    read.substitutes
                        .extend(known.map(|known| (product.id.clone(), known.priced_at(now))));
                }
                None => unknown.push(product),
            }
        }
        let found = store.substitutes(unknown.iter().copied(), now).await?;
        for product in unknown {
            let found = found.get(&product.id).cloned();
            self.substitutes.put(product.id.clone(), found, now);
        }
        read.substitutes.extend(found);
        Ok(())
    }
}

fn known<'a, K: Eq + Hash + Clone, V: Clone>(
    cache: &Cache<K, V>,
    wanted: impl IntoIterator<Item = &'a K>,
    now: Timestamp,
    read: &mut HashMap<K, V>,
) -> Vec<&'a K> {
    let mut missing = Vec::new();
    for key in wanted {
        match cache.get(key, now) {
            Some(value) => {
                read.insert(key.clone(), value);
            }
            None => missing.push(key),
        }
    }
    missing
}

fn keep<K: Eq + Hash + Clone, V: Clone>(
    cache: &Cache<K, V>,
    found: HashMap<K, V>,
    now: Timestamp,
    read: &mut HashMap<K, V>,
) {
    for (key, value) in found {
        cache.put(key.clone(), value.clone(), now);
        read.insert(key, value);
    }
}
