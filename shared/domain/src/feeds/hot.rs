//! How hot a post is: by what people did at it, and when it appeared (FEEDS 5). Time alone moves nothing: of two posts
//! the one that is hotter stays so until somebody acts at either.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    engagement::{Count, Shards},
    posts::Post,
};

/// A post keeps up with one that appeared so many hours later, and at which half as many acted.
const HOT_HOURS: f64 = 12.0;
/// The same, where that counts which rises now.
const RISING_HOURS: f64 = 4.0;
/// So many comments count whatever else was done at the post.
const FREE_COMMENTS: u64 = 3;
/// The marks of a post are told of anew in so many steps from each doubling to the next.
const STEPS: f64 = 4.0;

/// What people did at a post, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Reception {
    /// Who smiled.
    #[serde(default)]
    pub smiles: u64,
    /// Who keeps it in lists.
    #[serde(default)]
    pub saves: u64,
    /// What is said of it.
    #[serde(default)]
    pub comments: u64,
    /// Who voted, an option each.
    #[serde(default)]
    pub votes: Vec<u64>,
}

impl Reception {
    /// That of a post, with what lies in the shards of a hot one.
    pub fn of(post: &Post, shards: &Shards) -> Self {
        let votes = (0..).zip(&post.votes);
        let votes = votes.map(|(option, votes)| shards.plus(Count::Votes(option), *votes));
        Self {
            smiles: shards.plus(Count::Smiles, post.smiles),
            saves: shards.plus(Count::Saves, post.saves),
            comments: shards.plus(Count::Comments, post.comments),
            votes: votes.collect(),
        }
    }

    /// What it is worth: `m` = smiles + 3·saves + votes + 2·min(comments, 3 + smiles + saves + votes). What many say of
    /// a post that nobody likes is a quarrel.
    pub fn marks(&self) -> u64 {
        let votes: u64 = self.votes.iter().sum();
        let free = FREE_COMMENTS + self.smiles + self.saves + votes;
        self.smiles + 3 * self.saves + votes + 2 * self.comments.min(free)
    }
}

/// What a post is worth by what people did at it, as it says itself ([`Reception::marks`]).
pub fn marks(post: &Post) -> u64 {
    Reception::of(post, &Shards::default()).marks()
}

/// How hot a post with so many marks is that appeared then: log2(1 + m) and a point for every twelve hours since 1970.
pub fn hot(marks: u64, at: Timestamp) -> f64 {
    loudness(marks) + hours(at) / HOT_HOURS
}

/// How fast it rises: log2(1 + m) and a point for every four hours.
pub fn rise(marks: u64, at: Timestamp) -> f64 {
    loudness(marks) + hours(at) / RISING_HOURS
}

/// ⌊4·log2(1 + m)⌋: with each change of it those are told who keep what is hot, some hundred times on the way to a
/// million.
pub fn step(marks: u64) -> u32 {
    let mut step = (STEPS * loudness(marks)) as u32;
    // The logarithm is rounded: of what it comes to exactly it may be a hair short.
    if (f64::from(step + 1) / STEPS).exp2() <= marks as f64 + 1.0 {
        step += 1;
    }
    step
}

fn loudness(marks: u64) -> f64 {
    (1.0 + marks as f64).log2()
}

fn hours(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 3_600_000.0
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::{
        ids::{PostId, UserId},
        posts::PostKind,
    };

    fn post(smiles: u64, saves: u64, votes: &[u64], comments: u64) -> Post {
        let author = UserId::parse("ana").unwrap();
        Post {
            smiles,
            saves,
            comments,
            votes: votes.to_vec(),
            ..Post::new(
                PostId(Ulid::nil()),
                author,
                PostKind::Poll,
                Timestamp::UNIX_EPOCH,
            )
        }
    }

    #[test]
    fn a_save_counts_three_times_and_comments_twice_as_far_as_others_like_the_post() {
        assert_eq!(marks(&post(0, 0, &[], 0)), 0);
        assert_eq!(marks(&post(5, 2, &[3, 1], 4)), 5 + 6 + 4 + 8);
        // Of a hundred comments on what nobody likes three count, and as many more as people do.
        assert_eq!(marks(&post(0, 0, &[], 100)), 6);
        assert_eq!(marks(&post(2, 1, &[4], 100)), 2 + 3 + 4 + 2 * 10);
    }

    #[test]
    fn what_lies_in_shards_counts_with_the_post() {
        let mut shards = Shards::default();
        for (count, by) in [
            (Count::Smiles, 10),
            (Count::Saves, 1),
            (Count::Votes(1), 2),
            (Count::Comments, -1),
        ] {
            shards.add(count, by);
        }
        let hot = post(5, 2, &[3, 1], 4);
        assert_eq!(Reception::of(&hot, &shards).marks(), 15 + 9 + 6 + 2 * 3);
    }

    #[test]
    fn twice_as_many_marks_are_worth_twelve_hours_or_four_where_it_rises() {
        let at = |hour| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(hot(0, at(24)), 2.0) && near(hot(3, at(0)), 2.0));
        assert!(near(rise(0, at(8)), 2.0) && near(rise(3, at(0)), 2.0));
        assert!(hot(1, at(0)) > hot(0, at(11)) && hot(1, at(0)) < hot(0, at(13)));
        assert!(rise(1, at(0)) > rise(0, at(3)) && rise(1, at(0)) < rise(0, at(5)));
    }

    #[test]
    fn a_million_marks_are_told_of_in_some_eighty_steps_and_each_doubling_is_four() {
        assert_eq!([0, 1, 3, 7, 1_023].map(step), [0, 4, 8, 12, 40]);
        let mut told = 0;
        for marks in 0..1_000_000 {
            told += usize::from(step(marks) != step(marks + 1));
        }
        assert!((50..=80).contains(&told), "{told}");
    }

    proptest! {
        #[test]
        fn more_marks_are_never_worth_less(marks in 0..u64::from(u32::MAX), more in 1..1_000_u64) {
            let at = Timestamp::UNIX_EPOCH;
            prop_assert!(hot(marks, at) < hot(marks + more, at));
            prop_assert!(rise(marks, at) < rise(marks + more, at));
            prop_assert!(step(marks) <= step(marks + more));
        }
    }
}
