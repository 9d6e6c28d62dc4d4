//! Posts and the photos in them.

mod photos;
mod post;

pub use post::{Creation, Uploads};
