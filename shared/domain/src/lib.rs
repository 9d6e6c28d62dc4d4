//! The rules of the product, pure: no AWS, no HTTP, no clock, no randomness.
//!
//! A folder a subject; `ids` and `text` are everybody's. Time and ids come in as arguments.

pub mod catalogue;
pub mod feeds;
pub mod ids;
pub mod people;
pub mod posts;
pub mod text;
