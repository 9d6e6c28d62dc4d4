//! What people do at things: smiles, votes, hiding; what that earns them; and how it is counted when very many do so at once.

mod acts;
mod badge;
mod counts;

pub use acts::Acts;
pub use badge::{Badge, Thresholds, earned, most};
pub use counts::{Count, Heat, Shards, Thing};
