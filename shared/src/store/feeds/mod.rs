//! Where posts are delivered to, what readers want of them, what is shown to them for sponsors, what streams go by, and by
//! which words things are found.

mod ads;
mod asked;
mod entries;
mod finding;
mod finds;
mod heads;
mod history;
mod hottest;
mod open;
mod picks;
mod plans;
mod search;
mod shows;
mod sponsored;
mod taste;

pub use search::{Hits, SearchPlace, Thorough};

pub(in crate::store) use ads::read_ads;
pub(in crate::store) use entries::{entry, outdated};
pub(in crate::store) use finding::{Noted, findable_items};
pub(in crate::store) use heads::read_head;
pub use history::Shopper;
pub(in crate::store) use open::Marker;
pub use picks::Buying;
pub use plans::{Progress, Reach};
pub(in crate::store) use taste::read_taste;
pub use taste::{Stance, Word};
