//! Whom one blocks and mutes. Who blocks one is known by an id alone, for a while.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Blocked", "Muted"];

/// Takes blocks away, from the rules of whom they kept out too.
pub(super) async fn blocks(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let list = keys::blocked_by(user);
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let others = keys.iter().filter_map(|key| {
        let Item::Blocked(_, other) = Item::at(key)? else {
            return None;
        };
        Some(other)
    });
    each(others, async |other| {
        app.store.take_block(user, &other).await
    })
    .await?;
    Ok(last)
}

/// Takes mutes away, which nobody else knows of.
pub(super) async fn mutes(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let list = keys::muted_by(user);
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    app.store.take(&keys).await?;
    Ok(last)
}
