//! Calling AWS: the SDK's configuration, the HTTP client beneath it, its errors told apart, and how long and
//! how often a call is tried.

mod classify;
pub mod deadline;
pub(crate) mod endpoint;
mod https;
pub(crate) mod sdk;
pub(crate) mod secrets;
mod tries;

pub use classify::{classify, is_transient};
pub use https::Https;
pub use tries::{TRY, Tries, call, tried_here};
