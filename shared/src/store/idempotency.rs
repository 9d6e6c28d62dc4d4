//! `Idempotency-Key`: what a request made is noted in the transaction that makes it, for 24 hours.

use domain::claim::Claim;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::{
    error::Error,
    keys,
    table::{Conditional, Expression, encode, put_if},
};

/// How long a key is remembered (PRODUCT §3.9).
const LIFE: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Made {
    body_hash: String,
    made: String,
    expires_at: i64,
}

impl Store {
    /// What a request with this key made before, if anything.
    ///
    /// # Errors
    /// [`Error::IdempotencyMismatch`] when the key came with another body.
    pub async fn made_before(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let key = keys::idempotency(&claim.user, claim.route, &claim.key);
        match self.table.read::<Made>(&key, true).await? {
            Some(made) if made.expires_at <= now.as_second() => Ok(None),
            Some(made) if made.body_hash != claim.body_hash => Err(Error::IdempotencyMismatch),
            Some(made) => Ok(Some(made.made)),
            None => Ok(None),
        }
    }
}

/// The write that notes what this request makes; its condition fails for all but the first.
pub(in crate::store) fn note_made(
    claim: &Claim,
    made: String,
    now: Timestamp,
) -> Result<Conditional, Error> {
    let key = keys::idempotency(&claim.user, claim.route, &claim.key);
    let made = Made {
        body_hash: claim.body_hash.clone(),
        made,
        expires_at: now.as_second() + LIFE.as_secs(),
    };
    let free = Expression::new("attribute_not_exists(PK) OR expires_at <= :now")
        .number(":now", now.as_second());
    Ok(put_if(encode(&key, &made)?, free))
}
