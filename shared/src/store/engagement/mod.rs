//! What people do to posts and products, each with its count; and what follows from the counts.

mod acts;
mod answers;
mod badge;
mod best;
mod cases;
mod comments;
mod counts;
mod decisions;
mod fold;
mod hiding;
mod ideas;
mod inbox;
mod inlists;
mod lists;
mod moves;
mod remains;
mod reports;
mod spot;
mod standing;
mod thread;
mod votes;

pub(in crate::store) use answers::moved;
pub(in crate::store) use badge::unearned;
pub use best::Best;
pub(in crate::store) use cases::{held, held_post};
pub use comments::{Said, Saying};
pub(in crate::store) use counts::{Act, Counted};
pub use decisions::{Deciding, Deed, Suspension};
pub use fold::Look;
pub use hiding::{Piece, Remark};
pub use ideas::{Ground, Putting, Saves};
pub use inlists::Slice;
pub use lists::{ListCreation, ListPlace};
pub use reports::{Filed, Reporting};
pub use spot::Spot;
pub use votes::Vote;
