//! Prices and availability by themselves, as the store's systems send them.

use domain::{
    catalogue::product::{PriceNews, Sale},
    ids::ProductId,
};
use futures::{StreamExt, stream};
use shared::{
    error::Error,
    queue::messages::{PriceChange, PriceChanged},
};

use crate::{App, feed::is_price};

/// Changes written at once.
const WRITERS: usize = 32;

/// Takes over all changes that can be read.
///
/// # Errors
/// One of them cannot be read, lies ahead of the clock, or was not written; the others were, and may come again.
pub(crate) async fn change(app: &App, changed: PriceChanged) -> Result<(), Error> {
    let latest = app.latest();
    let outcomes: Vec<_> = stream::iter(changed.changes)
        .map(|change| async move {
            if change.at > latest {
                return Err(Error::internal("a price of a time to come"));
            }
            let news = news(change).ok_or_else(|| Error::internal("a price that is none"))?;
            app.store.confirm_price(&news).await
        })
        .buffer_unordered(WRITERS)
        .collect()
        .await;
    outcomes.into_iter().collect()
}

fn news(change: PriceChange) -> Option<PriceNews> {
    let sale = match change.sale_price {
        None => None,
        Some(price) => {
            let lower = price.currency == change.price.currency
                && (1..=change.price.amount).contains(&price.amount);
            Some(lower.then_some(Sale {
                price,
                from: None,
                until: None,
            })?)
        }
    };
    is_price(&change.price).then_some(())?;
    Some(PriceNews {
        product: ProductId::parse(&change.product_id)?,
        price: change.price,
        sale,
        availability: change.availability,
        at: change.at,
    })
}
