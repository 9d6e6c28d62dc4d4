//! What is left of a list that is gone.

use shared::{
    error::Error,
    queue::messages::{JanitorMessage, ListDeleted},
};

use crate::App;

/// So many things are taken out of it before a message to itself goes on.
const SLICE: usize = 50;

/// Takes out what was in it, with where its owner kept that, and with what is told of it.
pub(crate) async fn deleted(app: &App, gone: ListDeleted) -> Result<(), Error> {
    let list = (&gone.owner, gone.list);
    if app.store.empty_list(list, SLICE).await? {
        return app.own.send(&[JanitorMessage::ListDeleted(gone)]).await;
    }
    Ok(())
}
