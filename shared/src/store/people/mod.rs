//! People: their profiles and handles, what they are interested in, whom they follow, block and mute.

mod blocks;
mod edges;
mod exports;
mod follows;
mod gate;
mod interests;
mod leaving;
mod moving;
mod own;
mod profiles;
mod rates;
mod rules;

pub use edges::Mark;
pub(in crate::store) use gate::suspends;
pub use own::Own;
pub(in crate::store) use profiles::count;
pub use profiles::{NotifyChange, ProfileChange};
