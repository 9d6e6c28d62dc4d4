//! Calling AWS: the SDK's configuration, the HTTP client beneath it, and its errors told apart.

mod classify;
mod https;
pub(crate) mod sdk;

pub use classify::{classify, is_transient};
pub use https::Https;
