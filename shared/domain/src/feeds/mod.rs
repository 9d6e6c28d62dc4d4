//! How a home feed is put together: candidates are merged, cut into windows by time, and each
//! window is ruled upon and ranked once.

mod book;
mod following;
mod head;
mod hot;
mod open;
mod paging;
mod plan;
mod policy;
mod position;
mod range;
pub mod ranking;
mod rates;
mod reader;
mod windows;

pub use book::{BOOK_FULL, BOOK_LIFE, Book, OPEN_SHARDS};
pub use following::{BACK_FILL, Following, MOST_FOLLOWED};
pub use head::{HEAD_FULL, HEAD_KEPT, Head, HeadRef};
pub use hot::{hot, marks, marks_with, rise, step};
pub use open::{OpenPost, PATIENCE};
pub use paging::{FeedPage, Place};
pub use plan::{Block, Blocks, PLAN_KEPT, Plan, Ranges, SIZES, Sizes};
pub use policy::{
    Edge, HEAD_READ, MOST_PULLED, MOST_PULLED_ASLEEP, MOVE_COST, PULLED_SERVED, Way, moves,
};
pub use position::{Delivered, Entry, Position};
pub use range::HashRange;
pub use rates::{Bucket, Rate, is_worth_noting, posts_a_day};
pub use reader::{Reader, Reason};
pub use windows::{HORIZON, WINDOW, merge};
