//! What a file names of each topic stands on its shelf, as long as there is room: a stream has something to show of what is
//! in stock before anybody bought anything.

use std::collections::{BTreeMap, HashSet};

use domain::{
    catalogue::product::Product,
    feeds::{pairs::Pairs, picks::Shelf, rows::Row},
    posts::topics,
};
use shared::error::Error;

use crate::App;

/// So many products are put on a shelf at once: there is no hurry.
const AT_ONCE: usize = 10;

/// The place of a product on its topic's shelf, if it can be bought and has one.
pub(crate) fn row(product: &Product) -> Option<Row> {
    let topic = topics::work_out([], product.category.as_deref());
    let topic = topic
        .into_iter()
        .next()
        .filter(|_| product.can_be_bought())?;
    let none = Pairs::default();
    Some(Row::of(&product.id, Some(topic), &product.title, &none))
}

/// Puts on their shelves what of these is not there, as long as there is room.
pub(crate) async fn stock(app: &App, rows: impl IntoIterator<Item = Row>) -> Result<(), Error> {
    let mut shelves: BTreeMap<Shelf, Vec<Row>> = BTreeMap::new();
    for row in rows {
        if let Some(topic) = row.topic.clone() {
            shelves.entry(Shelf::Topic(topic)).or_default().push(row);
        }
    }
    for (shelf, rows) in shelves {
        let there = app.store.shelf(&shelf).await?;
        let room = shelf.room().saturating_sub(there.len());
        let there: HashSet<_> = there.iter().map(|row| &row.product).collect();
        let new = rows.into_iter().filter(|row| !there.contains(&row.product));
        let new: Vec<_> = new.take(room).collect();
        for few in new.chunks(AT_ONCE) {
            app.store.put_on_shelf(&shelf, few).await?;
        }
    }
    Ok(())
}
