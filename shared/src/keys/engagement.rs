//! Keys of what people do.

use domain::ids::{PostId, UserId};

use super::Key;

/// That `user` smiled at `post`.
pub fn smile(user: &UserId, post: PostId) -> Key {
    Key::new(acts_of(user), format!("{post}#smile"))
}

/// The collection of what a person did to posts; sort keys begin with the post's id.
pub fn acts_of(user: &UserId) -> String {
    format!("ACTS#{user}")
}
