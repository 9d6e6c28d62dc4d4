//! People: their profiles and handles, what they are interested in, whom they follow, block and mute.

mod blocks;
mod exports;
mod follows;
mod gate;
mod interests;
mod leaving;
mod profiles;
mod rules;

pub(in crate::store) use gate::suspends;
pub(in crate::store) use profiles::count;
pub use profiles::{NotifyChange, ProfileChange};
