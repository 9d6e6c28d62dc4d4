//! What influencers are owed: random histories of clicks and orders, and a clean replay of each to compare the books with.

mod history;
mod replay;

pub use history::{Bought, Clicked, History, Kind, OrderedLine, Viewed};
pub use replay::{Owed, replay};

use std::collections::BTreeMap;

use domain::{
    ids::UserId,
    money::{
        Account, Entry, Programme,
        chain::verify,
        links::{ClickId, Visitor},
        noted::NotedClick,
    },
};
use shared::{
    runtime::Context,
    seal::{LinkSeal, People, Salt},
};
use ulid::Ulid;

use crate::World;

/// What the store and the functions hash and seal with, in a world.
#[derive(Debug)]
pub struct Secrets {
    /// Ids of customers.
    pub people: People,
    /// Hashes of what the store names.
    pub salt: Salt,
    /// Ids of clicks.
    pub clicks: LinkSeal,
}

impl Secrets {
    /// Those of a context.
    pub fn of(context: &Context) -> Self {
        let config = &context.config;
        Self {
            people: People::new(config.token_issuer(), config.people_key()),
            salt: Salt::new(config.ledger_salt()),
            clicks: LinkSeal::new(config.link_key()),
        }
    }

    /// What a click is called by, of the visitor of this name.
    ///
    /// # Panics
    /// When there is no key.
    pub fn click_id(&self, visitor: &str, click: Ulid) -> String {
        let visitor = self.visitor(visitor);
        let id = self.clicks.click_id(ClickId { visitor, click });
        id.expect("a key")
    }

    fn visitor(&self, name: &str) -> Visitor {
        Visitor(self.salt.bits(name))
    }
}

impl World {
    /// Notes a click of the visitor of this name; its id.
    ///
    /// # Panics
    /// When the table does not answer.
    pub async fn click(&self, visitor: &str, click: Ulid, noted: &NotedClick) -> String {
        let secrets = Secrets::of(&self.context());
        let by = secrets.visitor(visitor);
        let kept = self.store().note_click(by, click, noted, self.now()).await;
        kept.expect("a click is noted");
        secrets.click_id(visitor, click)
    }

    /// Has a member be in these programmes under an account, and in no others.
    ///
    /// # Panics
    /// When the table does not answer, or they are no member.
    pub async fn engage(&self, user: &UserId, account: &Account, programmes: &[Programme]) {
        let store = self.store();
        for programme in Programme::ALL {
            let change = (programme, programmes.contains(&programme));
            let entered = store.enter_programme(user, change, account, self.now());
            assert!(entered.await.expect("the table answers"));
        }
    }

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
