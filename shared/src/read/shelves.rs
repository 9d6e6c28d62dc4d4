//! The products that may be picked, as an instance keeps them in memory, and what is like a product.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    catalogue::product::Product,
    feeds::{
        History, Suggested,
        pairs::Counters,
        picks::{Mix, Shelf, Shop},
        rows::Row,
    },
    ids::{ProductId, TopicId},
    posts::topics,
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::Reads;
use crate::{error::Error, keys};

/// What this instance read of shelves: each is read again when it is some minutes old.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    known: Mutex<Known>,
    /// Whether some are being read beside a request.
    reading: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    rows: HashMap<Shelf, (Timestamp, SignedDuration, Arc<[Row]>)>,
    shop: Arc<Shop>,
}

impl Shelves {
    /// Those of these that are to be read.
    fn stale(&self, shelves: &[Shelf], now: Timestamp) -> Vec<Shelf> {
        let Ok(known) = self.known.lock() else {
            return shelves.to_vec();
        };
        let fresh = |shelf: &Shelf| {
            let known = known.rows.get(shelf);
            known.is_some_and(|(at, life, _)| now.duration_since(*at).abs() <= *life)
        };
        let stale = shelves.iter().filter(|shelf| !fresh(shelf));
        stale.cloned().collect()
    }

    /// What is known of all that were ever read.
    fn shop(&self) -> Arc<Shop> {
        let known = self.known.lock();
        known.map_or_else(|_| Arc::default(), |known| Arc::clone(&known.shop))
    }

    fn keep(&self, read: Vec<(Shelf, Vec<Row>)>, now: Timestamp) -> Arc<Shop> {
        let Ok(mut known) = self.known.lock() else {
            let rows = read.into_iter().flat_map(|(_, rows)| rows);
            return Arc::new(Shop::new(rows, now));
        };
        if !read.is_empty() {
            for (shelf, rows) in read {
                let life = Shop::life(rows.len());
                known.rows.insert(shelf, (now, life, rows.into()));
            }
            let all = known.rows.values().flat_map(|(_, _, rows)| rows.iter());
            known.shop = Arc::new(Shop::new(all.cloned(), now));
        }
        Arc::clone(&known.shop)
    }
}

/// A product, and what may be like it by what its buyers had: those of most first.
pub(super) type Beside<'a> = (&'a Product, Vec<ProductId>);

impl Reads {
    /// The products that may be picked for whoever follows these topics: from memory, save what is some minutes old,
    /// which is one round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn shop<'a>(
        &self,
        topics: impl IntoIterator<Item = &'a TopicId>,
        now: Timestamp,
    ) -> Result<Arc<Shop>, Error> {
        let stale = self.shelves.stale(&shelves(topics), now);
        self.read_shelves(stale, now).await
    }

    async fn read_shelves(&self, shelves: Vec<Shelf>, now: Timestamp) -> Result<Arc<Shop>, Error> {
        let read = shelves.into_iter().map(async |shelf| {
            let rows = self.store.shelf(&shelf).await?;
            Ok::<_, Error>((shelf, rows))
        });
        Ok(self.shelves.keep(try_join_all(read).await?, now))
    }

    /// The first `count` products for somebody of this history, who follows these topics, as far as this instance knows
    /// any: what it does not know, or is some minutes old, is read beside the request, and not waited for.
    pub fn first_picks(
        &self,
        history: &History,
        topics: &BTreeSet<TopicId>,
        now: Timestamp,
        count: usize,
    ) -> Vec<Suggested> {
        let stale = self.shelves.stale(&shelves(topics), now);
        if !stale.is_empty() && !self.shelves.reading.swap(true, Ordering::Relaxed) {
            let reads = self.clone();
            tokio::spawn(async move {
                if let Err(error) = reads.read_shelves(stale, now).await {
                    let cause = error.cause().map(tracing::field::display);
                    tracing::warn!(cause, "what may be picked cannot be read");
                }
                reads.shelves.reading.store(false, Ordering::Relaxed);
            });
        }
        let shop = self.shelves.shop();
        let picks = shop.picks(history, topics, Mix::All, now, count);
        let picks = picks.into_iter().map(|pick| Suggested {
            product: pick.product,
            cause: pick.cause,
        });
        picks.collect()
    }

    /// Up to `most` products of this one's category, nearest in price first, as they were some time ago at most.
    async fn nearest(
        &self,
        product: &Product,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<ProductId>, Error> {
        let (cards, key) = (self.cards.as_deref(), (product.id.clone(), most));
        if let Some(known) = cards.and_then(|cards| cards.near.get(&key, now)) {
            return Ok(known);
        }
        let near = self.store.nearest(product, most, now).await?;
        if let Some(cards) = cards {
            cards.near.put(key, near.clone(), now);
        }
        Ok(near)
    }

    /// Up to `most` products like each of these, to be had at `now`: of its category, those first that its buyers had,
    /// then those nearest in price. Two rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub(super) async fn alike(
        &self,
        of: Vec<Beside<'_>>,
        most: usize,
        now: Timestamp,
    ) -> Result<HashMap<ProductId, Vec<Product>>, Error> {
        let near = of
            .iter()
            .map(async |(product, had)| match had.len() >= most {
                true => Ok(Vec::new()),
                false => self.nearest(product, most, now).await,
            });
        let near = try_join_all(near).await?;
        let mut wanted = Vec::with_capacity(of.len());
        for ((product, had), near) in of.into_iter().zip(near) {
            let mut known = HashSet::from([product.id.clone()]);
            let all = had.into_iter().chain(near);
            let all: Vec<_> = all.filter(|id| known.insert(id.clone())).collect();
            wanted.push((product, all));
        }
        let ids = wanted.iter().flat_map(|(_, ids)| ids);
        let read = self.products(ids, now).await?;
        let alike = wanted.into_iter().map(|(product, ids)| {
            let found = ids.iter().filter_map(|id| read.products.get(id));
            let found = found.filter(|other| other.can_be_bought() && of_one_kind(product, other));
            (product.id.clone(), found.take(most).cloned().collect())
        });
        Ok(alike.collect())
    }
}

/// The shelves for whoever follows these topics.
fn shelves<'a>(topics: impl IntoIterator<Item = &'a TopicId>) -> Vec<Shelf> {
    let topics = topics.into_iter().cloned().map(Shelf::Topic);
    [Shelf::All].into_iter().chain(topics).collect()
}

/// Whether two products are of one category, however it is spelled.
fn of_one_kind(one: &Product, other: &Product) -> bool {
    let kind = |product: &Product| product.category.as_deref().map(keys::in_category);
    kind(one).is_some_and(|category| kind(other) == Some(category))
}

/// The topic on whose shelf a product is.
pub(super) fn topic_of(product: &Product) -> Option<TopicId> {
    let topics = topics::work_out([], product.category.as_deref());
    topics.into_iter().next()
}

/// What of these things that buyers had is known, in their order: twice as many as are shown, since some are of other
/// categories, or sold out.
pub(super) fn known_of(shop: &Shop, had: &Counters, most: usize) -> Vec<ProductId> {
    let known = had.iter().filter_map(|(thing, _)| shop.find(thing));
    known
        .take(2 * most)
        .map(|row| row.product.clone())
        .collect()
}
