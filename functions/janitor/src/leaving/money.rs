//! What one ordered, which posts of others one viewed, and which account is one's: what is owed to the account stays, and is
//! paid still (MONEY 41).

use domain::ids::UserId;
use shared::{error::Error, keys};

use super::inbox;
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["CustomerOrder", "Viewed", "Engaged"];

/// Takes what one ordered.
pub(super) async fn orders(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    inbox::all(app, keys::orders_of(user), after).await
}

/// Takes which posts of others one viewed.
pub(super) async fn views(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    inbox::all(app, keys::views_by(user), after).await
}

/// Has the account be nobody's.
pub(super) async fn account(app: &App, user: &UserId) -> Result<Option<String>, Error> {
    app.store.leave_account(user).await?;
    Ok(None)
}
