//! The queues: what is said on them, how it is sent, and how a batch is worked off.

mod batch;
pub mod messages;
mod send;

pub use batch::run_batch;
pub use send::Queue;
