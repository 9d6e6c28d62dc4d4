//! What is left of a post that is gone.

use domain::{engagement::Thing, feeds::Position};
use shared::{
    error::Error,
    queue::messages::{JanitorMessage, PostDeleted},
};

use crate::App;

/// So many comments are taken away before a message to itself goes on.
const SLICE: usize = 500;
/// And it leaves so many lists.
const LISTS: usize = 50;

/// Takes it away: first what acts that are under way would still find, then what was said of it, and where it is kept.
pub(crate) async fn deleted(app: &App, gone: PostDeleted) -> Result<(), Error> {
    let (store, now) = (&app.store, app.clock.now());
    store.note_gone(gone.post, now).await?;
    if gone.generation > 0 {
        let thing = Thing::Post(gone.post);
        store.close_all(&thing, gone.generation, now).await?;
    }
    if let Some(published_at) = gone.published_at {
        let post = gone.post;
        let at = Position { published_at, post };
        store.expire_on_topics(at, &gone.topics, now).await?;
        store.expire_shown(at, &gone.products, now).await?;
        store.forget_reach(post).await?;
    }
    let is_clear = store.clear_comments(gone.post, SLICE, now).await?;
    if is_clear && !store.take_post_out_of_lists(gone.post, LISTS).await? {
        return Ok(());
    }
    app.own.send(&[JanitorMessage::PostDeleted(gone)]).await
}
