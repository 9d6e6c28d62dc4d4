//! What every function of Spark shares beside the rules of `domain`: storage, messages, and the edge.
//!
//! `error` and `telemetry` know nothing of the rest; `store`, `queue` and `photos` speak to AWS;
//! `http` and `runtime` are what a function is put together from.

pub mod error;
pub mod http;
pub mod photos;
pub mod queue;
pub mod runtime;
pub mod store;
pub mod telemetry;
