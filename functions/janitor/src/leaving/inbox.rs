//! What one is told, and what was delivered to one.

use domain::ids::UserId;
use shared::{error::Error, keys};

use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Notice", "OpenNotice", "ToldOf", "Timeline"];

/// So many items that are counted nowhere are a page.
const PAGE: usize = 500;

/// Takes notices, and what keeps them.
pub(super) async fn notices(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    all(app, keys::inbox_of(user), after).await
}

/// Takes the timeline.
pub(super) async fn timeline(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    all(app, keys::timeline_of(user), after).await
}

/// Takes a collection that is counted nowhere.
pub(super) async fn all(
    app: &App,
    list: String,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    app.store.take(&keys).await?;
    Ok(last)
}
