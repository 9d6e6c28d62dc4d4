//! How a home feed is put together: candidates are merged, cut into windows by time, and each
//! window is ruled upon and ranked once.

mod book;
mod compact;
mod deal;
mod findable;
mod finds;
mod following;
mod head;
mod history;
mod hot;
mod hottest;
pub mod nudge;
mod open;
pub mod pairs;
pub mod picks;
mod place;
mod plan;
mod policy;
mod position;
mod range;
mod ranking;
mod rates;
mod reader;
mod reason;
mod receipt;
pub mod rows;
mod run;
pub mod search;
pub mod slots;
mod sponsored;
mod spot;
pub mod stream;
mod taste;
mod topics;
mod wall;
mod windows;
mod words;

pub use book::{BOOK_FULL, BOOK_LIFE, Book, OPEN_SHARDS};
pub use deal::{Deal, FEW, FeedItem, FeedPage};
pub use findable::{Findable, FindableKind, Wording, bucket};
pub use finds::{FINDS, FINDS_SHOWN, Finds};
pub use following::{BACK_FILL, Following, MOST_FOLLOWED};
pub use head::{HEAD_FULL, HEAD_KEPT, Head, HeadRef};
pub use history::{
    Act, Asked, EVENTS_A_DAY, Event, History, KEPT, PRODUCTS, QUERIES, QUERY_BYTES, Used,
};
pub use hot::{Reception, hot, marks, rise, step};
pub use hottest::{Generation, HotEntry, HotList, TRENDING_AND_POLLS, minute};
pub use open::{OpenPost, PATIENCE};
pub use place::{Hot, Place, Supply};
pub use plan::{Block, Blocks, PLAN_KEPT, Plan, Ranges, SIZES, Sizes};
pub use policy::{
    Delivery, Edge, HEAD_READ, MOST_PULLED, MOST_PULLED_ASLEEP, MOVE_COST, PULLED_SERVED, moves,
};
pub use position::{Delivered, Entry, Position};
pub use range::HashRange;
pub use rates::{Bucket, Rate, is_worth_noting, posts_a_day};
pub use reader::{Besides, Reader};
pub use reason::{PICKS_WITH_POSTS, Reason, Suggested};
pub use receipt::{Receipt, Rule, Stage, Way};
pub use run::{LONGEST_RUN, Run};
pub use sponsored::{
    Ads, Audience, MOST_PER_READER_DAY, Offer, PER_READER_DAY, Sponsorship, Surface, day,
    end_of_day, offers,
};
pub use spot::{Dealt, WallHand, WallSpot};
pub use taste::{MOST_AUTHORS, Taste};
pub use topics::topics_named;
pub use wall::{Drawn, DrawnPlace, LOOKED_AT, NEWEST, WALL_HORIZON, WallPlace, WallSort};
pub use windows::{Candidates, HORIZON, Source, WINDOW};
