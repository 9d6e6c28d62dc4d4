//! The queues: what is said on them, how it is sent, and how a batch is worked off.

mod arrivals;
mod batch;
pub mod messages;
mod send;

pub use arrivals::{Arrival, arrivals, arrived_keys};
pub use batch::{is_late, run_batch};
pub use send::{Outgoing, Queue, Unsent};

/// The message attribute that carries a trace, in W3C's spelling.
pub const TRACEPARENT: &str = "traceparent";
