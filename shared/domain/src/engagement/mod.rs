//! What people do at things: smiles, votes, hiding, comments, keeping them in lists; what that earns them, and what others are told of it; and
//! how it is counted when very many do so at once.

mod acts;
mod badge;
mod comments;
mod counts;
mod inbox;
mod lists;
pub mod order;
mod place;
mod subject;
mod thread;
mod told;

pub use acts::Acts;
pub use badge::{Badge, Thresholds, earned, most};
pub use comments::{Accepted, Comment, MENTIONS, draft};
pub use counts::{Count, Heat, Shards, Thing};
pub use inbox::{
    Fact, Group, KEPT, NAMED, NEWEST, Notice, NoticeKind, People, Pointer, Slot, UNREAD, WITHIN,
    concerns,
};
pub use lists::{
    Cover, HEARTS, IDEAS, Idea, IdeaList, LISTS, Listed, Save, Shelf, Visibility, list_name,
    neighbours, note,
};
pub use place::Place;
pub use subject::Subject;
pub use thread::Thread;
pub use told::{Day, Told};
