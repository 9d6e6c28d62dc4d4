//! What operators see of the system besides its log lines: traces that go on from function to
//! function, and metrics.

pub mod metrics;
mod trace;

pub use trace::{Trace, Traced};
