//! What is under way, by item, and what may not begin beside it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::items::Item;
use super::refusals::Refusal;

/// What is under way.
#[derive(Default)]
pub(super) struct Running(Mutex<Items>);

#[derive(Default)]
struct Items {
    /// The transaction on an item, by its client's token.
    transactions: HashMap<Item, Option<String>>,
    /// How many writes by themselves are under way on an item: these wait for each other.
    writes: HashMap<Item, usize>,
}

/// Something that is under way until this is dropped.
pub(super) struct Held {
    running: Arc<Running>,
    items: Vec<Item>,
    together: bool,
}

impl Running {
    /// Begins a transaction, unless something is under way on one of its items.
    pub(super) fn transaction(
        self: &Arc<Self>,
        items: Vec<Item>,
        token: Option<&str>,
    ) -> Result<Held, Refusal> {
        let mut all = self.lock();
        let token = token.map(str::to_owned);
        let again = |item| token.is_some() && all.transactions.get(item) == Some(&token);
        if items.iter().any(again) {
            return Err(Refusal::InProgress);
        }
        all.free(&items)?;
        for item in &items {
            all.transactions.insert(item.clone(), token.clone());
        }
        drop(all);
        Ok(self.held(items, true))
    }

    /// Begins to read items together, unless something is under way on one of them.
    pub(super) fn reading(self: &Arc<Self>, items: &[Item]) -> Result<Held, Refusal> {
        self.lock().free(items)?;
        Ok(self.held(Vec::new(), true))
    }

    /// Begins a write by itself, unless a transaction is under way on its item.
    pub(super) fn write(self: &Arc<Self>, item: Item) -> Result<Held, Refusal> {
        let mut all = self.lock();
        if all.transactions.contains_key(&item) {
            return Err(Refusal::Conflict);
        }
        *all.writes.entry(item.clone()).or_default() += 1;
        drop(all);
        Ok(self.held(vec![item], false))
    }

    fn held(self: &Arc<Self>, items: Vec<Item>, together: bool) -> Held {
        let running = Arc::clone(self);
        Held {
            running,
            items,
            together,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Items> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Items {
    fn free(&self, items: &[Item]) -> Result<(), Refusal> {
        let busy = |item| self.transactions.contains_key(item) || self.writes.contains_key(item);
        let conflicts: Vec<_> = items.iter().map(busy).collect();
        if conflicts.contains(&true) {
            return Err(Refusal::Cancelled(conflicts));
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut all = self.running.lock();
        for item in &self.items {
            if self.together {
                all.transactions.remove(item);
                continue;
            }
            let left = all.writes.get_mut(item).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                all.writes.remove(item);
            }
        }
    }
}
