//! Takes the store's product feeds out of the bucket into the table.

pub mod feed;
mod price;
mod records;
