//! Where posts are delivered to.

mod entries;

pub(in crate::store) use entries::{Marker, entry, outdated};
