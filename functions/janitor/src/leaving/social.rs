//! Accounts with other networks, which somebody else may link then, and what was applied for.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::PAGE;
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &[
    "SocialAccount",
    "SocialClaim",
    "Proof",
    "Application",
    "Vetting",
    "Storefront",
    "Influencer",
    "Invitation",
];

/// Takes a page of them: there are four at most, and as many proofs.
pub(super) async fn accounts(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let list = keys::social_accounts_of(user);
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    for key in &keys {
        if let Some(Item::SocialAccount(_, network)) = Item::at(key) {
            app.store.unlink(user, network).await?;
        }
    }
    app.store.take(&keys).await?;
    app.store.leave_programmes(user).await?;
    let invitations = keys::invitations_of(user);
    let (keys, _) = app.store.keys_in(invitations, None, PAGE).await?;
    app.store.take(&keys).await?;
    Ok(last)
}
