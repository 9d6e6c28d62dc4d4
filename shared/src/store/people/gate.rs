//! What keeps a person from acting (ENGAGEMENT 36, 39), in their rules; and letting in who may.

use domain::{
    ids::UserId,
    people::{Actor, Gate, Profile},
};
use jiff::Timestamp;

use crate::{
    error::{Error, Refusal},
    keys,
    store::Store,
    table::{Conditional, EXISTS, Expression, update_if, value},
};

impl Store {
    /// The caller of an API function, let in to act by their rules, as [`Store::rules`] reads them.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`], [`Refusal::Suspended`], [`Refusal::TermsRequired`], in this order.
    pub async fn actor(&self, gate: &Gate, user: &UserId, now: Timestamp) -> Result<Actor, Error> {
        let rules = self.rules(user).await?;
        Ok(gate.admit(user.clone(), rules, now)?)
    }

    /// The same with their profile, as [`Store::caller`] reads both.
    ///
    /// # Errors
    /// As [`Store::actor`].
    pub async fn acting_member(
        &self,
        gate: &Gate,
        user: &UserId,
        now: Timestamp,
    ) -> Result<(Profile, Actor), Error> {
        let (profile, rules) = self.caller(user).await?;
        Ok((profile, gate.admit(user.clone(), rules, now)?))
    }

    /// Notes that a member accepted this version of the store's terms.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`].
    pub async fn accept_terms(&self, user: &UserId, version: &str) -> Result<(), Error> {
        let set = accepts(version).when(Some(EXISTS));
        let changed = self.table.update(&keys::rules(user), set).await?;
        changed.map(drop).ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// Suspends a member until then, or not any more.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none.
    pub async fn set_suspended(
        &self,
        user: &UserId,
        until: Option<Timestamp>,
    ) -> Result<(), Error> {
        let (rules, change) = (keys::rules(user), suspends(until)?);
        let changed = self.table.update(&rules, change.when(Some(EXISTS))).await?;
        changed.map(drop).ok_or(Error::NotFound)
    }
}

/// The update of a member's rules by which they are suspended until then, or not any more.
pub(in crate::store) fn suspends(until: Option<Timestamp>) -> Result<Expression, Error> {
    Ok(match until {
        Some(until) => {
            Expression::new("SET suspended_until = :until").value(":until", value(until)?)
        }
        None => Expression::new("REMOVE suspended_until"),
    })
}

/// The write by which a member accepts terms.
pub(super) fn accepted(user: &UserId, version: &str) -> Conditional {
    update_if(keys::rules(user), accepts(version), EXISTS)
}

fn accepts(version: &str) -> Expression {
    Expression::new("SET terms_version = :version").text(":version", version)
}
