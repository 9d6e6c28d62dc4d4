//! Where posts are delivered to.

mod entries;
mod heads;
mod open;
mod plans;
mod shows;

pub(in crate::store) use entries::{entry, outdated};
pub(in crate::store) use open::Marker;
pub use plans::{Progress, Reach};
