//! What sellers asked of somebody, what they asked of influencers themselves, and for which brands: what they sent stays with
//! whom it was sent to, which does not say by whom.

use domain::ids::UserId;
use shared::{error::Error, keys};

use super::inbox;
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Brief", "RunningBriefs", "SentBrief", "Seller"];

/// Takes the briefs to somebody.
pub(super) async fn received(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    inbox::all(app, keys::briefs_to(user), after).await
}

/// Takes the list of those that they sent, and which brands they see.
pub(super) async fn sent(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    app.store.take(&[keys::seller(user)]).await?;
    inbox::all(app, keys::briefs_by(user), after).await
}
