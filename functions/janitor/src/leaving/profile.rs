//! Who somebody was, with the topics that they chose, what they had earned and what they had used; the end of the deletion itself is noted
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
    "History",
    "Rate",
    "Taste",
    "Ads",
    "Head",
    "Deletion",
];
#[cfg(test)]
pub(super) const SWEPT: &[&str] = &["Rules", "RulesPage"];

/// Takes them.
pub(super) async fn take(app: &App, user: &UserId) -> Result<Option<String>, Error> {
    app.store.take_profile(user, app.clock.now()).await?;
    Ok(None)
}
