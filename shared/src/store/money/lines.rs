//! The books of order lines, and to whom they are told (MONEY 30, 37, 38).

use std::collections::HashMap;

use domain::money::{Account, Entry, book::Book};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{packed::Packed, swept};
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Expression, Item, Range, Write, decode, encode, put_if, put_new, traced},
};

/// A book as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptBook {
    /// What it says.
    pub book: Book,
    /// How often it was written; 0 of one that is not there.
    pub version: u64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// Packed, as JSON.
    book: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

impl Store {
    /// The book of a line.
    pub async fn book(&self, line: &str) -> Result<KeptBook, Error> {
        let kept = self.table.get(&keys::line(line), true).await?;
        Ok(kept.map(read).transpose()?.unwrap_or_default())
    }

    /// The books of these lines, by their hashes.
    pub async fn books(
        &self,
        lines: impl IntoIterator<Item = String>,
    ) -> Result<HashMap<String, Book>, Error> {
        let mut wanted: Vec<_> = lines.into_iter().collect();
        wanted.sort();
        wanted.dedup();
        let wanted = wanted.iter().map(|line| keys::line(line)).collect();
        let found = self.table.get_all(wanted).await?.into_iter();
        let read = found.map(|item| {
            let key = Key::of(&item).unwrap_or_else(keys::nothing);
            let line = key.pk.split_once('#').map(|(_, line)| line.to_owned());
            Ok((line.unwrap_or_default(), read(item)?.book))
        });
        read.collect()
    }

    /// Writes a book, with the entries that it posts, if it is as it was read. `false` where it is not.
    pub async fn keep_book(
        &self,
        line: &str,
        read: &KeptBook,
        book: &Book,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let kept = Kept {
            book: serde_json::to_string(&Packed::of(book)).map_err(Error::internal)?,
            version: read.version + 1,
            expires_at: (!book.stays()).then(|| swept(now)),
        };
        self.tell_accounts(line, &read.book, book).await?;
        let item = encode(&keys::line(line), &kept)?;
        let as_read = match read.version {
            0 => Expression::new("attribute_not_exists(PK)"),
            version => Expression::new("version = :version")
                .number(":version", i64::try_from(version).map_err(Error::internal)?),
        };
        if entries.is_empty() {
            return self.table.put_when(item, as_read).await;
        }
        let mut writes: Vec<Write<bool>> = vec![put_if(item, as_read).unless(false)];
        for entry in entries {
            let account = entry.account();
            let account = account.ok_or_else(|| Error::internal("an entry of nobody's"))?;
            let entry = encode(&keys::unsealed(account, &entry.id), &Told::of(entry)?)?;
            writes.push(put_new(traced(entry)).or_fail(Error::internal("an entry is there")));
        }
        self.table.transact(true, writes).await
    }

    /// Lists the line at the accounts that it is told to from now on. Whom it is not told any more reads so in its book.
    async fn tell_accounts(&self, line: &str, before: &Book, now: &Book) -> Result<(), Error> {
        let Some(ordered) = &now.ordered else {
            return Ok(());
        };
        let was = |account: &&Account| !before.accounts().any(|told| told == *account);
        let new = now.accounts().filter(was);
        let items = new.map(|account| {
            let key = keys::told_line(account, ordered.happened.at, line);
            key.attributes()
        });
        let items: Vec<_> = items.collect();
        match items.is_empty() {
            true => Ok(()),
            false => self.table.put_all(items).await,
        }
    }

    /// Up to `limit` lines that an account was told of, the latest ordered first, after one: when each was ordered and its
    /// hash; and whether there are more.
    pub async fn told_lines(
        &self,
        account: &Account,
        after: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<(Vec<(Timestamp, String)>, bool), Error> {
        let range = Range {
            after: after.map(|(at, line)| keys::happened(at, &line)),
            descending: true,
            limit: Some(limit),
            ..Range::all(keys::lines_of(account))
        };
        let found = self.table.query(&range).await?;
        let keys = found.items.iter().filter_map(Key::of);
        let told = keys.filter_map(|key| {
            let (at, line) = keys::parse_happened(&key.sk)?;
            Some((at, line.to_owned()))
        });
        Ok((told.collect(), found.more))
    }
}

/// An entry as it waits to be sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    /// As JSON.
    entry: String,
}

impl Told {
    pub(super) fn of(entry: &Entry) -> Result<Self, Error> {
        let entry = serde_json::to_string(entry).map_err(Error::internal)?;
        Ok(Self { entry })
    }

    pub(super) fn read(item: Item) -> Result<Entry, Error> {
        let told: Self = decode(item)?;
        serde_json::from_str(&told.entry).map_err(Error::internal)
    }
}

fn read(item: Item) -> Result<KeptBook, Error> {
    let kept: Kept = decode(item)?;
    let packed: Packed = serde_json::from_str(&kept.book).map_err(Error::internal)?;
    Ok(KeptBook {
        book: packed.book()?,
        version: kept.version,
    })
}
