//! What one told moderators: that one did is left, for a while, under one's id alone.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Reported", "Appealed"];

/// What the places of a page of appeals begin with: they come after reports.
const APPEALS: &str = "appeals ";

/// Takes what reports and appeals say, and that they are one's own.
pub(super) async fn all(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let appeals = after
        .as_deref()
        .and_then(|after| after.strip_prefix(APPEALS));
    let Some(after_appeal) = appeals else {
        let last = reports(app, user, after).await?;
        return Ok(Some(last.unwrap_or_else(|| APPEALS.to_owned())));
    };
    let after = Some(after_appeal).filter(|after| !after.is_empty());
    let last = self::appeals(app, user, after.map(str::to_owned)).await?;
    Ok(last.map(|last| format!("{APPEALS}{last}")))
}

async fn reports(app: &App, user: &UserId, after: Option<String>) -> Result<Option<String>, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::reported_by(user), after, PAGE)
        .await?;
    let subjects = keys.iter().filter_map(|key| {
        let Item::Reported(_, subject) = Item::at(key)? else {
            return None;
        };
        Some(subject)
    });
    let now = app.clock.now();
    each(subjects, |subject| async move {
        app.store.hush_report(&subject, user, now).await
    })
    .await?;
    app.store.take(&keys).await?;
    Ok(last)
}

async fn appeals(app: &App, user: &UserId, after: Option<String>) -> Result<Option<String>, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::appeals_of(user), after, PAGE)
        .await?;
    let appeals = keys.iter().filter_map(|key| {
        let Item::Appealed(_, appeal) = Item::at(key)? else {
            return None;
        };
        Some(appeal)
    });
    each(appeals, |appeal| app.store.hush_appeal(user, appeal)).await?;
    app.store.take(&keys).await?;
    Ok(last)
}
