//! What people do at things: smiles, votes, hiding, comments, keeping them in lists; what that earns them, and what others are told of it; and
//! how it is counted when very many do so at once.

mod acts;
mod badge;
mod case;
mod comments;
mod counts;
mod fact;
mod inbox;
mod lists;
mod moderation;
pub mod order;
mod place;
mod reports;
mod statement;
mod subject;
mod thread;
mod told;

pub use acts::{Acts, Feedback};
pub use badge::{Badge, Thresholds, earned, most};
pub use case::{Appeal, Case, CaseState, Docket, Last, NoAppeal};
pub use comments::{Accepted, Comment, MENTIONS, draft};
pub use counts::{Count, Heat, Shards, Thing};
pub use fact::Fact;
pub use inbox::{
    Group, KEPT, NAMED, NEWEST, Notice, NoticeKind, People, Pointer, Slot, UNREAD, WITHIN, concerns,
};
pub use lists::{
    Cover, HEARTS, IDEAS, Idea, IdeaList, LISTS, Listed, Save, Shelf, Visibility, list_name,
    neighbours, note,
};
pub use moderation::{HiddenBy, Moderation, REMEMBERED, appeal_until};
pub use place::Place;
pub use reports::{Outcome, Record, Report, ReportReason, Weight, explanation};
pub use statement::{Action, Ground, SUSPENSION, Side, Statement, Strikes};
pub use subject::{Faults, Named, Subject};
pub use thread::Thread;
pub use told::{Day, Told};
