//! Lists, with what is in them: each thing leaves with its count, and then the list goes.

use domain::ids::{ListId, UserId};
use shared::{
    error::Error,
    keys::{self, Item},
    table::Anew,
};

use super::PAGE;
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["List", "Listed", "OwnedList", "ListCount", "InList"];

/// So many lists are a page: each may hold very much.
const LISTS: usize = 5;

/// Takes them, and how many there were.
pub(super) async fn all(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let owned = keys::lists_of(user);
    let (keys, last) = app.store.keys_in(owned, after, LISTS).await?;
    for key in &keys {
        if let Some(Item::OwnedList(_, _, list)) = Item::at(key) {
            take(app, user, list).await?;
        }
    }
    app.store.take(&keys).await?;
    Ok(last)
}

async fn take(app: &App, user: &UserId, list: ListId) -> Result<(), Error> {
    let mut anew = Anew::standing_on("a list of somebody who leaves");
    loop {
        while app.store.empty_list((user, list), PAGE).await? {}
        let read = app.store.list_now(list).await?;
        let Some(read) = read.filter(|list| list.owner == *user) else {
            return Ok(());
        };
        if read.count == 0 && app.store.delete_list(&read).await? {
            return Ok(());
        }
        anew.begin().await?;
    }
}
