//! What a change comes to, and what is seen of it.

use shared::queue::messages::{FanoutMessage, PhotosMessage};

/// An item as it was, or is.
pub type Image = serde_dynamo::Item;

/// A message, with the function that it is for.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// To `fanout`.
    Fanout(FanoutMessage),
    /// To `photos`.
    Photos(PhotosMessage),
}
