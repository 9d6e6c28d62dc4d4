//! Which lists hold a thing, kept beside it; and that it is among somebody's hearts, kept in their history.

use domain::{
    engagement::Idea,
    feeds::Findable,
    ids::{ListId, UserId},
};
use shared::{
    error::Error,
    queue::messages::{ListChanged, RollupMessage},
    store::Slice,
};

use crate::App;

/// So many things of a list are gone through for one message.
const SLICE: usize = 50;

/// What a list holds, or to whom it is shown, has changed.
pub(crate) async fn changed(app: &App, changed: ListChanged) -> Result<(), Error> {
    let list: (&UserId, ListId) = (&changed.owner, changed.list);
    if let Some(what) = &changed.what {
        app.store.tell_of_list(list, &what.idea, what.at).await?;
        if let Idea::Product(product) = &what.idea {
            // What many save is found before others.
            let product = Findable::Product(product.clone());
            app.store.keep_findable(&product).await?;
        }
        return hearted(app, list, &what.idea).await;
    }
    let after = changed.after.as_ref();
    let slice = app.store.tell_of_all_in_list(list, after, SLICE);
    match slice.await? {
        Slice::Last => Ok(()),
        Slice::After(place) => {
            let next = RollupMessage::ListChanged(ListChanged {
                after: Some(place),
                ..changed
            });
            app.queue.send_later(&[next], 0).await
        }
    }
}

/// What is among somebody's hearts counts in their history, as long as it is there.
async fn hearted(app: &App, (user, list): (&UserId, ListId), idea: &Idea) -> Result<(), Error> {
    let Idea::Product(product) = idea else {
        return Ok(());
    };
    if list != ListId::of_hearts(user) {
        return Ok(());
    }
    let saves = app.store.saves(user, idea, true).await?;
    let since = saves.get(&list).map(|save| save.at);
    let now = app.clock.now();
    app.store.note_heart(user, product, since, now).await
}
