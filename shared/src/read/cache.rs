//! A small cache inside a function instance: what may be some seconds old.

use std::{collections::HashMap, hash::Hash, sync::Mutex};

use jiff::{SignedDuration, Timestamp};

/// Keeps values for a fixed time; when full, everything stale goes, then everything.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    life: SignedDuration,
    capacity: usize,
    entries: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// A cache whose values live for `life`, of which it holds at most `capacity`.
    pub fn new(life: SignedDuration, capacity: usize) -> Self {
        Self {
            life,
            capacity,
            entries: Mutex::default(),
        }
    }

    /// The value, if it is not older than its life.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let entries = self.entries.lock().ok()?;
        let (at, value) = entries.get(key)?;
        self.fresh(*at, now).then(|| value.clone())
    }

    /// Keeps a value from now on.
    pub fn put(&self, key: K, value: V, now: Timestamp) {
        let Ok(mut entries) = self.entries.lock() else {
            return;
        };
        if entries.len() >= self.capacity {
            entries.retain(|_, (at, _)| self.fresh(*at, now));
            if entries.len() >= self.capacity {
                entries.clear();
            }
        }
        entries.insert(key, (now, value));
    }

    /// A clock that was turned back makes nothing fresh for longer than its life.
    fn fresh(&self, at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(at).abs() <= self.life
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_forgotten_after_its_life_and_the_cache_never_outgrows_its_capacity() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let cache = Cache::new(SignedDuration::from_secs(2), 2);
        cache.put("a", 1, at(0));
        assert_eq!(cache.get(&"a", at(2)), Some(1));
        assert_eq!(cache.get(&"a", at(3)), None);
        cache.put("b", 2, at(3));
        cache.put("c", 3, at(3));
        assert_eq!(
            (cache.get(&"b", at(3)), cache.get(&"c", at(3))),
            (Some(2), Some(3))
        );
        assert_eq!(cache.entries.lock().unwrap().len(), 2);
    }
}
