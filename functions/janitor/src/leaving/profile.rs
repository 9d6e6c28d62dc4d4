//! Who somebody was, with the topics that they chose and what they had earned; the end of the deletion itself is noted
//! beside.

use domain::ids::UserId;
use shared::error::Error;

use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &[
    "Profile",
    "Following",
    "Photo",
    "Interested",
    "Badge",
    "Head",
    "Deletion",
];

/// Takes them.
pub(super) async fn take(app: &App, user: &UserId) -> Result<Option<String>, Error> {
    app.store.take_profile(user, app.clock.now()).await?;
    Ok(None)
}
