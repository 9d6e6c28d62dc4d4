//! People: their profiles and handles, what they are interested in, whom they follow.

mod follows;
mod interests;
mod profiles;

pub(in crate::store) use profiles::count;
pub use profiles::{NotifyChange, ProfileChange};
