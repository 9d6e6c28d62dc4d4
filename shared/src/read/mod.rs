//! What is to be shown, gathered: posts with what stands in them and around them.
//!
//! A surface asks for a skeleton (which posts), has them read here, has the rules of `domain` say what
//! may be shown, has what stands around that read here, and hands both to `views`. Posts are read each
//! time, so that a deletion shows at once; products and people may be some seconds old, where the
//! surface says so.

mod book;
mod cache;
mod hydrate;
mod inbox;
mod leaf;
mod lists;
mod people;
mod posts;
mod product;
mod pulled;
mod queue;
mod thread;
mod wall;

use std::sync::Arc;

use hydrate::Cards;

use crate::store::Store;

pub use inbox::{Inbox, InboxPlace};
pub use leaf::Leaf;
pub use lists::IdeaPage;
pub use product::ProductPage;
pub use queue::QueuePlace;
pub use thread::{Lines, Wanted};

/// Reads what is to be shown.
#[derive(Debug, Clone)]
pub struct Reads {
    store: Store,
    /// What this instance read lately; `None` where all is read anew.
    cards: Option<Arc<Cards>>,
    /// Which posts may not have reached all their readers.
    book: Arc<book::Kept>,
}

impl Reads {
    /// Reads that take nothing for known.
    pub fn fresh(store: Store) -> Self {
        let (cards, book) = (None, Arc::default());
        Self { store, cards, book }
    }

    /// Reads that take products and people for known which this instance read within five seconds.
    pub fn caching(store: Store) -> Self {
        let (cards, book) = (Some(Arc::default()), Arc::default());
        Self { store, cards, book }
    }
}
