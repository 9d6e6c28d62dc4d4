//! Chains of accounts: entries that wait, the blocks that they are sealed into, and the heads, with what is owed (MONEY 27).

use std::collections::BTreeMap;

use domain::money::{
    Account, Entry,
    chain::{Balances, Block, Head},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::lines::Told;
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{
        Conditional, Expression, Item, Range, Write, decode, delete_there, encode, put_if, put_new,
    },
};

/// Where an account's chain ends, and what it is owed there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Its last block.
    #[serde(flatten)]
    pub head: Head,
    /// What it is owed.
    pub balances: Balances,
}

/// A block as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The block.
    pub block: Block,
    /// Its hash.
    pub hash: String,
    /// What the account was owed in all after it, by currency.
    pub owed: BTreeMap<String, i64>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// As JSON.
    block: String,
    hash: String,
    owed: BTreeMap<String, i64>,
}

impl Books {
    /// With one more block; the block too.
    pub(super) fn then(
        &self,
        account: &Account,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> Result<(Self, Sealed), Error> {
        let block = self.head.next(account.clone(), entries, now);
        let mut balances = self.balances.clone();
        let today = TimeZone::UTC.to_datetime(block.sealed_at).date();
        for entry in &block.entries {
            balances
                .entry(entry.currency.clone())
                .or_default()
                .add(entry);
        }
        balances
            .values_mut()
            .for_each(|balance| balance.fold(today));
        let head = block.head().map_err(Error::internal)?;
        let owed = balances.iter();
        let owed = owed.map(|(currency, balance)| (currency.clone(), balance.total));
        let sealed = Sealed {
            owed: owed.collect(),
            hash: head.hash.clone(),
            block,
        };
        Ok((Self { head, balances }, sealed))
    }

    /// The writes of a block after these books: the block and the head, which is where it was read.
    pub(super) fn writes(
        &self,
        account: &Account,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> Result<[Conditional; 2], Error> {
        let (books, sealed) = self.then(account, entries, now)?;
        let kept = Kept {
            block: serde_json::to_string(&sealed.block).map_err(Error::internal)?,
            hash: sealed.hash,
            owed: sealed.owed,
        };
        let block = encode(&keys::block(account, sealed.block.n), &kept)?;
        let head = encode(&keys::chain_head(account), &books)?;
        let as_read = match self.head.n {
            0 => Expression::new("attribute_not_exists(PK)"),
            n => Expression::new("n = :n AND #hash = :hash")
                .name("#hash", "hash")
                .number(":n", i64::try_from(n).map_err(Error::internal)?)
                .text(":hash", &self.head.hash),
        };
        Ok([put_new(block), put_if(head, as_read)])
    }
}

impl Store {
    /// Where an account's chain ends; at its start where it has no block.
    pub async fn account_books(&self, account: &Account) -> Result<Books, Error> {
        let books = self.table.read(&keys::chain_head(account), true).await?;
        Ok(books.unwrap_or_default())
    }

    /// Up to `limit` of an account's entries that wait to be sealed, in the order of their ids.
    pub async fn unsealed(&self, account: &Account, limit: usize) -> Result<Vec<Entry>, Error> {
        let range = Range {
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::unsealed_of(account))
        };
        let found = self.table.query_all(range).await?.into_iter();
        found.map(Told::read).collect()
    }

    /// Seals entries that wait into the next block. `false` where the chain has grown, or one of them is sealed.
    pub async fn seal(
        &self,
        account: &Account,
        books: &Books,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let taken = entries.iter();
        let taken = taken.map(|entry| delete_there(keys::unsealed(account, &entry.id)));
        let taken: Vec<_> = taken.collect();
        let block = books.writes(account, entries, now)?.into_iter();
        let writes = block.chain(taken);
        let writes: Vec<Write<bool>> = writes.map(|write| write.unless(false)).collect();
        self.table.transact(true, writes).await
    }

    /// Up to `limit` blocks of an account from one on; and whether there are more.
    pub async fn blocks(
        &self,
        account: &Account,
        from: u64,
        limit: usize,
    ) -> Result<(Vec<Sealed>, bool), Error> {
        let range = Range {
            from: Some(keys::block_number(from)),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::chain_of(account))
        };
        let found = self.table.query(&range).await?;
        let blocks = found
            .items
            .into_iter()
            .map(sealed)
            .collect::<Result<_, _>>();
        Ok((blocks?, found.more))
    }

    /// One block of an account.
    pub async fn block_at(&self, account: &Account, n: u64) -> Result<Option<Sealed>, Error> {
        let found = self.table.get(&keys::block(account, n), true).await?;
        found.map(sealed).transpose()
    }

    /// Up to `limit` accounts of a page of all, with their books, after one; and whether there are more.
    pub async fn all_books(
        &self,
        page: u8,
        after: Option<&Account>,
        limit: usize,
    ) -> Result<(Vec<(Account, Books)>, bool), Error> {
        let range = Range {
            after: after.map(Account::to_string),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::heads(page))
        };
        let found = self.table.query(&range).await?;
        let read = found.items.into_iter().map(|item| {
            let account = Key::of(&item).and_then(|key| Account::parse(&key.sk));
            let account = account.ok_or_else(|| Error::internal("no account in a key"))?;
            Ok((account, decode(item)?))
        });
        Ok((read.collect::<Result<_, Error>>()?, found.more))
    }
}

fn sealed(item: Item) -> Result<Sealed, Error> {
    let kept: Kept = decode(item)?;
    Ok(Sealed {
        block: serde_json::from_str(&kept.block).map_err(Error::internal)?,
        hash: kept.hash,
        owed: kept.owed,
    })
}
