//! What is told of people: that they follow somebody.

use domain::ids::UserId;
use shared::queue::messages::{FanoutMessage, Followed};

/// A reader who follows an author from now on; the key says it all.
pub fn followed(reader: UserId, author: UserId) -> FanoutMessage {
    FanoutMessage::Followed(Followed { reader, author })
}
