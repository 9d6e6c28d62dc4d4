//! What is to be shown, gathered: posts with what stands in them and around them.
//!
//! A surface asks for a skeleton (which posts), has them read here, has the rules of `domain` say what
//! may be shown, has what stands around that read here, and hands both to `views`. Posts are read each
//! time, so that a deletion shows at once; products and people may be some seconds old, where the
//! surface says so.

mod book;
mod cache;
mod explore;
mod hydrate;
mod inbox;
mod leaf;
mod lists;
mod look;
mod people;
mod posts;
mod product;
mod pulled;
mod queue;
mod search;
mod shelves;
mod storefront;
mod stream;
mod talk;
mod thread;
mod wall;

use std::sync::Arc;

use hydrate::Cards;
use search::Heard;
use shelves::Shelves;

use crate::store::Store;

pub use explore::Explore;
pub use inbox::{Inbox, InboxPlace};
pub use leaf::Leaf;
pub use lists::IdeaPage;
pub use look::{WallAsked, WallPage};
pub use posts::Authored;
pub use product::ProductPage;
pub use queue::QueuePlace;
pub use search::{Findings, FoundPosts, FoundProducts, GLANCE, Glance};
pub use storefront::Front;
pub use stream::{Streamed, Wares};
pub use talk::Talk;
pub use thread::{Lines, Wanted};

/// Reads what is to be shown.
#[derive(Debug, Clone)]
pub struct Reads {
    store: Store,
    /// What this instance read lately; `None` where all is read anew.
    cards: Option<Arc<Cards>>,
    /// Which posts may not have reached all their readers.
    book: Arc<book::Kept>,
    /// What may be picked, in the memory of this instance.
    shelves: Arc<Shelves>,
    /// How frequent words are, as far as this instance has met them.
    heard: Arc<Heard>,
}

impl Reads {
    /// Reads that take nothing for known.
    pub fn fresh(store: Store) -> Self {
        Self {
            store,
            cards: None,
            book: Arc::default(),
            shelves: Arc::default(),
            heard: Arc::default(),
        }
    }

    /// Reads that take products and people for known which this instance read within five seconds.
    pub fn caching(store: Store) -> Self {
        Self {
            store,
            cards: Some(Arc::default()),
            book: Arc::default(),
            shelves: Arc::default(),
            heard: Arc::default(),
        }
    }
}
