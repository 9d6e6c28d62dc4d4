//! The way to a network and back: what somebody goes with, what they come back with, and the code of a profile. Each is
//! good once, and for a while.

use domain::{
    ids::UserId,
    money::social::{Linked, Network, Proof, WAIT},
    quota::Quota,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::{Store, quota::spend},
    table::{decode, encode, put, put_new},
};

/// Who went to a network, and what proves to it that it is they who come back (RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Who.
    pub user: UserId,
    /// Where.
    pub provider: Network,
    /// The verifier of the challenge that they went with.
    pub verifier: String,
}

/// Who came back with which account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Who.
    pub user: UserId,
    /// With which account.
    pub account: Linked,
}

/// What is kept for a while: a moment later it is as if it were not there, and then the sweep takes it.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    #[serde(flatten)]
    what: T,
    expires_at: i64,
}

impl<T> Kept<T> {
    fn until(what: T, end: Timestamp) -> Self {
        // Whole seconds: never shorter than was said.
        let expires_at = end.as_second().saturating_add(1);
        Self { what, expires_at }
    }

    fn at(self, now: Timestamp) -> Option<T> {
        (now.as_second() < self.expires_at).then_some(self.what)
    }
}

fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add(WAIT).unwrap_or(Timestamp::MAX)
}

impl Store {
    /// Notes under a hash that somebody goes to a network, of which the quota gives so many an hour.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn begin_link(
        &self,
        hash: &str,
        begun: &Begun,
        quota: &Quota,
        now: Timestamp,
    ) -> Result<(), Error> {
        let item = encode(&keys::link_begun(hash), &Kept::until(begun, soon(now)))?;
        let taken = Error::internal("a link of this hash was begun before");
        let writes = vec![put_new(item).or_fail(taken), spend(quota, now)];
        self.table.transact((), writes).await
    }

    /// Who went to a network with what has this hash; nobody did from now on.
    pub async fn come_back(&self, hash: &str, now: Timestamp) -> Result<Option<Begun>, Error> {
        let taken = self.table.take(&keys::link_begun(hash)).await?;
        let begun = taken.map(decode::<Kept<Begun>>).transpose()?;
        Ok(begun.and_then(|begun| begun.at(now)))
    }

    /// Notes under the hash of a code with which account somebody came back.
    pub async fn note_returned(
        &self,
        hash: &str,
        returned: &Returned,
        now: Timestamp,
    ) -> Result<(), Error> {
        let kept = Kept::until(returned, soon(now));
        let item = encode(&keys::link_read(hash), &kept)?;
        self.table.transact((), vec![put(item)]).await
    }

    /// With which account came back whoever has the code of this hash.
    pub async fn returned(&self, hash: &str, now: Timestamp) -> Result<Option<Returned>, Error> {
        let key = keys::link_read(hash);
        let read = self.table.read::<Kept<Returned>>(&key, true).await?;
        Ok(read.and_then(|returned| returned.at(now)))
    }

    /// Has somebody prove an account by a code in its profile, in the stead of any that they were to prove on this network;
    /// of the quota as [`Store::begin_link`].
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn ask_for_proof(
        &self,
        user: &UserId,
        network: Network,
        proof: &Proof,
        quota: &Quota,
        now: Timestamp,
    ) -> Result<(), Error> {
        let kept = Kept::until(proof, proof.ends_at);
        let item = encode(&keys::proof(user, network), &kept)?;
        let writes = vec![put(item), spend(quota, now)];
        self.table.transact((), writes).await
    }

    /// How somebody is to prove an account of this network.
    pub async fn proof(
        &self,
        user: &UserId,
        network: Network,
        now: Timestamp,
    ) -> Result<Option<Proof>, Error> {
        let key = keys::proof(user, network);
        let read = self.table.read::<Kept<Proof>>(&key, true).await?;
        let proof = read.and_then(|proof| proof.at(now));
        Ok(proof.filter(|proof| now < proof.ends_at))
    }
}
