//! Which comments of a post with very many are the best (ENGAGEMENT 13).

use domain::ids::PostId;
use shared::error::Error;

use crate::App;

/// The order of the comments of a post may have changed.
pub(crate) async fn keep(app: &App, post: PostId) -> Result<(), Error> {
    app.store.keep_best(post).await
}
