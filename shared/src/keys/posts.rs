//! Keys of posts and of the photos in them.

use domain::{
    feeds::Position,
    ids::{PhotoId, PostId, UserId},
};

use super::{Key, at};

/// A post with its counts.
pub fn post(post: PostId) -> Key {
    Key::new(format!("POST#{post}"), "POST")
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

/// An upload, from its ticket on.
pub fn photo(photo: PhotoId) -> Key {
    Key::new(format!("PHOTO#{photo}"), "PHOTO")
}
