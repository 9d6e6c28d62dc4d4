//! The order within a window of a home feed (FEEDS 3).
//!
//! `score = 2^(−age / 24 h) × base × taste × (1 + ln(1 + m) / 4)`, where
//! - base is 1 for a followed author, 0.6 for what one's own activity brought, 0.5 for a topic or what is trending; and
//!   0.1 more for each topic that the reader shares with the post, 0.3 at most;
//! - taste is what the reader wants more or less of: [`super::Taste`];
//! - m is what people did at the post: [`super::marks`]. The tenth smile counts, the thousandth hardly does.
//!
//! Variety: each further post of one author in the window counts 0.7 times what it would, so that its posts are taken
//! greedily by `score × 0.7^n`. Who may follow whom is [`super::Run`]'s. Nothing is dropped for either.

use std::{cmp::Ordering, collections::HashMap};

use jiff::Timestamp;

use super::{Position, Reason, marks};
use crate::{
    ids::{PostId, UserId},
    posts::Post,
};

const HALF_LIFE_HOURS: f64 = 24.0;
const REPEAT_PENALTY: f64 = 0.7;
const SHARED_TOPIC: f64 = 0.1;
const MOST_SHARED: usize = 3;

/// What a post is worth at `now` to somebody who shares so many of its topics, and whose taste makes it so much more.
pub(super) fn score(
    post: &Post,
    reason: &Reason,
    shared: usize,
    taste: f64,
    now: Timestamp,
) -> f64 {
    let age = post
        .published_at
        .map_or(0.0, |at| now.duration_since(at).as_secs_f64() / 3_600.0);
    let recency = (-age.max(0.0) / HALF_LIFE_HOURS).exp2();
    let base = match reason {
        Reason::Followed => 1.0,
        Reason::Activity(_) => 0.6,
        Reason::Topic(_) | Reason::Trending(_) | Reason::Sponsored => 0.5,
    };
    let base = base + SHARED_TOPIC * shared.min(MOST_SHARED) as f64;
    recency * base * taste * (1.0 + (marks(post) as f64).ln_1p() / 4.0)
}

/// The posts of one window by what each is worth, after those of its author that are worth more. Of two alike the newer
/// comes first, then the one of the later id.
pub(super) fn ranked<'a>(window: impl IntoIterator<Item = (&'a Post, f64)>) -> Vec<PostId> {
    let mut window: Vec<_> = window.into_iter().collect();
    let newer = |one: &Post, other: &Post| Position::of(other).cmp(&Position::of(one));
    let order = |one: &(&Post, f64), other: &(&Post, f64)| -> Ordering {
        other
            .1
            .total_cmp(&one.1)
            .then_with(|| newer(one.0, other.0))
    };
    window.sort_by(order);
    let mut taken = HashMap::<&UserId, i32>::new();
    for (post, worth) in &mut window {
        let before = taken.entry(&post.author).or_default();
        *worth *= REPEAT_PENALTY.powi(*before);
        *before += 1;
    }
    window.sort_by(order);
    window.into_iter().map(|(post, _)| post.id).collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::{
        ids::TopicId,
        posts::{PostKind, PostStatus},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn post(id: u128, author: &str, hours_old: i64, smiles: u64) -> Post {
        let published_at = NOW - SignedDuration::from_hours(hours_old);
        let (id, author) = (
            PostId(Ulid::from_parts(1, id)),
            UserId::parse(author).unwrap(),
        );
        Post {
            status: PostStatus::Published,
            smiles,
            published_at: Some(published_at),
            ..Post::new(id, author, PostKind::Story, published_at)
        }
    }

    fn worth(post: &Post) -> f64 {
        score(post, &Reason::Followed, 0, 1.0, NOW)
    }

    fn order(posts: &[Post]) -> Vec<u128> {
        let ranked = ranked(posts.iter().map(|post| (post, worth(post))));
        ranked.iter().map(|post| post.0.random()).collect()
    }

    #[test]
    fn the_newer_of_two_alike_comes_first_and_marks_can_outweigh_hours() {
        let ben = post(2, "ben", 1, 0);
        assert_eq!(order(&[post(1, "ana", 5, 0), ben.clone()]), [2, 1]);
        assert_eq!(order(&[post(1, "ana", 5, 50), ben]), [1, 2]);
        assert_eq!(order(&[post(1, "ana", 5, 0), post(2, "ben", 5, 0)]), [2, 1]);
    }

    #[test]
    fn a_score_is_as_the_contract_has_it() {
        let post = post(1, "ana", 24, 3);
        let topic = TopicId::parse("coffee").unwrap();
        let product = crate::ids::ProductId::parse("SPK-1").unwrap();
        let marks = 1.0 + 4_f64.ln() / 4.0;
        for (reason, shared, base) in [
            (Reason::Followed, 0, 1.0),
            (Reason::Followed, 2, 1.2),
            (Reason::Followed, 5, 1.3),
            (Reason::Activity(product), 0, 0.6),
            (Reason::Trending(None), 0, 0.5),
            (Reason::Topic(topic), 1, 0.6),
        ] {
            let score = score(&post, &reason, shared, 1.5, NOW);
            assert!(
                (score - 0.5 * base * 1.5 * marks).abs() < 1e-9,
                "{reason:?}"
            );
        }
    }

    #[test]
    fn further_posts_of_one_author_count_ever_less() {
        let posts = [
            post(1, "ana", 0, 0),
            post(2, "ana", 0, 0),
            post(3, "ana", 0, 0),
            post(4, "ben", 15, 0),
        ];
        // 2^(−15/24) is 0.65: less than 0.7, more than 0.49.
        assert_eq!(order(&posts), [3, 2, 4, 1]);
    }

    proptest! {
        #[test]
        fn taking_the_best_of_what_is_left_again_and_again_gives_the_same_order(
            posts in proptest::collection::vec((0..3_usize, 0..48_i64, 0..40_u64), 0..30),
        ) {
            let names = ["ana", "ben", "cleo"];
            let posts: Vec<_> = posts
                .iter()
                .enumerate()
                .map(|(id, (author, age, smiles))| post(id as u128, names[*author], *age, *smiles))
                .collect();
            let (mut left, mut taken) = (posts.iter().collect::<Vec<_>>(), HashMap::new());
            let mut greedy = Vec::new();
            while !left.is_empty() {
                let value = |post: &&Post| {
                    let before = taken.get(&post.author).copied().unwrap_or_default();
                    worth(post) * REPEAT_PENALTY.powi(before)
                };
                let best = (0..left.len()).max_by(|one, other| {
                    let by_worth = value(&left[*one]).total_cmp(&value(&left[*other]));
                    by_worth.then_with(|| Position::of(left[*one]).cmp(&Position::of(left[*other])))
                });
                let best = left.remove(best.unwrap());
                *taken.entry(best.author.clone()).or_default() += 1;
                greedy.push(best.id.0.random());
            }
            prop_assert_eq!(order(&posts), greedy);
        }
    }
}
