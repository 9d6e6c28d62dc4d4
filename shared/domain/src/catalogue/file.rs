//! The files that the store hands over: feeds of products, and reviews.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One version of a file in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFile {
    /// Its key.
    pub key: String,
    /// When it arrived, to the millisecond.
    pub at: Timestamp,
    /// S3's entity tag of it.
    pub etag: String,
}
