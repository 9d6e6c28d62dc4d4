//! The order within a window of a home feed.
//!
//! `score = recency × affinity × engagement`, where
//! - recency is `2^(-age / 24 h)`: a post loses half its weight a day;
//! - affinity is 1 for a followed author, 0.5 for a topic alone, and 0.1 more for each topic that
//!   the reader shares with the post;
//! - engagement is `1 + ln(1 + smiles + 2·comments + 3·saves) / 4`: the tenth smile counts, the
//!   thousandth hardly does.
//!
//! Variety: posts are taken greedily by `score × 0.7^n`, where n is how many of the same author
//! were taken before in this window, and at most [`LONGEST_RUN`] posts of one author stand in a
//! row where a post by somebody else can stand between (PRODUCT §5.1). Nothing is dropped for it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Reader, Reason};
use crate::{ids::UserId, posts::Post, shown::Shown};

/// At most this many posts in a row by one author, where others' posts can stand between.
pub const LONGEST_RUN: usize = 2;

const HALF_LIFE_HOURS: f64 = 24.0;
const REPEAT_PENALTY: f64 = 0.7;

/// The author whose posts end what was shown so far, and how many in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Whose; `None` before the first post.
    pub author: Option<UserId>,
    /// How many in a row.
    pub length: usize,
}

impl Run {
    /// The run after one more post.
    #[must_use]
    pub fn then(&self, author: &UserId) -> Self {
        let length = if self.author.as_ref() == Some(author) {
            self.length + 1
        } else {
            1
        };
        Self {
            author: Some(author.clone()),
            length,
        }
    }

    fn allows(&self, author: &UserId) -> bool {
        self.length < LONGEST_RUN || self.author.as_ref() != Some(author)
    }
}

/// What a post is worth to this reader at `now`, before variety.
pub fn score(post: &Post, reason: &Reason, reader: &Reader, now: Timestamp) -> f64 {
    let age = post
        .published_at
        .map_or(0.0, |at| now.duration_since(at).as_secs_f64() / 3_600.0);
    let recency = (-age.max(0.0) / HALF_LIFE_HOURS).exp2();
    let base = match reason {
        Reason::Followed => 1.0,
        Reason::Topic(_) => 0.5,
    };
    let shared = post
        .topics
        .iter()
        .filter(|topic| reader.topics.contains(topic))
        .count();
    let affinity = base + 0.1 * shared as f64;
    let marks = post.smiles as f64 + 2.0 * post.comments as f64 + 3.0 * post.saves as f64;
    recency * affinity * (1.0 + marks.ln_1p() / 4.0)
}

/// Ranks the posts of one window; `run` is what was shown just before it. Equal scores keep the
/// order given, so the result is the same each time.
pub fn rank(
    window: Vec<(Shown<Post>, Reason)>,
    reader: &Reader,
    now: Timestamp,
    run: &Run,
) -> Vec<(Shown<Post>, Reason)> {
    let mut left: Vec<_> = window
        .into_iter()
        .map(|(post, reason)| (score(&post, &reason, reader, now), post, reason))
        .collect();
    let (mut run, mut taken) = (run.clone(), HashMap::<UserId, i32>::new());
    let mut ranked = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let worth = |(score, post, _): &(f64, Shown<Post>, Reason)| {
            score * REPEAT_PENALTY.powi(taken.get(&post.author).copied().unwrap_or(0))
        };
        let others = left.iter().any(|(_, post, _)| run.allows(&post.author));
        let mut best: Option<(usize, f64)> = None;
        for (index, candidate) in left.iter().enumerate() {
            if others && !run.allows(&candidate.1.author) {
                continue;
            }
            let worth = worth(candidate);
            if best.is_none_or(|(_, most)| worth > most) {
                best = Some((index, worth));
            }
        }
        let Some((index, _)) = best else { break };
        let (_, post, reason) = left.remove(index);
        run = run.then(&post.author);
        *taken.entry(post.author.clone()).or_default() += 1;
        ranked.push((post, reason));
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{PostId, TopicId},
        posts::{PostKind, PostStatus},
    };
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use ulid::Ulid;

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

    fn reader() -> Reader {
        Reader {
            id: UserId::parse("reader").unwrap(),
            following: ["ana", "ben", "cleo"]
                .iter()
                .filter_map(|who| UserId::parse(who))
                .collect(),
            topics: crate::people::interests::groups()
                .iter()
                .flat_map(|group| &group.interests)
                .take(5)
                .filter_map(|interest| TopicId::parse(&interest.id))
                .collect(),
        }
    }

    fn order(posts: &[Post], run: &Run) -> Vec<u128> {
        let shown = posts.iter().cloned().map(Shown::by_rule);
        let window = shown.map(|post| (post, Reason::Followed)).collect();
        let ranked = rank(window, &reader(), NOW, run);
        ranked.iter().map(|(post, _)| post.id.0.random()).collect()
    }

    #[test]
    fn the_newer_of_two_alike_comes_first_and_engagement_can_outweigh_hours() {
        assert_eq!(
            order(
                &[post(1, "ana", 5, 0), post(2, "ben", 1, 0)],
                &Run::default()
            ),
            [2, 1]
        );
        assert_eq!(
            order(
                &[post(1, "ana", 5, 50), post(2, "ben", 1, 0)],
                &Run::default()
            ),
            [1, 2]
        );
    }

    #[test]
    fn a_followed_author_outweighs_a_topic_alone() {
        let (by_topic, followed) = (post(1, "dan", 1, 0), post(2, "ana", 1, 0));
        let topic = reader().topics.first().cloned().unwrap();
        let window = vec![
            (Shown::by_rule(by_topic), Reason::Topic(topic)),
            (Shown::by_rule(followed.clone()), Reason::Followed),
        ];
        let ranked = rank(window, &reader(), NOW, &Run::default());
        assert_eq!(ranked[0].0.id, followed.id);
    }

    #[test]
    fn a_third_in_a_row_waits_for_somebody_else_also_across_pages() {
        let posts = [
            post(1, "ana", 1, 90),
            post(2, "ana", 1, 90),
            post(3, "ana", 1, 90),
            post(4, "ben", 90, 0),
        ];
        assert_eq!(order(&posts, &Run::default()), [1, 2, 4, 3]);
        let run = Run {
            author: UserId::parse("ana"),
            length: 2,
        };
        assert_eq!(order(&posts, &run), [4, 1, 2, 3]);
    }

    proptest! {
        #[test]
        fn nothing_is_dropped_and_runs_are_short_where_they_can_be(
            authors in proptest::collection::vec(0..3_usize, 0..30),
        ) {
            let names = ["ana", "ben", "cleo"];
            let posts: Vec<_> = authors
                .iter()
                .enumerate()
                .map(|(n, author)| post(n as u128, names[*author], n as i64, 0))
                .collect();
            let ranked = order(&posts, &Run::default());
            let mut sorted = ranked.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..posts.len() as u128).collect::<Vec<_>>());
            for at in 0..ranked.len().saturating_sub(LONGEST_RUN) {
                let run: Vec<_> = ranked[at..=at + LONGEST_RUN].iter().map(|id| authors[*id as usize]).collect();
                if run.iter().all(|author| *author == run[0]) {
                    let rest = &ranked[at + LONGEST_RUN..];
                    prop_assert!(rest.iter().all(|id| authors[*id as usize] == run[0]));
                }
            }
        }
    }
}
