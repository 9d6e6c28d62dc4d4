//! Whom one follows, and who follows one.

use domain::ids::UserId;
use shared::{
    error::Error,
    keys::{self, Item, items::Spread},
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Follows", "Fan", "Pull"];

/// Takes edges to others.
pub(super) async fn followed(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    edges(app, user, keys::follows_of(user), after).await
}

/// Takes edges from those to whom one's posts are pushed.
pub(super) async fn fans(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    edges(app, user, keys::fans_of(user), after).await
}

/// Takes edges from those who pull them.
pub(super) async fn pulls(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    edges(app, user, keys::pulls_of(user), after).await
}

async fn edges(
    app: &App,
    user: &UserId,
    list: String,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let edges = keys.iter().filter_map(|key| match Item::at(key) {
        Some(
            Item::Follows(reader, author)
            | Item::Fan(author, Spread(reader))
            | Item::Pull(author, Spread(reader)),
        ) => Some((reader, author)),
        _ => None,
    });
    each(edges, async |(reader, author)| {
        app.store.take_follow(&reader, &author, user).await
    })
    .await?;
    Ok(last)
}
