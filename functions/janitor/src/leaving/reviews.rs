//! What one wrote in the store: its products' ratings are corrected.

use domain::ids::UserId;
use shared::{error::Error, keys};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Review", "Reviewed"];

/// Takes a page of reviews.
pub(super) async fn all(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let list = keys::reviewed_by(user);
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let reviews = keys.iter().filter_map(|key| keys::parse_reviewed(&key.sk));
    each(reviews, async |review| {
        app.store.take_review(user, &review).await
    })
    .await?;
    app.store.take(&keys).await?;
    Ok(last)
}
