//! Uploads that nothing has claimed.

use domain::ids::UserId;
use shared::error::Error;

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Photo", "Awaited", "Uploaded"];

/// Takes a page of them: `relay` tells `photos` what is to go from the bucket.
pub(super) async fn unclaimed(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (uploads, last) = app.store.uploads(user, after, PAGE).await?;
    each(uploads, |(photo, since)| {
        app.store.take_upload(user, photo, since)
    })
    .await?;
    Ok(last)
}
