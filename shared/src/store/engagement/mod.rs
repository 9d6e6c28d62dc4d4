//! What people do to posts, each with its count; and what follows from the counts.

mod acts;
mod answers;
mod badge;
mod best;
mod comments;
mod counts;
mod fold;
mod inbox;
mod leaving;
mod remains;
mod thread;
mod votes;

pub(in crate::store) use answers::moved;
pub(in crate::store) use badge::unearned;
pub use best::Best;
pub use comments::{Said, Saying};
pub(in crate::store) use counts::{Act, Counted};
pub use fold::Look;
pub use leaving::{AtComment, Did};
pub use votes::Vote;
