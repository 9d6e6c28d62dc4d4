//! Push or pull (FEEDS 1): whether an author's posts are delivered to a reader, or looked up when they read.
//!
//! To push a post costs a write unit ($0.625 a million), to look at an author's head half a read unit ($0.0625): an
//! edge is worth pushing to whoever reads more than ten times a post. Over a month, cost is counted in write units.

use std::cmp::Ordering;

use jiff::SignedDuration;

use super::{BACK_FILL, Bucket};

/// To look at one author's head, in writes.
pub const HEAD_READ: f64 = 0.1;
/// A reader who is there pulls at most this many authors.
pub const MOST_PULLED: usize = 100;
/// And one who is asleep, who pays for them on the pages read until edges have moved.
pub const MOST_PULLED_ASLEEP: usize = 1_000;
/// What moving an edge costs, in writes, beside its back-fill.
pub const MOVE_COST: f64 = 2.0;
/// Whoever is pulled from now on is still delivered for so long.
pub const PULLED_SERVED: SignedDuration = SignedDuration::from_hours(1);
/// It is moved if that saves so many times what it costs.
const WORTH: f64 = 2.0;
/// Within so many days.
const WITHIN_DAYS: f64 = 30.0;

/// How an author's posts come to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Each is delivered to the timeline.
    Push,
    /// The author's head is looked up.
    Pull,
}

/// An edge as it is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// How posts come now.
    pub way: Delivery,
    /// How many posts a day, by [`posts_a_day`](super::posts_a_day).
    pub posts: f64,
}

impl Edge {
    /// What pulling it saves a day, in writes, beside pushing it; below zero what it costs.
    fn saved(&self, reads: f64) -> f64 {
        self.posts - reads * HEAD_READ
    }

    /// What it costs to move it, in writes.
    fn moving(&self) -> f64 {
        match self.way {
            Delivery::Push => MOVE_COST,
            Delivery::Pull => MOVE_COST + (self.posts * WITHIN_DAYS).min(BACK_FILL as f64),
        }
    }
}

/// The places of the edges of a reader that are to go over to the other way, the dearest first. While nothing is known
/// of the reader, none, save those above how many are pulled at most.
pub fn moves(reader: Option<Bucket>, edges: &[Edge]) -> Vec<usize> {
    let most = match reader {
        Some(Bucket::Asleep) => MOST_PULLED_ASLEEP,
        Some(Bucket::Seldom | Bucket::Daily | Bucket::Often) | None => MOST_PULLED,
    };
    let mut order: Vec<_> = (0..edges.len()).collect();
    // Of two that are as dear the one that is pulled already stays so.
    let pushed = |edge: &Edge| edge.way == Delivery::Push;
    order.sort_by(|one, other| {
        let (one, other) = (&edges[*one], &edges[*other]);
        let dearest = other.posts.partial_cmp(&one.posts);
        let dearest = dearest.unwrap_or(Ordering::Equal);
        dearest.then(pushed(one).cmp(&pushed(other)))
    });
    let mut room = most;
    let mut moves = Vec::new();
    for index in order {
        let edge = &edges[index];
        let saved = reader.map_or(0.0, |bucket| edge.saved(bucket.reads()) * WITHIN_DAYS);
        let worth = |saved: f64| saved >= WORTH * edge.moving() && saved > 0.0;
        match edge.way {
            Delivery::Push if room > 0 && worth(saved) => {
                room -= 1;
                moves.push(index);
            }
            Delivery::Pull if room == 0 || worth(-saved) => moves.push(index),
            Delivery::Pull => room -= 1,
            Delivery::Push => {}
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edges() -> impl Strategy<Value = Vec<Edge>> {
        let edge = (any::<bool>(), 0.0..20.0_f64).prop_map(|(pull, posts)| Edge {
            way: if pull { Delivery::Pull } else { Delivery::Push },
            posts,
        });
        proptest::collection::vec(edge, 0..1_500)
    }

    fn moved(edges: &[Edge], moves: &[usize]) -> Vec<Edge> {
        let mut after = edges.to_vec();
        for index in moves {
            after[*index].way = match after[*index].way {
                Delivery::Push => Delivery::Pull,
                Delivery::Pull => Delivery::Push,
            };
        }
        after
    }

    const BUCKETS: [Bucket; 4] = [Bucket::Asleep, Bucket::Seldom, Bucket::Daily, Bucket::Often];

    #[test]
    fn an_edge_is_pulled_where_there_are_fewer_than_ten_reads_a_post() {
        let way = |bucket, way, posts| {
            let edges = [Edge { way, posts }];
            moved(&edges, &moves(Some(bucket), &edges))[0].way
        };
        assert_eq!(way(Bucket::Asleep, Delivery::Push, 0.3), Delivery::Pull);
        assert_eq!(way(Bucket::Seldom, Delivery::Push, 0.3), Delivery::Pull);
        assert_eq!(way(Bucket::Daily, Delivery::Push, 0.3), Delivery::Push);
        assert_eq!(way(Bucket::Daily, Delivery::Push, 1.0), Delivery::Pull);
        assert_eq!(way(Bucket::Often, Delivery::Push, 0.9), Delivery::Push);
        assert_eq!(way(Bucket::Often, Delivery::Push, 3.0), Delivery::Pull);
        assert_eq!(way(Bucket::Often, Delivery::Pull, 0.1), Delivery::Push);
        // It would pay, and not within a month.
        assert_eq!(way(Bucket::Asleep, Delivery::Push, 0.1), Delivery::Push);
        assert_eq!(way(Bucket::Daily, Delivery::Pull, 0.25), Delivery::Pull);
    }

    #[test]
    fn while_nothing_is_known_of_a_reader_edges_stay() {
        let edges = [Delivery::Push, Delivery::Pull].map(|way| Edge { way, posts: 5.0 });
        assert_eq!(moves(None, &edges), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn what_moved_does_not_move_again_and_no_more_are_pulled_than_may_be(
            edges in edges(),
            reader in 0..=BUCKETS.len(),
        ) {
            let reader = BUCKETS.get(reader).copied();
            let after = moved(&edges, &moves(reader, &edges));
            let most = match reader {
                Some(Bucket::Asleep) => MOST_PULLED_ASLEEP,
                _ => MOST_PULLED,
            };
            let pulled = after.iter().filter(|edge| edge.way == Delivery::Pull);
            prop_assert!(pulled.count() <= most);
            prop_assert_eq!(moves(reader, &after), Vec::<usize>::new());
        }

        #[test]
        fn an_edge_moves_where_that_saves_twice_what_it_costs_within_a_month(
            edges in edges(),
            bucket in 0..BUCKETS.len(),
        ) {
            // So few that none has to move.
            let edges = &edges[..edges.len().min(MOST_PULLED)];
            let bucket = BUCKETS[bucket];
            let moved: Vec<_> = moves(Some(bucket), edges);
            for (index, edge) in edges.iter().enumerate() {
                let saved = 30.0 * edge.saved(bucket.reads());
                let worth = match edge.way {
                    Delivery::Push => saved >= 4.0,
                    Delivery::Pull => -saved >= 4.0 + 2.0 * (30.0 * edge.posts).min(40.0),
                };
                prop_assert_eq!(moved.contains(&index), worth, "{:?}", edge);
            }
        }
    }
}
