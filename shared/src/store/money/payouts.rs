//! Payouts: each an entry that is sealed at once, so that nothing is paid twice (MONEY 33, 34).

use domain::{
    catalogue::product::Money,
    money::{Account, Entry, Kind, entries::Counter},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::chain::Books;
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, Range, Write, decode, encode, put_new, update_if},
};

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// It is to be paid, or was.
    Created,
    /// The bank sent it back.
    Returned,
}

/// What an account was paid by a run in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The run.
    pub run: String,
    /// Whom.
    pub account: Account,
    /// How much.
    pub amount: Money,
    /// By what the store pays them.
    pub payee: String,
    /// What became of it.
    pub status: PayoutStatus,
    /// When it was made, in milliseconds.
    pub created_at: Timestamp,
    /// Why it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Payout {
    /// What it is called: by run, account and currency, so that there is one of each.
    pub fn id(&self) -> String {
        format!("{}.{}.{}", self.run, self.account, self.amount.currency)
    }

    /// Which run, account and currency a payout of that name is of.
    pub fn parse(id: &str) -> Option<(&str, Account, &str)> {
        let (rest, currency) = id.rsplit_once('.')?;
        let (run, account) = rest.rsplit_once('.')?;
        Some((run, Account::parse(account)?, currency))
    }

    fn entry(&self, returned: bool, now: Timestamp) -> Entry {
        let (kind, amount, suffix) = match returned {
            false => (Kind::Payout, -self.amount.amount, ""),
            true => (Kind::PayoutReturned, self.amount.amount, ".returned"),
        };
        Entry {
            id: self.id() + suffix,
            kind,
            currency: self.amount.currency.clone(),
            legs: Entry::legs(&self.account, amount, Counter::Bank),
            due_on: TimeZone::UTC.to_datetime(now).date(),
            line: None,
            click: None,
            source: None,
            product: None,
            programme: None,
            rate_bp: None,
            event: None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct LastRun {
    month: Date,
}

impl Store {
    /// The first day of the month of which payouts were run last.
    pub async fn last_run(&self) -> Result<Option<Date>, Error> {
        let last = self.table.read::<LastRun>(&keys::last_run(), true).await?;
        Ok(last.map(|last| last.month))
    }

    /// Notes that payouts of a month were begun, by its first day.
    pub async fn note_run(&self, month: Date) -> Result<(), Error> {
        let item = encode(&keys::last_run(), &LastRun { month })?;
        self.table.put_all(vec![item]).await
    }

    /// Pays what an account is owed by its books, if they are as they were read and this run has not paid it. `false` where
    /// they are not, or it has.
    pub async fn pay(&self, payout: &Payout, books: &Books) -> Result<bool, Error> {
        let (account, at) = (&payout.account, payout.created_at);
        let currency = &payout.amount.currency;
        let once = encode(&keys::payout(&payout.run, account, currency), payout)?;
        let listed = encode(&keys::paid(account, at, &payout.run, currency), payout)?;
        let block = books.writes(account, vec![payout.entry(false, at)], at)?;
        let mut writes: Vec<Write<bool>> =
            vec![put_new(once).unless(false), put_new(listed).unless(false)];
        writes.extend(block.into_iter().map(|write| write.unless(false)));
        self.table.transact(true, writes).await
    }

    /// Notes that a payout came back, by the books of its account as they were read. `false` where they are not so any more,
    /// or it came back before.
    pub async fn return_payout(
        &self,
        payout: &Payout,
        reason: &str,
        books: &Books,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (run, account) = (&payout.run, &payout.account);
        let currency = &payout.amount.currency;
        let once = keys::payout(run, account, currency);
        let listed = keys::paid(account, payout.created_at, run, currency);
        let mut writes: Vec<Write<bool>> = Vec::new();
        for key in [once, listed] {
            let update = Expression::new("SET #status = :returned, #reason = :reason")
                .name("#status", "status")
                .name("#reason", "reason")
                .text(":returned", "returned")
                .text(":created", "created")
                .text(":reason", reason);
            writes.push(update_if(key, update, "#status = :created").unless(false));
        }
        let block = books.writes(account, vec![payout.entry(true, now)], now)?;
        writes.extend(block.into_iter().map(|write| write.unless(false)));
        self.table.transact(true, writes).await
    }

    /// A payout of a run, to an account in a currency.
    pub async fn payout(
        &self,
        run: &str,
        account: &Account,
        currency: &str,
    ) -> Result<Option<Payout>, Error> {
        self.table
            .read(&keys::payout(run, account, currency), true)
            .await
    }

    /// Up to `limit` payouts of a run after that to an account in a currency; and whether there are more.
    pub async fn payouts_by(
        &self,
        run: &str,
        after: Option<(Account, String)>,
        limit: usize,
    ) -> Result<(Vec<Payout>, bool), Error> {
        let range = Range {
            after: after.map(|(account, currency)| format!("{account}#{currency}")),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::payouts_by(run))
        };
        let found = self.table.query(&range).await?;
        let read = found
            .items
            .into_iter()
            .map(decode)
            .collect::<Result<_, _>>();
        Ok((read?, found.more))
    }

    /// Up to `limit` payouts to an account, the latest first, after one; and whether there are more.
    pub async fn payouts_to(
        &self,
        account: &Account,
        after: Option<(Timestamp, String, String)>,
        limit: usize,
    ) -> Result<(Vec<Payout>, bool), Error> {
        let after = after.map(|(at, run, currency)| keys::paid(account, at, &run, &currency).sk);
        let range = Range {
            after,
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::payouts_of(account))
        };
        let found = self.table.query(&range).await?;
        let read = found
            .items
            .into_iter()
            .map(decode)
            .collect::<Result<_, _>>();
        Ok((read?, found.more))
    }
}
