//! What was decided on one, and what came of what one reported: it is left for a while, under one's id alone.

use domain::ids::UserId;
use shared::error::Error;

use super::PAGE;
use crate::App;

#[cfg(test)]
pub(super) const SWEPT: &[&str] = &["Case", "Statement", "Strikes", "Reporter"];

/// Has a page of it be swept once nobody can come back to it.
pub(super) async fn all(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let now = app.clock.now();
    app.store.leave_decided(user, after, PAGE, now).await
}
