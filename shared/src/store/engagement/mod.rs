//! What people do to posts, each with its count; and what follows from the counts.

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
mod inbox;
mod reports;
mod standing;
mod thread;
mod votes;

pub(in crate::store) use badge::unearned;
pub use best::Best;
pub(in crate::store) use cases::{held, held_post};
pub use comments::{Said, Saying};
pub(in crate::store) use counts::{Act, Counted};
pub use decisions::{Deciding, Deed, Suspension};
pub use fold::Look;
pub use hiding::{Piece, Remark};
pub use reports::{Filed, Reporting};
pub use votes::Vote;
