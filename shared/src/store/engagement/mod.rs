//! What people do to posts, each with its count.

mod acts;
mod counts;
mod votes;

pub(in crate::store) use counts::{Act, Counted};
pub use votes::Vote;
