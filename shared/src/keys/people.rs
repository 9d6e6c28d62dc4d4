//! Keys of people, of whom they follow, and of what they are interested in.

use domain::{
    ids::{TopicId, UserId},
    people::Handle,
};
use jiff::Timestamp;

use super::Key;

/// A person who has joined.
pub fn profile(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "PROFILE")
}

/// The claim on a handle, whatever its case.
pub fn handle(handle: &Handle) -> Key {
    Key::new(format!("HANDLE#{}", handle.folded()), "HANDLE")
}

/// That `reader` follows `author`, as the reader sees it.
pub fn follows(reader: &UserId, author: &UserId) -> Key {
    Key::new(follows_of(reader), author.as_str())
}

/// The collection of whom a reader follows.
pub fn follows_of(reader: &UserId) -> String {
    format!("FOLLOWS#{reader}")
}

/// That posts of `author` are pushed to `reader`.
pub fn fan(author: &UserId, reader: &UserId) -> Key {
    Key::new(fans_of(author), reader.as_str())
}

/// The collection of those whom an author's posts are pushed to.
pub fn fans_of(author: &UserId) -> String {
    format!("FANS#{author}")
}

/// That a person chose a topic; the latest to join come last.
pub fn interested(topic: &TopicId, joined_at: Timestamp, user: &UserId) -> Key {
    Key::new(interested_in(topic), format!("{joined_at:.3}#{user}"))
}

/// The collection of those who chose a topic.
pub fn interested_in(topic: &TopicId) -> String {
    format!("INTERESTED#{topic}")
}
