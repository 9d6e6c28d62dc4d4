//! A new follow: the author's latest posts come to the reader's timeline, and posts are pushed from then on.

use shared::{
    error::Error,
    queue::messages::Followed,
    telemetry::metrics::{self, Metric},
};

use crate::App;

/// Delivers an author's latest posts to a new follower. The edge is read before the posts: what is published after is
/// pushed by it. Until this is done, and if it never is, the author is pulled.
pub(crate) async fn back_fill(app: &App, followed: Followed) -> Result<(), Error> {
    let (Followed { reader, author }, store) = (followed, &app.store);
    let Some(mark) = store.edge_mark(&reader, &author).await? else {
        return Ok(());
    };
    let delivered = store.back_fill(&reader, &author, app.clock.now()).await?;
    metrics::count(Metric::Deliveries, delivered);
    store.name_as_pushed(&reader, &[(&author, mark)]).await?;
    Ok(())
}
