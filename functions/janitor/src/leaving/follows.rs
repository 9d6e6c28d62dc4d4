//! Whom one follows, and who follows one.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Follows", "Fan"];

/// Takes edges to others.
pub(super) async fn followed(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    edges(app, user, keys::follows_of(user), after).await
}

/// Takes edges from others.
pub(super) async fn followers(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    edges(app, user, keys::fans_of(user), after).await
}

async fn edges(
    app: &App,
    user: &UserId,
    list: String,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let edges = keys.iter().filter_map(|key| {
        let item = Item::at(key)?;
        let (Item::Follows(reader, author) | Item::Fan(author, reader)) = item else {
            return None;
        };
        Some((reader, author))
    });
    each(edges, async |(reader, author)| {
        app.store.take_follow(&reader, &author, user).await
    })
    .await?;
    Ok(last)
}
