//! What a reader wants more and less of (FEEDS 3): by whom, and on which topics. Their word on a post is the one thing
//! that moves it; the last on each post stands, and loses half of its weight in thirty days.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    engagement::Feedback,
    ids::{PersonHash, TopicId},
    posts::Post,
};

/// So many authors are remembered: those who weigh most.
pub const MOST_AUTHORS: usize = 60;
const HALF_LIFE_DAYS: f64 = 30.0;
/// Neither an author nor the topics of a post count for more, to either side.
const MOST: f64 = 3.0;
/// What has come down to this is forgotten.
const LEAST: f64 = 0.05;
/// What an author is worth for each point of their weight.
const AUTHOR: f64 = 1.5;
/// The same of a topic.
const TOPIC: f64 = 1.2;

/// A reader's taste.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taste {
    /// By the hash of the author.
    authors: BTreeMap<PersonHash, f64>,
    topics: BTreeMap<TopicId, f64>,
    /// As of when these weights are.
    at: Timestamp,
}

impl Taste {
    /// As it was kept, with the weights as of then.
    pub fn kept(
        authors: impl IntoIterator<Item = (PersonHash, f64)>,
        topics: impl IntoIterator<Item = (TopicId, f64)>,
        at: Timestamp,
    ) -> Self {
        Self {
            authors: authors.into_iter().collect(),
            topics: topics.into_iter().collect(),
            at,
        }
    }

    /// The weights of authors, as of [`Taste::at`].
    pub fn authors(&self) -> impl Iterator<Item = (PersonHash, f64)> {
        self.authors
            .iter()
            .map(|(author, weight)| (*author, *weight))
    }

    /// The weights of topics, likewise.
    pub fn topics(&self) -> impl Iterator<Item = (&TopicId, f64)> {
        self.topics.iter().map(|(topic, weight)| (topic, *weight))
    }

    /// As of when the weights are.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What a post is worth more, or less, for it: 1.5^a × 1.2^t, a its author's and t its topics' weight, each from −3
    /// to 3.
    pub fn factor(&self, post: &Post, now: Timestamp) -> f64 {
        let fading = fading(self.at, now);
        let author = self.authors.get(&post.author.hash());
        let author = author.copied().unwrap_or_default();
        let topics = post
            .topics
            .iter()
            .filter_map(|topic| self.topics.get(topic));
        let topics: f64 = topics.sum();
        let weight = |weight: f64| (weight * fading).clamp(-MOST, MOST);
        AUTHOR.powf(weight(author)) * TOPIC.powf(weight(topics))
    }

    /// Takes in what a reader says of a post, in the stead of what they said before.
    pub fn hears(
        &mut self,
        post: &Post,
        before: Option<Feedback>,
        after: Option<Feedback>,
        now: Timestamp,
    ) {
        let said = |said: Option<Feedback>| said.map_or(0.0, |said| weight(said, now));
        let by = said(after) - said(before);
        let fading = fading(self.at, now);
        for weight in self.authors.values_mut().chain(self.topics.values_mut()) {
            *weight *= fading;
        }
        self.at = now;
        let author = post.author.hash();
        *self.authors.entry(author).or_default() += by;
        for topic in &post.topics {
            *self.topics.entry(topic.clone()).or_default() += by;
        }
        self.authors.retain(|_, weight| weight.abs() >= LEAST);
        self.topics.retain(|_, weight| weight.abs() >= LEAST);
        while self.authors.len() > MOST_AUTHORS {
            let others = self.authors.iter().filter(|(other, _)| **other != author);
            let least = others.min_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
            let Some(least) = least.map(|(least, _)| *least) else {
                break;
            };
            self.authors.remove(&least);
        }
    }
}

/// What somebody's word on a post counts for by now.
fn weight(said: Feedback, now: Timestamp) -> f64 {
    let sign = if said.more { 1.0 } else { -1.0 };
    sign * fading(said.at, now)
}

/// What is left of a weight: half after thirty days.
fn fading(since: Timestamp, now: Timestamp) -> f64 {
    let days = now.duration_since(since).as_secs_f64() / 86_400.0;
    (-days.max(0.0) / HALF_LIFE_DAYS).exp2()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::{
        ids::{PostId, UserId},
        people::interests,
        posts::PostKind,
    };

    fn on(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
    }

    fn topic(number: usize) -> TopicId {
        let all = interests::groups().iter();
        let mut all = all.flat_map(|group| &group.interests);
        TopicId::parse(&all.nth(number).unwrap().id).unwrap()
    }

    fn post(author: &str, topics: &[usize]) -> Post {
        let author = UserId::parse(author).unwrap();
        Post {
            topics: topics.iter().map(|number| topic(*number)).collect(),
            ..Post::new(PostId(Ulid::nil()), author, PostKind::Story, on(0))
        }
    }

    fn says(more: bool, day: i64) -> Option<Feedback> {
        let at = on(day);
        Some(Feedback { more, at })
    }

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn more_of_a_post_counts_for_its_author_and_its_topics_and_fades_by_half_in_thirty_days() {
        let (mut taste, ana) = (Taste::default(), post("ana", &[0, 1]));
        assert!(near(taste.factor(&ana, on(0)), 1.0));
        taste.hears(&ana, None, says(true, 0), on(0));
        assert!(near(taste.factor(&ana, on(0)), 1.5 * 1.2 * 1.2));
        assert!(near(taste.factor(&ana, on(30)), 1.5_f64.sqrt() * 1.2));
        assert!(near(taste.factor(&post("ana", &[5]), on(0)), 1.5));
        assert!(near(taste.factor(&post("ben", &[1]), on(0)), 1.2));
        assert!(near(taste.factor(&post("ben", &[5]), on(0)), 1.0));
        taste.hears(&ana, says(true, 0), says(false, 30), on(30));
        let less = 1.5_f64.powi(-1) * 1.2_f64.powi(-2);
        assert!(near(taste.factor(&ana, on(30)), less));
        taste.hears(&ana, says(false, 30), None, on(60));
        assert_eq!(taste, Taste::kept([], [], on(60)));
    }

    #[test]
    fn neither_an_author_nor_topics_count_for_more_than_three() {
        let mut taste = Taste::default();
        for _ in 0..5 {
            taste.hears(&post("ana", &[0, 1]), None, says(false, 0), on(0));
        }
        let most = 1.5_f64.powi(-3) * 1.2_f64.powi(-3);
        assert!(near(taste.factor(&post("ana", &[0, 1]), on(0)), most));
    }

    #[test]
    fn sixty_authors_are_remembered_and_those_go_that_weigh_least() {
        let mut taste = Taste::default();
        for number in 0..70_i64 {
            let author = post(&format!("author{number}"), &[]);
            taste.hears(&author, None, says(true, number), on(number));
        }
        assert_eq!(taste.authors().count(), MOST_AUTHORS);
        let worth = |number: i64| taste.factor(&post(&format!("author{number}"), &[]), on(69));
        assert!(near(worth(9), 1.0) && near(worth(69), 1.5));
        assert!(worth(10) > 1.0 && worth(10) < worth(11));
        let worn = post("worn", &[]);
        for _ in 0..2 {
            taste.hears(&worn, None, says(true, 70), on(70));
        }
        assert!(near(taste.factor(&worn, on(70)), 2.25));
    }

    proptest! {
        #[test]
        fn only_the_last_that_was_said_of_each_post_counts(
            said in proptest::collection::vec((0..4_usize, 0..3_u8), 0..40),
        ) {
            let posts = [
                post("ana", &[0]), post("ana", &[1]), post("ben", &[0, 1]), post("cleo", &[]),
            ];
            let (mut taste, mut last) = (Taste::default(), [None; 4]);
            let mut day = 0;
            for (which, what) in said {
                day += 1;
                let after = match what {
                    0 => None,
                    1 => says(false, day),
                    _ => says(true, day),
                };
                taste.hears(&posts[which], last[which], after, on(day));
                last[which] = after;
            }
            let mut afresh = Taste::default();
            for (post, last) in posts.iter().zip(last) {
                afresh.hears(post, None, last, on(day));
            }
            // What has nearly faded is forgotten.
            let slack = 1.5_f64.powf(0.4);
            for post in &posts {
                let ratio = taste.factor(post, on(day)) / afresh.factor(post, on(day));
                prop_assert!((1.0 / slack..slack).contains(&ratio), "{ratio}");
            }
        }
    }
}
