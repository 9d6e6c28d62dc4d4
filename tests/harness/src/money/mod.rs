//! What influencers are owed: random histories of clicks and orders, and a clean replay of each to compare the books with.

mod history;
mod replay;

pub use history::{Bought, Clicked, History, Kind, OrderedLine, Viewed};
pub use replay::{Owed, replay};

use std::collections::BTreeMap;

use domain::money::{Account, Entry, chain::verify};
use shared::{
    runtime::Context,
    seal::{ClickIds, People, Salt},
};

use crate::World;

/// What the store and the functions hash and seal with, in a world.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Ids of customers.
    pub people: People,
    /// Hashes of what the store names.
    pub salt: Salt,
    /// Ids of clicks.
    pub clicks: ClickIds,
}

impl Secrets {
    /// Those of a context.
    pub fn of(context: &Context) -> Self {
        let config = &context.config;
        Self {
            people: People::new(config.token_issuer(), config.people_key()),
            salt: Salt::new(config.ledger_salt()),
            clicks: ClickIds::new(config.click_key()),
        }
    }
}

impl World {
    /// Every entry of an account: those that are sealed, in a chain that is whole, and those that wait.
    ///
    /// # Panics
    /// When its chain is broken, or does not end at its head.
    pub async fn entries(&self, account: &Account) -> Vec<Entry> {
        let store = self.store();
        let (sealed, more) = store.blocks(account, 1, 1_000).await.expect("its blocks");
        assert!(!more, "more blocks than are read");
        for sealed in &sealed {
            assert_eq!(sealed.block.hash().expect("a hash"), sealed.hash);
        }
        let blocks: Vec<_> = sealed.into_iter().map(|sealed| sealed.block).collect();
        let head = verify(&blocks).expect("a whole chain");
        let books = store.account_books(account).await.expect("its head");
        assert_eq!((head.n, head.hash), (books.head.n, books.head.hash.clone()));
        let mut entries: Vec<_> = blocks.into_iter().flat_map(|block| block.entries).collect();
        let mut totals = BTreeMap::<String, i64>::new();
        for entry in &entries {
            *totals.entry(entry.currency.clone()).or_default() += entry.amount();
        }
        for (currency, balance) in &books.balances {
            assert_eq!(totals.get(currency).copied(), Some(balance.total));
        }
        entries.extend(store.unsealed(account, 10_000).await.expect("what waits"));
        entries
    }

    /// What these accounts are owed by their entries, where it is not 0.
    ///
    /// # Panics
    /// As [`World::entries`].
    pub async fn owed(&self, accounts: &[Account]) -> Owed {
        let mut owed = Owed::new();
        for account in accounts {
            for entry in self.entries(account).await {
                let at = (account.clone(), entry.currency.clone(), entry.due_on);
                *owed.entry(at).or_default() += entry.amount();
            }
        }
        owed.retain(|_, amount| *amount != 0);
        owed
    }
}
