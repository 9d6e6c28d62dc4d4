//! What comments on a poll say that their authors voted for (ENGAGEMENT 19).

use shared::{error::Error, queue::messages::Voted};

use crate::App;

/// Somebody voted, or changed their vote: for what, it tells itself.
pub(crate) async fn keep(app: &App, voted: &Voted) -> Result<(), Error> {
    app.store.keep_voted(&voted.user, voted.post).await
}
