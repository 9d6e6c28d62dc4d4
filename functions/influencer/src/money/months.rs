//! What was sealed in a time: the blocks of a chain are in the order of when they were sealed, so the first of them is found
//! by halves.

use std::collections::BTreeMap;

use domain::money::{Account, Entry, chain::before_the_first};
use jiff::{Timestamp, civil::Date};
use shared::{error::Error, store::Sealed};

use crate::App;

/// So many blocks are read together.
const PAGE: usize = 100;

/// What was sealed in a time.
pub(super) struct Span {
    /// What was owed before, by currency.
    pub(super) opening: BTreeMap<String, i64>,
    /// The blocks.
    pub(super) blocks: Vec<Sealed>,
    /// The last block by its end: which, and its hash.
    pub(super) head: (u64, String),
}

impl Span {
    /// Each entry, with its block.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Sealed, &Entry)> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|sealed| {
            sealed
                .block
                .entries
                .iter()
                .map(move |entry| (sealed, entry))
        })
    }
}

impl App {
    /// When a day begins.
    pub(super) fn begins(&self, day: Date) -> Result<Timestamp, Error> {
        let begins = day.to_zoned(self.zone.clone()).map_err(Error::internal)?;
        Ok(begins.timestamp())
    }

    /// What of an account was sealed from one moment on, until before another.
    pub(super) async fn sealed(
        &self,
        account: &Account,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Span, Error> {
        let last = self.store.account_books(account).await?.head.n;
        // The first block that was not sealed before, between these two.
        let (mut low, mut high) = (1, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let block = self.store.block_at(account, middle).await?;
            let block = block.ok_or_else(|| Error::internal("a chain with a gap"))?;
            if block.block.sealed_at < from {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let before = match low {
            0 | 1 => None,
            first => self.store.block_at(account, first - 1).await?,
        };
        let mut span = Span {
            head: before.as_ref().map_or((0, before_the_first()), head),
            opening: before.map(|sealed| sealed.owed).unwrap_or_default(),
            blocks: Vec::new(),
        };
        let mut next = low;
        loop {
            let (page, more) = self.store.blocks(account, next, PAGE).await?;
            let all = page.len();
            let in_time = page
                .into_iter()
                .filter(|sealed| sealed.block.sealed_at < until);
            let before = span.blocks.len();
            span.blocks.extend(in_time);
            if let Some(last) = span.blocks.last() {
                span.head = head(last);
                next = last.block.n + 1;
            }
            if !more || span.blocks.len() - before < all {
                return Ok(span);
            }
        }
    }
}

fn head(sealed: &Sealed) -> (u64, String) {
    (sealed.block.n, sealed.hash.clone())
}
