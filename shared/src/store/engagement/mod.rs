//! What people do to posts, each with its count; and what follows from the counts.

mod acts;
mod badge;
mod counts;
mod fold;
mod inbox;
mod votes;

pub(in crate::store) use badge::unearned;
mod answers;
mod best;
mod comments;
mod counts;
mod thread;
mod votes;

pub use best::Best;
pub use comments::{NewComment, Said};
pub(in crate::store) use counts::{Act, Counted};
pub use fold::Look;
pub use votes::Vote;
