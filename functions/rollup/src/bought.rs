//! What was got with what (FEEDS 4): counted of each product, and put on the shelves that streams are picked from.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use domain::{
    feeds::{
        picks::{Shelf, Shop},
        rows::Row,
    },
    ids::ProductId,
    posts::topics,
};
use jiff::Timestamp;
use shared::{error::Error, queue::messages::Bought, store::Buying, table::Anew};

use crate::App;

/// The shelves as this instance read them lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelves(Arc<Mutex<HashMap<Shelf, Known>>>);

/// A shelf, as it was then.
#[derive(Debug, Clone)]
struct Known {
    shop: Arc<Shop>,
    at: Timestamp,
    /// What was put there since.
    came: HashSet<ProductId>,
}

/// Counts that somebody got a product, with what they had, and puts it on its shelf if it has its place there. Told
/// twice, it may count twice: nothing that is shown depends on it.
pub(crate) async fn got(app: &App, bought: Bought) -> Result<(), Error> {
    let (user, product) = (&bought.user, &bought.product);
    let mut anew = Anew::standing_on("what was got with a product");
    let (card, pairs) = loop {
        let read = app.store.buying(user, product).await?;
        let Buying {
            history,
            mut pairs,
            product: Some(card),
        } = read
        else {
            return Ok(());
        };
        let had = history.got().into_iter();
        pairs.got(bought.at, had.filter(|had| *had != product));
        if app.store.keep_pairs(product, &pairs).await? {
            break (card, pairs);
        }
        anew.begin().await?;
    };
    let topic = topics::work_out([], card.category.as_deref());
    let row = Row::of(product, topic.into_iter().next(), &card.title, &pairs);
    shelve(app, row).await
}

/// Puts a product on the shelf of all or, where that has no room for it, on that of its topic.
async fn shelve(app: &App, row: Row) -> Result<(), Error> {
    let of_topic = row.topic.clone().map(Shelf::Topic);
    for shelf in [Some(Shelf::All), of_topic.clone()].into_iter().flatten() {
        let known = app.shelf(&shelf).await?;
        if !known.shop.admits(&row, shelf.room()) {
            continue;
        }
        app.store
            .put_on_shelf(&shelf, std::slice::from_ref(&row))
            .await?;
        let new = known.shop.row(&row.product).is_none() && app.shelves.came(&shelf, &row.product);
        return match of_topic.filter(|_| new && shelf == Shelf::All) {
            Some(topic) => app.store.take_off_shelf(&topic, [&row.product]).await,
            None => Ok(()),
        };
    }
    Ok(())
}

impl App {
    /// A shelf as it was some minutes ago at most. Whoever reads it takes off it what has no room there.
    async fn shelf(&self, shelf: &Shelf) -> Result<Known, Error> {
        let now = self.clock.now();
        if let Some(known) = self.shelves.known(shelf, now) {
            return Ok(known);
        }
        let shop = Shop::new(self.store.shelf(shelf).await?, now);
        let surplus = shop.surplus(shelf.room());
        if !surplus.is_empty() {
            self.store.take_off_shelf(shelf, surplus).await?;
        }
        let known = Known {
            shop: Arc::new(shop),
            at: now,
            came: HashSet::new(),
        };
        if let Ok(mut shelves) = self.shelves.0.lock() {
            shelves.insert(shelf.clone(), known.clone());
        }
        Ok(known)
    }
}

impl Shelves {
    fn known(&self, shelf: &Shelf, now: Timestamp) -> Option<Known> {
        let shelves = self.0.lock().ok()?;
        let known = shelves.get(shelf)?;
        let fresh = now.duration_since(known.at).abs() <= Shop::life(known.shop.len());
        // So many at most come to a shelf before somebody looks whether there is room.
        let few = known.came.len() < shelf.room() / 10;
        (fresh && few).then(|| known.clone())
    }

    /// Notes that a product came to a shelf: whether that is new.
    fn came(&self, shelf: &Shelf, product: &ProductId) -> bool {
        let Ok(mut shelves) = self.0.lock() else {
            return true;
        };
        let known = shelves.get_mut(shelf);
        known.is_none_or(|known| known.came.insert(product.clone()))
    }
}
