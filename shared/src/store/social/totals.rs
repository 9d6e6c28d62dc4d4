//! Clicks by the day (MONEY 15): counted the day after, and kept for ever.

use std::collections::BTreeMap;

use domain::money::{
    Account,
    noted::{CountedClick, Counting, DayTotal},
};
use futures::future::try_join_all;
use jiff::civil::Date;

use crate::{
    error::Error,
    keys::{self, Item as Kind, Key},
    store::Store,
    table::{Expression, Range, decode, encode, put_if, put_new, readable, value},
};

impl Store {
    /// How far the days are counted; `None` before the first.
    pub async fn counting(&self) -> Result<Option<Counting>, Error> {
        self.table.read(&keys::counting(), true).await
    }

    /// Writes how far they are, if that is as it was read. `false` when it is not.
    pub async fn keep_counting(
        &self,
        before: Option<&Counting>,
        after: &Counting,
    ) -> Result<bool, Error> {
        let edition = before.map_or(0, |before| before.edition);
        let after = Counting {
            edition: edition + 1,
            ..after.clone()
        };
        let item = encode(&keys::counting(), &after)?;
        let write = match edition {
            0 => put_new(item),
            edition => {
                let as_read = Expression::new("edition = :edition");
                put_if(item, as_read.value(":edition", value(edition)?))
            }
        };
        self.table.transact(true, vec![write.unless(false)]).await
    }

    /// Some accounts after one.
    pub async fn accounts_after(
        &self,
        after: Option<&Account>,
        most: usize,
    ) -> Result<Vec<Account>, Error> {
        let range = Range {
            after: after.map(|account| account.as_str().to_owned()),
            limit: Some(most),
            consistent: true,
            ..Range::all(keys::ACCOUNTS.to_owned())
        };
        let found = self.table.query_all(range).await?;
        let keys = found.iter().filter_map(Key::of);
        let accounts = keys.filter_map(|key| match Kind::at(&key) {
            Some(Kind::KnownAccount(account)) => Some(account),
            Some(_) | None => None,
        });
        Ok(accounts.collect())
    }

    /// The clicks of an account on a day, added up.
    pub async fn clicks_on(&self, account: &Account, day: Date) -> Result<DayTotal, Error> {
        let shards = keys::account_clicks(account, day).into_iter().map(|pk| {
            self.table.query_all(Range {
                consistent: true,
                ..Range::all(pk)
            })
        });
        let found = try_join_all(shards).await?.into_iter().flatten();
        Ok(DayTotal::of(readable::<CountedClick>(found)))
    }

    /// Notes the clicks of an account on a day, for ever.
    pub async fn note_day(
        &self,
        account: &Account,
        day: Date,
        total: &DayTotal,
    ) -> Result<(), Error> {
        let item = encode(&keys::day_total(account, day), total)?;
        self.table.put_all(vec![item]).await
    }

    /// The clicks of an account on the days that are counted, from one to another, both inclusive.
    pub async fn day_totals(
        &self,
        account: &Account,
        from: Date,
        to: Date,
    ) -> Result<BTreeMap<Date, DayTotal>, Error> {
        let range = Range {
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            ..Range::all(keys::day_totals(account))
        };
        let found = self.table.query_all(range).await?.into_iter();
        let read = found.map(|item| {
            let day = Key::of(&item).and_then(|key| key.sk.parse().ok());
            let day = day.ok_or_else(|| Error::internal("no day in a key"))?;
            Ok((day, decode(item)?))
        });
        read.collect()
    }
}
