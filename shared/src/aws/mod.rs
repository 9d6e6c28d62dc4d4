//! Calling AWS: the SDK's configuration, the HTTP client beneath it, and its errors told apart.

mod classify;
pub(crate) mod endpoint;
mod https;
pub(crate) mod sdk;
pub(crate) mod secrets;

pub use classify::{classify, is_transient};
pub use https::Https;
