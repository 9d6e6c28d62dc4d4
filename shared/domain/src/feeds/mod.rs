//! How a home feed is put together: candidates are merged, cut into windows by time, and each
//! window is ruled upon and ranked once.

mod hot;
mod open;
mod paging;
mod position;
pub mod ranking;
mod reader;
mod windows;

pub use hot::{hot, marks, marks_with, rise, step};
pub use open::{OpenPost, PATIENCE};
pub use paging::{FeedPage, Place};
pub use position::{Delivered, Entry, Position};
pub use reader::{Reader, Reason};
pub use windows::{HORIZON, WINDOW, merge};
