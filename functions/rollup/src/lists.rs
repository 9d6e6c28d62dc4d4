//! Which lists hold a thing, kept beside it.

use domain::ids::{ListId, UserId};
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
        return app.store.tell_of_list(list, &what.idea, what.at).await;
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
