//! What one said of posts, and did at them and at comments.

use domain::ids::UserId;
use shared::{error::Error, store::Did};

use super::{PAGE, each};
use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["Comment", "Reply", "Acts", "ActsAtProduct", "ActsAtComment"];

/// What is done at comments stands after what is done at posts.
const AT_COMMENTS: &str = "C";

/// Takes comments and replies back; with replies to one, it stays without its text.
pub(super) async fn comments(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let after = after.unwrap_or_else(|| AT_COMMENTS.to_owned());
    let (did, last) = app.store.did(user, Some(after), PAGE).await?;
    let mine = did.into_iter().filter_map(|did| match did {
        Did::AtComment(_, at) => at.mine,
        Did::AtPost(..) | Did::AtProduct(..) => None,
    });
    each(mine, |comment| app.store.take_comment(user, comment)).await?;
    Ok(last)
}

/// Takes smiles and votes back, and what was hidden.
pub(super) async fn others(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Option<String>, Error> {
    let (did, last) = app.store.did(user, after, PAGE).await?;
    each(&did, |did| app.store.take_act(user, did)).await?;
    Ok(last)
}
