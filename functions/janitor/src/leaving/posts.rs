//! Posts, with their photos, their places in lists and the markers of their delivery. What others said of them goes by
//! itself, as with any post.

use domain::{
    feeds::Findable,
    ids::{PostId, UserId},
};
use shared::{
    error::Error,
    keys::{self, Item},
    table::Anew,
};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &[
    "Post",
    "Authored",
    "Waiting",
    "Open",
    "Photo",
    "FindPost",
    "FoundPost",
];

/// Those that have appeared.
pub(super) async fn published(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    listed(app, user, keys::authored_by(user), after).await
}

/// Those that have not.
pub(super) async fn waiting(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    listed(app, user, keys::waiting_of(user), after).await
}

async fn listed(
    app: &App,
    user: &UserId,
    list: String,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let posts = keys.iter().filter_map(|key| {
        let item = Item::at(key)?;
        if let Item::Authored(_, at) = item {
            return Some(at.post);
        }
        let Item::Waiting(_, post) = item else {
            return None;
        };
        Some(post)
    });
    each(posts, |post| take(app, user, post)).await?;
    app.store.take(&keys).await?;
    Ok(last)
}

async fn take(app: &App, user: &UserId, post: PostId) -> Result<(), Error> {
    app.store.take_findable(&Findable::Post(post)).await?;
    let mut anew = Anew::standing_on("a post of somebody who leaves");
    loop {
        let read = app.store.post_now(post).await?;
        let Some(read) = read.filter(|post| post.author == *user) else {
            return Ok(());
        };
        if app.store.take_post(user, &read).await? {
            return Ok(());
        }
        anew.begin().await?;
    }
}
