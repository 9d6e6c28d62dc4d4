//! By which words one is found.

use domain::{feeds::Findable, ids::UserId};
use shared::error::Error;

use crate::App;

#[cfg(test)]
pub(super) const TAKEN: &[&str] = &["FindPerson", "FoundPerson"];

/// Takes them all: they are few.
pub(super) async fn all(app: &App, user: &UserId) -> Result<Option<String>, Error> {
    let person = Findable::Person(user.clone());
    app.store.take_findable(&person).await?;
    Ok(None)
}
