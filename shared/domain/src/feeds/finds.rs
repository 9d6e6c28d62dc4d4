//! Interesting Finds: the idea lists that editors feature, in their order (FEEDS 5).

use serde::{Deserialize, Serialize};

use crate::ids::ListId;

/// At most so many lists are featured.
pub const FINDS: usize = 50;
/// So many of them are shown beside the topics.
pub const FINDS_SHOWN: usize = 20;

/// The lists that are featured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finds {
    /// In their order, each once.
    #[serde(default)]
    lists: Vec<ListId>,
    /// How often they were written: what is written next stands on this.
    #[serde(default)]
    pub edition: u64,
}

impl Finds {
    /// In their order.
    pub fn lists(&self) -> &[ListId] {
        &self.lists
    }

    /// Features a list at so manieth place, from 0, among the others; beyond their end, last. Without a place a new one
    /// comes last, and one that is there stays. `false` where there are as many as there may be.
    #[must_use]
    pub fn put(&mut self, list: ListId, position: Option<usize>) -> bool {
        let found = self.lists.iter().position(|other| *other == list);
        if found.is_none() && self.lists.len() >= FINDS {
            return false;
        }
        let position = position.or(found).unwrap_or(FINDS);
        self.retain(|other| other != list);
        self.lists.insert(position.min(self.lists.len()), list);
        true
    }

    /// Features those alone that are wanted.
    pub fn retain(&mut self, wanted: impl Fn(ListId) -> bool) {
        self.lists.retain(|list| wanted(*list));
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn list(number: u64) -> ListId {
        ListId(Ulid::from_parts(1, number.into()))
    }

    fn order(finds: &Finds) -> Vec<u64> {
        let numbers = finds.lists().iter().map(|list| list.0.random());
        numbers
            .map(|number| u64::try_from(number).unwrap())
            .collect()
    }

    #[test]
    fn a_list_comes_where_it_is_put_and_stays_where_nothing_is_said_of_that() {
        let mut finds = Finds::default();
        for (number, position, expected) in [
            (1, None, vec![1]),
            (2, None, vec![1, 2]),
            (3, Some(0), vec![3, 1, 2]),
            (3, Some(1), vec![1, 3, 2]),
            (3, None, vec![1, 3, 2]),
            (1, Some(99), vec![3, 2, 1]),
            (4, Some(2), vec![3, 2, 4, 1]),
        ] {
            assert!(finds.put(list(number), position));
            assert_eq!(order(&finds), expected);
        }
    }

    #[test]
    fn there_are_fifty_at_most_and_those_move_still() {
        let mut finds = Finds::default();
        for number in 0..50 {
            assert!(finds.put(list(number), None));
        }
        assert!(!finds.put(list(50), Some(0)));
        assert!(finds.put(list(49), Some(0)));
        assert_eq!((order(&finds)[0], finds.lists().len()), (49, 50));
        finds.retain(|other| other != list(7));
        assert!(finds.put(list(50), None));
        assert_eq!(order(&finds)[49], 50);
    }
}
