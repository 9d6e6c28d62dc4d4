//! Who stands next in a feed, so that nobody has three posts in a row where others' can stand between (FEEDS 3).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// At most so many posts in a row by one author, where others' posts can stand between.
pub const LONGEST_RUN: usize = 2;

/// The author whose posts end what was shown so far, and how many in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Whose; `None` before the first post.
    author: Option<UserId>,
    /// How many in a row.
    length: usize,
}

impl Run {
    /// The run after one more post.
    #[must_use]
    pub fn then(&self, author: &UserId) -> Self {
        let again = self.author.as_ref() == Some(author);
        Self {
            author: Some(author.clone()),
            length: if again { self.length + 1 } else { 1 },
        }
    }

    /// Whether a post by this author may follow.
    pub fn allows(&self, author: &UserId) -> bool {
        self.length < LONGEST_RUN || self.author.as_ref() != Some(author)
    }

    /// Which of the posts that are left comes next, of whose authors they are in the order of their worth: the best that
    /// may follow. An author with more of them than twice all others' is taken whenever they may, or they would be left
    /// over in the end; and where nobody else is left, they follow all the same.
    pub fn next(&self, left: &[&UserId]) -> Option<usize> {
        let mut count = HashMap::<&UserId, usize>::new();
        for author in left {
            *count.entry(author).or_default() += 1;
        }
        let abounds = |author: &UserId| {
            let own = count.get(author).copied().unwrap_or_default();
            own > 2 * (left.len() - own)
        };
        let may = |author: &&&UserId| self.allows(author);
        let pressing = left
            .iter()
            .position(|author| abounds(author) && may(&author));
        let pressing = pressing.or_else(|| left.iter().position(|author| may(&author)));
        pressing.or_else(|| (!left.is_empty()).then_some(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people() -> [UserId; 4] {
        ["ana", "ben", "cleo", "dora"].map(|id| UserId::parse(id).unwrap())
    }

    /// All of them, one after another.
    fn order(mut left: Vec<usize>) -> Vec<usize> {
        let (people, mut run, mut order) = (people(), Run::default(), Vec::new());
        loop {
            let authors: Vec<_> = left.iter().map(|author| &people[*author]).collect();
            let Some(next) = run.next(&authors) else {
                return order;
            };
            run = run.then(authors[next]);
            order.push(left.remove(next));
        }
    }

    fn longest(order: &[usize]) -> usize {
        let runs = order.chunk_by(|one, other| one == other);
        runs.map(<[usize]>::len).max().unwrap_or_default()
    }

    #[test]
    fn sixteen_and_eight_stand_two_and_one() {
        let alternating = [0, 1].repeat(8).into_iter().chain([0; 8]).collect();
        let best_first = [0; 16].into_iter().chain([1; 8]).collect();
        let worst_first = [1; 8].into_iter().chain([0; 16]).collect();
        let just_fits = [1; 8].into_iter().chain([0; 18]).collect();
        for left in [alternating, best_first, worst_first, just_fits] {
            assert_eq!(longest(&order(left)), 2);
        }
    }

    #[test]
    fn a_third_in_a_row_waits_for_somebody_else() {
        assert_eq!(order(vec![0, 0, 0, 1, 1]), [0, 0, 1, 0, 1]);
        assert_eq!(order(vec![0, 0, 0]), [0, 0, 0]);
        let [ana, ben, ..] = people();
        let run = Run::default().then(&ana).then(&ana);
        assert_eq!(run.next(&[&ana, &ben]), Some(1));
        assert_eq!(run.next(&[&ana]), Some(0));
        assert_eq!(run.next(&[]), None);
    }

    proptest! {
        #[test]
        fn three_in_a_row_mean_more_than_twice_all_others_and_two(
            left in proptest::collection::vec(0..4_usize, 0..30),
        ) {
            let ordered = order(left.clone());
            let mut sorted = [left.clone(), ordered.clone()];
            sorted.iter_mut().for_each(|all| all.sort_unstable());
            prop_assert_eq!(&sorted[0], &sorted[1]);
            if longest(&ordered) > LONGEST_RUN {
                let most = (0..4).map(|who| left.iter().filter(|one| **one == who).count());
                let most = most.max().unwrap_or_default();
                prop_assert!(most > 2 * (left.len() - most + 1), "{:?}", ordered);
            }
        }
    }
}
