//! The rules of the product, pure: no AWS, no HTTP, no clock, no randomness.
//!
//! A folder a subject; `claim`, `filter`, `ids`, `text` and `shown` are everybody's. Time and ids come in as arguments.

pub mod catalogue;
pub mod claim;
pub mod engagement;
pub mod feeds;
pub mod filter;
pub mod ids;
pub mod money;
pub mod people;
pub mod posts;
pub mod quota;
pub mod shown;
pub mod text;
pub mod time;
