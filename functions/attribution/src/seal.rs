//! Sealing: entries that wait are moved into the next block of their account's chain (MONEY 27).

use domain::money::{Account, chain::ENTRIES};
use shared::{error::Error, table::Anew};

use crate::App;

/// Seals all entries of an account that wait.
pub(crate) async fn all(app: &App, account: &Account) -> Result<(), Error> {
    let mut anew = Anew::standing_on("a chain");
    loop {
        let waiting = app.store.unsealed(account, ENTRIES).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let last = waiting.len() < ENTRIES;
        let books = app.store.account_books(account).await?;
        let sealed = app.store.seal(account, &books, waiting, app.now()).await?;
        match (sealed, last) {
            (true, true) => return Ok(()),
            (true, false) => {}
            (false, _) => anew.begin().await?,
        }
    }
}
