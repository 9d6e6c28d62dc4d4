//! How a home feed is put together: candidates are merged, cut into windows by time, and each
//! window is ruled upon and ranked once.

mod open;
mod position;
pub mod ranking;
mod reader;
mod windows;

pub use open::{OpenPost, PATIENCE};
pub use position::{Entry, Position};
pub use reader::{Reader, Reason};
pub use windows::{HORIZON, WINDOW, merge};
