//! Accounts that are linked, and what claims them: each is one person's, by its handle and by its id.

use std::collections::BTreeSet;

use domain::{
    claim::Claim,
    ids::UserId,
    money::social::{Linked, Network, VerifiedBy},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Conflict, Error},
    keys::{self, Key, PROOF},
    store::{Store, idempotency::note_made},
    table::{
        Anew, Expression, Range, Write, delete, delete_if, delete_there, encode, put_if, put_new,
        readable, value,
    },
};

/// Whose an account is, by one of its claims, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    user: UserId,
    verified_by: VerifiedBy,
}

/// By what somebody shows that an account is theirs, which is used up by linking it.
#[derive(Debug, Clone, Copy)]
enum Shown<'s> {
    /// The code with this hash, after they came back.
    Code(&'s str),
    /// The code in a profile.
    Proof,
}

impl Store {
    /// Links the account with which somebody came back, and uses up their code.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the code was used meanwhile, [`Conflict::AccountTaken`], [`Conflict::AlreadyLinked`].
    pub async fn link_returned(
        &self,
        user: &UserId,
        hash: &str,
        account: &Linked,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.link(user, account, Shown::Code(hash), claim, now)
            .await
    }

    /// Links the account that somebody proved by its profile, and uses up the proof.
    ///
    /// # Errors
    /// As [`Store::link_returned`].
    pub async fn link_proved(
        &self,
        user: &UserId,
        account: &Linked,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.link(user, account, Shown::Proof, claim, now).await
    }

    async fn link(
        &self,
        user: &UserId,
        account: &Linked,
        shown: Shown<'_>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("whose an account is");
        while !self.link_as_read(user, account, shown, claim, now).await? {
            anew.begin().await?;
        }
        Ok(())
    }

    /// `false` when something is not as it was read.
    async fn link_as_read(
        &self,
        user: &UserId,
        account: &Linked,
        shown: Shown<'_>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let network = account.provider;
        let used = match shown {
            Shown::Code(hash) => keys::link_read(hash),
            Shown::Proof => keys::proof(user, network),
        };
        let mut writes = vec![delete_there(used).or_fail(Error::NotFound)];
        if let Some(claim) = claim {
            let made = note_made(claim, network.to_string(), now)?;
            writes.push(made.or_fail(Error::Conflict(Conflict::IdempotencyInProgress)));
        }
        let before = self.social_account(user, network).await?;
        if before
            .as_ref()
            .is_some_and(|before| !before.is_same(account))
        {
            return Err(Error::Conflict(Conflict::AlreadyLinked));
        }
        // What somebody signed in to once stays so, whatever a profile shows since.
        let account = match &before {
            Some(before) if account.account.is_none() && before.account.is_some() => &Linked {
                linked_at: now,
                ..before.clone()
            },
            Some(_) | None => account,
        };
        let held = Held {
            user: user.clone(),
            verified_by: account.verified_by,
        };
        let claims = account.claims();
        for name in &claims {
            let key = keys::social_claim(network, name);
            let other = self.table.read::<Held>(&key, true).await?;
            let foreign = other.as_ref().filter(|other| other.user != *user);
            if let Some(other) = foreign {
                // Whoever signs in to it has it, whoever could write into its profile once.
                if held.verified_by == VerifiedBy::Bio || other.verified_by == VerifiedBy::Oauth {
                    return Err(Error::Conflict(Conflict::AccountTaken));
                }
                let lost = self.social_account(&other.user, network).await?;
                if let Some(lost) = lost.filter(|lost| lost.claims().contains(name)) {
                    let (key, as_read) = as_read(&other.user, &lost)?;
                    writes.push(delete_if(key, as_read).unless(false));
                }
            }
            let item = encode(&key, &held)?;
            writes.push(match &other {
                Some(other) => put_if(item, held_so(other)?).unless(false),
                None => put_new(item).unless(false),
            });
        }
        // A handle that the account had before may be another's now.
        let former = before.iter().flat_map(Linked::claims);
        let former: BTreeSet<_> = former.filter(|claim| !claims.contains(claim)).collect();
        for name in former {
            writes.push(given_up(user, network, &name)?);
        }
        let item = encode(&keys::social_account(user, network), account)?;
        writes.push(match &before {
            Some(before) => put_if(item, as_read(user, before)?.1).unless(false),
            None => put_new(item).unless(false),
        });
        self.table.transact(true, writes).await
    }

    /// An account of somebody's, as of every write acknowledged before.
    pub async fn social_account(
        &self,
        user: &UserId,
        network: Network,
    ) -> Result<Option<Linked>, Error> {
        self.table
            .read(&keys::social_account(user, network), true)
            .await
    }

    /// All of somebody's accounts, likewise.
    pub async fn social_accounts(&self, user: &UserId) -> Result<Vec<Linked>, Error> {
        let range = Range {
            to: Some(PROOF.to_owned()),
            consistent: true,
            ..Range::all(keys::social_accounts_of(user))
        };
        Ok(readable(self.table.query_all(range).await?))
    }

    /// Has an account be somebody's no more, there or not; and what they were to prove.
    pub async fn unlink(&self, user: &UserId, network: Network) -> Result<(), Error> {
        let mut anew = Anew::standing_on("an account that is linked");
        loop {
            let mut writes = vec![delete(keys::proof(user, network))];
            if let Some(linked) = self.social_account(user, network).await? {
                let (key, as_read) = as_read(user, &linked)?;
                writes.push(delete_if(key, as_read).unless(false));
                for name in linked.claims() {
                    writes.push(given_up(user, network, &name)?);
                }
            }
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }
}

/// Where an account lies, and the condition that it is as it was read.
fn as_read(user: &UserId, linked: &Linked) -> Result<(Key, Expression), Error> {
    let condition = Expression::new("linked_at = :linked_at AND #handle = :handle")
        .name("#handle", "handle")
        .value(":linked_at", value(linked.linked_at)?)
        .value(":handle", value(&linked.handle)?);
    Ok((keys::social_account(user, linked.provider), condition))
}

fn held_so(held: &Held) -> Result<Expression, Error> {
    let condition = Expression::new("#user = :user AND verified_by = :verified_by");
    let condition = condition.name("#user", "user");
    Ok(condition
        .value(":user", value(&held.user)?)
        .value(":verified_by", value(held.verified_by)?))
}

/// The write by which a claim of somebody's is nobody's; another's stays, and the whole is begun anew.
fn given_up(user: &UserId, network: Network, claim: &str) -> Result<Write<bool>, Error> {
    let own = Expression::new("attribute_not_exists(PK) OR #user = :user");
    let own = own.name("#user", "user").value(":user", value(user)?);
    Ok(delete_if(keys::social_claim(network, claim), own).unless(false))
}
