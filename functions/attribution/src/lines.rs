//! The book of a line: what is told goes in, who is credited is worked out, and what is missing is posted with it in one
//! transaction (MONEY 25, 27).

use domain::{
    catalogue::product::Money,
    money::{
        Order,
        book::{Book, Heard, Occasion, Ordered},
        entries::Cause,
        events::Later,
        told::ToldLine,
    },
};
use shared::{error::Error, store::KeptBook, table::Anew};

use crate::{App, known::Known, work::Work};

/// So many entries are posted with one write of a book.
const ENTRIES: usize = 90;

/// Settles who is credited with a line of an order.
pub(crate) async fn settle(
    app: &App,
    work: &Work<'_>,
    line: &str,
    order: &Order,
    known: &Known,
    cause: Cause,
) -> Result<(), Error> {
    let mut anew = Anew::standing_on("the book of a line");
    loop {
        let kept = app.store.book(line).await?;
        let mut book = kept.book.clone();
        if order.happened == work.told.happened {
            let told = work.told.lines.iter();
            let mut told = told.filter(|told| {
                let id = work.told.line_id(told).to_string();
                app.salt.hash(&id) == line
            });
            let Some(told) = told.next() else {
                return Ok(());
            };
            let first = match &book.ordered {
                Some(ordered) => ordered.clone(),
                None => ordered(app, work, told).await?,
            };
            let this = Ordered {
                happened: order.happened.clone(),
                ..first
            };
            match book.order(this) {
                Ok(odd) => {
                    for heard in odd {
                        work.odd_before(app, &told.line, &heard).await?;
                    }
                }
                Err(odd) => return work.odd(app, &told.line, odd).await,
            }
        }
        // Another order's, or none's yet: whoever works that one settles it.
        let ordered = book.ordered.as_ref();
        if ordered.is_none_or(|ordered| ordered.happened != order.happened) {
            return Ok(());
        }
        book.decide(&known.shopper(), order, known.rates());
        if post(app, work, line, kept, book, cause).await? {
            return Ok(());
        }
        anew.begin().await?;
    }
}

/// Takes in what became of a line.
pub(crate) async fn hear(
    app: &App,
    work: &Work<'_>,
    told: &ToldLine,
    line: &str,
    cause: Cause,
) -> Result<(), Error> {
    let Some(became) = work.told.what.became() else {
        return Ok(());
    };
    let mut anew = Anew::standing_on("the book of a line");
    loop {
        let kept = app.store.book(line).await?;
        let mut book = kept.book.clone();
        let heard = Heard {
            later: Later {
                happened: work.told.happened.clone(),
                became,
                net: told.net.amount,
            },
            currency: told.net.currency.clone(),
        };
        if let Err(odd) = book.hear(heard) {
            return work.odd(app, &told.line, odd).await;
        }
        if post(app, work, line, kept, book, cause).await? {
            return Ok(());
        }
        anew.begin().await?;
    }
}

/// Posts what is missing and writes the book, where that changes it. `false` where the book was changed since it was read.
async fn post(
    app: &App,
    work: &Work<'_>,
    line: &str,
    mut kept: KeptBook,
    mut book: Book,
    cause: Cause,
) -> Result<bool, Error> {
    let by = Occasion {
        line: line.to_owned(),
        event: work.hash.clone(),
        cause,
    };
    loop {
        let (entries, more) = book.post(&by, ENTRIES, || app.ids.ulid().to_string());
        if book == kept.book {
            return Ok(true);
        }
        let now = app.now();
        let written = app.store.keep_book(line, &kept, &book, &entries, now);
        if !written.await? {
            return Ok(false);
        }
        if !more {
            return Ok(true);
        }
        kept = KeptBook {
            book: book.clone(),
            version: kept.version + 1,
        };
    }
}

/// A line as it is first worked.
async fn ordered(app: &App, work: &Work<'_>, told: &ToldLine) -> Result<Ordered, Error> {
    let category = match &told.category {
        Some(category) => category.clone(),
        None => {
            let products = app.store.products([&told.product]).await?;
            let product = products.into_values().next();
            product
                .and_then(|product| product.category)
                .unwrap_or_default()
        }
    };
    Ok(Ordered {
        happened: work.told.happened.clone(),
        product: told.product.clone(),
        category,
        net: Money {
            amount: told.net.amount,
            currency: told.net.currency.clone(),
        },
        basket_added_at: told.basket_added_at,
        return_days: app.return_days,
    })
}
