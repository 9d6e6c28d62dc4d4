//! Accounts with other networks, and the programmes that they lead to (MONEY 1-9).

mod accounts;
mod clicks;
mod insights;
mod invitations;
mod linking;
mod measuring;
mod programmes;
mod sellers;
mod storefronts;
mod totals;

pub use clicks::Led;
pub use linking::{Begun, Returned};
pub use programmes::Decision;
