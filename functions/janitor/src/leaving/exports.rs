//! Exports, with their files. One that is being put together finds out.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Export", "UnfinishedExport"];

/// Takes a page of them.
pub(super) async fn all(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let list = keys::exports_of(user);
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let exports = keys.iter().filter_map(|key| {
        let Item::Export(_, export) = Item::at(key)? else {
            return None;
        };
        Some(export)
    });
    // Without its item a file would be found no more.
    each(exports, |export| app.exports.delete_all(export)).await?;
    app.store.take(&keys).await?;
    Ok(last)
}
