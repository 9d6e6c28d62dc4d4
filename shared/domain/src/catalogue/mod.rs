//! What the store tells of its products: their categories, what they cost, what was written of them.

pub mod brand;
pub mod categories;
pub mod currency;
pub mod file;
pub mod product;
pub mod report;
pub mod review;
