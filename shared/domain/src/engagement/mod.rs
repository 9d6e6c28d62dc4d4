//! What people do at things: smiles, votes, hiding; what that earns them; and how it is counted when very many do so at once.

mod acts;
mod badge;
mod counts;
mod inbox;
mod subject;

pub use acts::Acts;
pub use badge::{Badge, Thresholds, earned, most};
pub use counts::{Count, Heat, Shards, Thing};
pub use inbox::{
    Day, Group, KEPT, NAMED, NEWEST, Notice, NoticeKind, People, Pointer, Slot, Told, UNREAD, WITHIN,
};
pub use subject::Subject;
//! What people do at things: smiles, votes, hiding, comments; and how it is counted when very many do so at once.

mod acts;
mod comments;
mod counts;
pub mod order;
mod thread;

pub use acts::Acts;
pub use comments::{Accepted, Comment, MENTIONS, draft};
pub use counts::{Count, Heat, Shards, Thing};
pub use thread::Thread;
