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
mod moves;
mod remains;
mod spot;
mod thread;
mod votes;

pub(in crate::store) use answers::moved;
pub(in crate::store) use badge::unearned;
pub use best::Best;
pub use comments::{Said, Saying};
pub(in crate::store) use counts::{Act, Counted};
pub use fold::Look;
pub use ideas::{Ground, Putting, Saves};
pub use inlists::Slice;
pub use lists::{ListCreation, ListPlace};
pub use spot::Spot;
pub use votes::Vote;
