//! What people do to posts and products, each with its count; and what follows from the counts.

mod acts;
mod answers;
mod badge;
mod best;
mod comments;
mod counts;
mod fold;
mod ideas;
mod inbox;
mod inlists;
mod lists;
mod remains;
mod thread;
mod votes;

pub(in crate::store) use answers::moved;
pub(in crate::store) use badge::unearned;
pub use best::Best;
pub use comments::{Said, Saying};
pub(in crate::store) use counts::{Act, Counted};
pub use fold::Look;
pub use ideas::{Ground, Putting, Saves, Spot};
pub use inlists::Slice;
pub use lists::{ListCreation, ListPlace};
pub use votes::Vote;
