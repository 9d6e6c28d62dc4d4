//! Posts and the photos in them.

mod gone;
mod photos;
mod post;

pub(in crate::store) use photos::{claim_avatar, remove_photo};
pub use post::{Creation, Uploads};
pub(in crate::store) use post::{change, shown_or_not};
