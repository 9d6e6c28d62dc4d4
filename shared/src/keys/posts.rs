//! Keys of posts and of the photos in them.

use domain::{
    feeds::Position,
    ids::{PhotoId, PostId, UserId},
};
use jiff::Timestamp;

use super::{AWAITED_SHARDS, Key, at};

/// A post with its counts.
pub fn post(post: PostId) -> Key {
    Key::new(format!("POST#{post}"), "POST")
}

/// That a post was there.
pub fn gone(post: PostId) -> Key {
    Key::new(format!("POST#{post}"), "GONE")
}

/// That an edit of a post brought it to other walls.
pub fn came_to(post: PostId, edition: u64) -> Key {
    Key::new(format!("POST#{post}"), format!("CAME-TO#{edition}"))
}

/// A post in its author's list.
pub fn authored(author: &UserId, position: Position) -> Key {
    Key::new(authored_by(author), at(position))
}

/// The collection of an author's published posts.
pub fn authored_by(author: &UserId) -> String {
    format!("POSTS#{author}")
}

/// A post that does not appear yet, in its author's list.
pub fn waiting(author: &UserId, post: PostId) -> Key {
    Key::new(waiting_of(author), post.to_string())
}

/// The collection of an author's posts that do not appear yet.
pub fn waiting_of(author: &UserId) -> String {
    format!("WAITING#{author}")
}

/// An upload of the last day, in its owner's list.
pub fn uploaded(owner: &UserId, photo: PhotoId) -> Key {
    Key::new(uploaded_by(owner), photo.to_string())
}

/// The collection of a person's uploads of the last day.
pub fn uploaded_by(owner: &UserId) -> String {
    format!("UPLOADS#{owner}")
}

/// The marker of an upload that is awaited since its ticket was given out.
pub fn awaited(since: Timestamp, photo: PhotoId) -> Key {
    let shard = u8::try_from(photo.0.random() % u128::from(AWAITED_SHARDS)).unwrap_or(0);
    Key::new(awaited_shard(shard), super::since(since, photo))
}

/// One partition of those markers, 0 to [`AWAITED_SHARDS`].
pub fn awaited_shard(shard: u8) -> String {
    format!("AWAITED#{shard}")
}

/// Reads the sort key of such a marker.
pub fn parse_since(sk: &str) -> Option<(Timestamp, PhotoId)> {
    let (time, photo) = sk.split_once('#')?;
    Some((time.parse().ok()?, photo.parse().ok()?))
}

/// An upload, from its ticket on.
pub fn photo(photo: PhotoId) -> Key {
    Key::new(format!("PHOTO#{photo}"), "PHOTO")
}
