//! What people do at things: smiles, votes, hiding; and how it is counted when very many do so at once.

mod acts;
mod counts;

pub use acts::Acts;
pub use counts::{Count, Heat, Shards, Thing};
