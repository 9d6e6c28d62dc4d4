//! What the store tells of its products, and what was written of them.

mod imports;
mod products;
mod reviews;
mod similar;

pub use products::Details;
pub use reviews::Imported;
pub(in crate::store) use reviews::{claim_review, release_review};
