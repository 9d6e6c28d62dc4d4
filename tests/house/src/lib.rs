//! The rules of the house, each a function of the tree that says what breaks it and where: so it can
//! be asked of a changed copy whether a rule would notice.

mod crates;
mod finding;
mod house;
mod linked;
mod rooms;
mod rules;
mod source;

pub mod tree;

pub use finding::Finding;
pub use house::House;
pub use rules::{ALL as RULES, Rule};
