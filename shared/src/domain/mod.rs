//! The rules of the product, pure: no AWS, no HTTP, no clock, no randomness.

pub mod categories;
pub mod entities;
pub mod feed;
pub mod ids;
pub mod interests;
pub mod people;
pub mod photo;
pub mod post;
pub mod product;
pub mod ranking;
pub mod report;
pub mod review;
pub mod suggestions;
pub mod text;
pub mod topics;
