//! What is left of a post that is gone.

use domain::{engagement::Thing, feeds::Position};
use shared::{
    error::Error,
    queue::messages::{JanitorMessage, PostDeleted, WallsLeft},
};

use crate::App;

/// So many comments are taken away before a message to itself goes on.
const SLICE: usize = 500;
/// And it leaves so many lists.
const LISTS: usize = 50;

/// Takes it away: first what acts that are under way would still find, then what was said of it, and where it is kept.
pub(crate) async fn deleted(app: &App, gone: PostDeleted) -> Result<(), Error> {
    let (store, now) = (&app.store, app.clock.now());
    // Of one that never appeared nobody knows.
    if gone.published_at.is_some() {
        store.note_gone(gone.post, now).await?;
    }
    if gone.generation > 0 {
        let thing = Thing::Post(gone.post);
        store.close_all(&thing, gone.generation, now).await?;
    }
    if let Some(published_at) = gone.published_at {
        let post = gone.post;
        let at = Position { published_at, post };
        store.take_off_topics(at, &gone.topics).await?;
        store.expire_shown(at, &gone.products, now).await?;
        let brands = store.brands(&gone.products).await?;
        store.take_asked(at, &brands, &gone.topics).await?;
        store.forget_reach(post).await?;
    }
    let is_clear = store.clear_comments(gone.post, SLICE, now).await?;
    if is_clear && !store.take_post_out_of_lists(gone.post, LISTS).await? {
        return Ok(());
    }
    app.own.send(&[JanitorMessage::PostDeleted(gone)]).await
}

/// Takes a post off walls that it left. One that came back to them meanwhile may have been put there before: whoever comes
/// last has it be where it says.
pub(crate) async fn left_walls(app: &App, left: WallsLeft) -> Result<(), Error> {
    let (published_at, post) = (left.published_at, left.post);
    let at = Position { published_at, post };
    app.store.take_off_topics(at, &left.topics).await?;
    let Some(post) = app.store.post_now(post).await? else {
        return Ok(());
    };
    let mut back = left.topics;
    back.retain(|topic| post.topics.contains(topic));
    app.store.put_on_topics(at, &back).await
}
