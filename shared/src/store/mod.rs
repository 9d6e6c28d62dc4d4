//! The DynamoDB table: one method an access pattern, every rule that needs the table a write
//! condition.

mod acts;
pub mod cache;
pub mod classify;
mod feeds;
mod follows;
mod idempotency;
mod imports;
mod interests;
pub mod keys;
pub mod patterns;
mod people;
mod photos;
mod posts;
mod products;
mod reviews;
pub mod seal;
mod shelves;
mod table;
mod transact;
mod write;

pub use idempotency::Claim;
pub use people::{NotifyChange, ProfileChange};
pub use posts::{Creation, Uploads};
pub use products::Details;
pub use reviews::Imported;
pub use table::{ATTEMPTS, Table, pause};

/// Every question that the functions ask of the table, and every deed they do to it.
#[derive(Debug, Clone)]
pub struct Store {
    table: Table,
}

impl Store {
    /// A store on the table of that name.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        Self {
            table: Table::new(client, table),
        }
    }
}
