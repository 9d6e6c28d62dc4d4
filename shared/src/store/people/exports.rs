//! Exports (ENGAGEMENT 45): one unfinished at a time.

use domain::{
    claim::Claim,
    ids::{ExportId, UserId},
    people::export::Export,
    quota::{Per, Quota},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Conflict, Error},
    keys,
    store::{Store, idempotency::note_made, quota::spend_in},
    table::{Conditional, Expression, delete_if, encode, put_if, put_new, traced, value},
};

/// Which export is not finished.
#[derive(Serialize, Deserialize)]
struct Unfinished {
    export: ExportId,
    /// When it is waited for no more, and the sweep takes this.
    expires_at: i64,
}

impl Store {
    /// Asks for an export, of which the quota gives so many a day. `false` when the `Idempotency-Key` was used meanwhile.
    ///
    /// # Errors
    /// [`Conflict::ExportRunning`]; [`Error::TooMany`] when the quota is spent.
    pub async fn ask_for_export(
        &self,
        export: &Export,
        claim: Option<&Claim>,
        quota: &Quota,
    ) -> Result<bool, Error> {
        let now = export.created_at;
        let unfinished = Unfinished {
            export: export.id,
            expires_at: export.given_up().as_second(),
        };
        let unfinished = encode(&keys::unfinished_export(&export.owner), &unfinished)?;
        let none = Expression::new("attribute_not_exists(PK) OR expires_at <= :now")
            .number(":now", now.as_second());
        let item = traced(encode(&keys::export(&export.owner, export.id), export)?);
        let mut writes = Vec::new();
        if let Some(claim) = claim {
            writes.push(note_made(claim, export.id.to_string(), now)?.unless(false));
        }
        let running = Error::Conflict(Conflict::ExportRunning);
        writes.push(put_if(unfinished, none).or_fail(running));
        let taken = Error::internal("an export of this id was asked for before");
        writes.push(put_new(item).or_fail(taken));
        writes.push(spend_in(Per::Day, quota, now));
        self.table.transact(true, writes).await
    }

    /// An export, as of every write acknowledged before.
    pub async fn export(&self, user: &UserId, export: ExportId) -> Result<Option<Export>, Error> {
        self.table.read(&keys::export(user, export), true).await
    }

    /// Writes how far an export has come, if it is as it was read. `false` when it is not, or is gone.
    pub async fn export_at(&self, export: &Export) -> Result<bool, Error> {
        let write = changed(export)?.unless(false);
        self.table.transact(true, vec![write]).await
    }

    /// Writes that nothing more comes of an export, likewise: another may be asked for.
    pub async fn finish_export(&self, export: &Export) -> Result<bool, Error> {
        /// What stood in the way.
        enum Finished {
            Now,
            Moved,
            /// It was given up, and another was asked for since.
            Another,
        }
        let own = Expression::new("attribute_not_exists(PK) OR #export = :export");
        let own = own
            .name("#export", "export")
            .value(":export", value(export.id)?);
        let unfinished = delete_if(keys::unfinished_export(&export.owner), own);
        let writes = vec![
            changed(export)?.unless(Finished::Moved),
            unfinished.unless(Finished::Another),
        ];
        match self.table.transact(Finished::Now, writes).await? {
            Finished::Now => Ok(true),
            Finished::Moved => Ok(false),
            Finished::Another => self.export_at(export).await,
        }
    }
}

/// The write of an export as it is to be, if it is as it was read.
fn changed(export: &Export) -> Result<Conditional, Error> {
    let key = keys::export(&export.owner, export.id);
    let next = export.clone().written();
    let as_read = Expression::new("edition = :edition");
    let as_read = as_read.value(":edition", value(export.edition)?);
    Ok(put_if(traced(encode(&key, &next)?), as_read))
}
