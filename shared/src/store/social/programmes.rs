//! Programmes: applications and what is decided of them, whose an account is, and how it stands (MONEY 6-8).

use domain::{
    claim::Claim,
    ids::UserId,
    money::{
        Account, Programme,
        programmes::{Application, Engaged, Standing},
    },
};
use jiff::Timestamp;

use crate::{
    error::{Conflict, Error},
    keys::{self, Key},
    store::{Store, idempotency::note_made},
    table::{
        EXISTS, Expression, Range, Write, delete, encode, put, put_if, put_new, update, update_if,
        value,
    },
};

/// What is written of an application.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'d> {
    /// Whose it is.
    pub user: &'d UserId,
    /// As it was read; `None` where there was none.
    pub before: Option<&'d Application>,
    /// As it is to be.
    pub after: &'d Application,
    /// The account to be, where there is none yet.
    pub fresh: &'d Account,
}

impl Store {
    /// How somebody's application stands.
    pub async fn application(&self, user: &UserId) -> Result<Option<Application>, Error> {
        self.table.read(&keys::application(user), true).await
    }

    /// Which account is somebody's, and in which programmes they are.
    pub async fn engaged(&self, user: &UserId) -> Result<Option<Engaged>, Error> {
        self.table.read(&keys::engaged(user), true).await
    }

    /// Writes an application, made or decided, with all that follows of it: the account, how that stands, and what is shown.
    /// `false` when something is not as it was read.
    ///
    /// # Errors
    /// [`Error::NotFound`] where whose it is has left.
    pub async fn decide_application(
        &self,
        decision: Decision<'_>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Decision {
            user,
            before,
            after,
            fresh,
        } = decision;
        let mut writes = Vec::new();
        if let Some(claim) = claim {
            let made = note_made(claim, user.to_string(), now)?;
            writes.push(made.or_fail(Error::Conflict(Conflict::IdempotencyInProgress)));
        }
        let item = encode(&keys::application(user), after)?;
        writes.push(match before {
            Some(before) => {
                let as_read = Expression::new("edition = :edition");
                let as_read = as_read.value(":edition", value(before.edition)?);
                put_if(item, as_read).unless(false)
            }
            None => put_new(item).unless(false),
        });
        let due = |application: &Application| {
            let at = application.decide_at?;
            Some(keys::vetting(at, user))
        };
        if let Some(due) = before.and_then(due) {
            writes.push(delete(due));
        }
        if let Some(due) = due(after) {
            writes.push(put(due.attributes()));
        }
        let is_in = match after.status {
            Standing::Approved => true,
            Standing::Declined => false,
            // What is not decided changes nothing.
            Standing::InReview => return self.table.transact(true, writes).await,
        };
        let programme = (Programme::Influencer, is_in);
        writes.extend(self.entered(user, programme, fresh, now).await?);
        self.table.transact(true, writes).await
    }

    /// Has somebody be in a programme, or not. `false` when something is not as it was read.
    ///
    /// # Errors
    /// [`Error::NotFound`] where they have left.
    pub async fn enter_programme(
        &self,
        user: &UserId,
        programme: (Programme, bool),
        fresh: &Account,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let writes = self.entered(user, programme, fresh, now).await?;
        if writes.is_empty() {
            return Ok(true);
        }
        self.table.transact(true, writes).await
    }

    /// The writes by which somebody is in a programme, or not.
    pub(super) async fn entered(
        &self,
        user: &UserId,
        (programme, is_in): (Programme, bool),
        fresh: &Account,
        now: Timestamp,
    ) -> Result<Vec<Write<bool>>, Error> {
        let before = self.engaged(user).await?;
        // Whoever was never in one has no account, and needs none to be in none.
        if before.is_none() && !is_in {
            return Ok(Vec::new());
        }
        let known = before.clone();
        let known = known.unwrap_or_else(|| Engaged::new(fresh.clone()));
        let after = known.in_programme(programme, is_in, now);
        let item = encode(&keys::engaged(user), &after)?;
        let state = Expression::new("SET programmes = :programmes")
            .value(":programmes", value(&after.programmes)?);
        let shown = shown(user, programme, is_in)?;
        let influencer = keys::influencer(user);
        Ok(vec![
            match &before {
                Some(before) => put_if(item, engaged_so(before)?).unless(false),
                None => put_new(item).unless(false),
            },
            update(keys::account_state(&after.account), state),
            put(keys::known_account(&after.account).attributes()),
            match after.is_in(Programme::Influencer) {
                true => put(influencer.attributes()),
                false => delete(influencer),
            },
            shown,
        ])
    }

    /// Whose applications are to be decided by now, those first that wait longest, so many at most.
    pub async fn due_applications(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(Timestamp, UserId)>, Error> {
        let range = Range {
            to: Some(keys::vetting_by(now)),
            limit: Some(most),
            consistent: true,
            ..Range::all(keys::VETTING.to_owned())
        };
        let found = self.table.query_all(range).await?;
        let keys = found.iter().filter_map(Key::of);
        Ok(keys
            .filter_map(|key| {
                let (at, user) = key.sk.split_once('#')?;
                Some((at.parse().ok()?, UserId::parse(user)?))
            })
            .collect())
    }

    /// Has an application be due no more that is gone, or decided.
    pub async fn forget_due(&self, at: Timestamp, user: &UserId) -> Result<(), Error> {
        self.table.delete(&keys::vetting(at, user)).await
    }

    /// Takes what somebody who leaves applied with, and what their storefront shows.
    pub async fn leave_programmes(&self, user: &UserId) -> Result<(), Error> {
        let application = self.application(user).await?;
        let due = application.and_then(|application| application.decide_at);
        let mut writes = vec![
            delete(keys::application(user)),
            delete(keys::storefront(user)),
            delete(keys::influencer(user)),
        ];
        writes.extend(due.map(|at| delete(keys::vetting(at, user))));
        self.table.transact((), writes).await
    }
}

/// The condition that an account stands as it was read.
fn engaged_so(before: &Engaged) -> Result<Expression, Error> {
    let condition = Expression::default().value(":account", value(&before.account)?);
    if before.programmes.is_empty() {
        return Ok(condition.saying("account = :account AND attribute_not_exists(programmes)"));
    }
    let condition = condition.value(":programmes", value(&before.programmes)?);
    Ok(condition.saying("account = :account AND programmes = :programmes"))
}

/// The write by which a profile shows a programme, or no more.
fn shown(user: &UserId, programme: Programme, is_in: bool) -> Result<Write<bool>, Error> {
    let change = match is_in {
        true => Expression::new("SET #programme = :true").value(":true", value(true)?),
        false => Expression::new("REMOVE #programme"),
    };
    let change = change.name("#programme", programme.name());
    Ok(update_if(keys::profile(user), change, EXISTS).or_fail(Error::NotFound))
}
