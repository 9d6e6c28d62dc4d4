//! The Enthusiast badge (ENGAGEMENT 40): what a post earns its author, and when that gives them the badge.
//!
//! Neither a rating nor a word of a text counts, so that the badge rewards no praise.

use serde::{Deserialize, Serialize};

use crate::posts::{Post, PostKind, PostStatus};

/// So many smiles by others a post needs to earn anything.
const FEWEST: u64 = 3;
/// So many of them count at most.
const MOST: u64 = 20;
/// What a post earns whatever more are.
const POST: u64 = 2;
/// What a review earns besides.
const REVIEW: u64 = 3;
/// What an accepted answer earns.
const ANSWER: u64 = 5;

/// What a post has earned its author, at which so many others smiled.
pub fn earned(post: &Post, smiles: u64) -> u64 {
    if post.status == PostStatus::Published && !post.sponsored && smiles >= FEWEST {
        POST + smiles.min(MOST) + review(post)
    } else {
        0
    }
}

/// The most that a post can earn.
pub fn most(post: &Post) -> u64 {
    POST + MOST + review(post)
}

fn review(post: &Post) -> u64 {
    match post.kind {
        PostKind::Review => REVIEW,
        PostKind::Story
        | PostKind::Photo
        | PostKind::Link
        | PostKind::Poll
        | PostKind::Question => 0,
    }
}

/// From when on somebody has the badge, and below what no longer: who stands between keeps it, so that it does not come
/// and go with each smile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Given from so many points on.
    pub points: u64,
    /// And so many posts that earned some.
    pub posts: u64,
    /// Taken below so many points.
    pub least_points: u64,
    /// Or so many posts.
    pub least_posts: u64,
}

/// What somebody has earned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// By posts.
    #[serde(default)]
    pub points: u64,
    /// How many posts earned that.
    #[serde(default)]
    pub posts: u64,
    /// How many answers of theirs are accepted.
    #[serde(default)]
    pub answers: u64,
    /// Whether that gives them the badge.
    #[serde(default)]
    pub given: bool,
    /// Whether a moderator took it, until one restores it.
    #[serde(default)]
    pub stripped: bool,
}

impl Badge {
    /// Whether it is shown.
    pub fn is_shown(&self) -> bool {
        self.given && !self.stripped
    }

    /// With what a post has earned, in the stead of what it had before.
    #[must_use]
    pub fn moved(self, before: u64, after: u64) -> Self {
        let counts = |earned: u64| u64::from(earned > 0);
        Self {
            points: (self.points + after).saturating_sub(before),
            posts: (self.posts + counts(after)).saturating_sub(counts(before)),
            ..self
        }
    }

    /// Given, or taken, by these thresholds.
    #[must_use]
    pub fn weighed(self, by: &Thresholds) -> Self {
        let points = self.points + ANSWER * self.answers;
        let given = if self.given {
            points >= by.least_points && self.posts >= by.least_posts
        } else {
            points >= by.points && self.posts >= by.posts
        };
        Self { given, ..self }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::ids::{PostId, UserId};

    const BY: Thresholds = Thresholds {
        points: 60,
        posts: 5,
        least_points: 45,
        least_posts: 3,
    };

    fn post(kind: PostKind, status: PostStatus) -> Post {
        let author = UserId::parse("ana").unwrap();
        let id = PostId(Ulid::from_parts(1, 1));
        Post {
            status,
            ..Post::new(id, author, kind, Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn a_published_post_earns_from_three_smiles_on_and_a_review_three_more() {
        let story = post(PostKind::Story, PostStatus::Published);
        let review = post(PostKind::Review, PostStatus::Published);
        for (smiles, by_story, by_review) in
            [(0, 0, 0), (2, 0, 0), (3, 5, 8), (20, 22, 25), (900, 22, 25)]
        {
            assert_eq!(earned(&story, smiles), by_story, "{smiles}");
            assert_eq!(earned(&review, smiles), by_review, "{smiles}");
        }
        assert_eq!((most(&story), most(&review)), (22, 25));
        for status in PostStatus::ALL {
            let shown = status == PostStatus::Published;
            assert_eq!(earned(&post(PostKind::Photo, status), 50) > 0, shown);
        }
    }

    #[test]
    fn it_is_given_from_sixty_points_and_five_posts_on_and_taken_below_fortyfive_or_three() {
        let badge = |points, posts, answers, given| Badge {
            points,
            posts,
            answers,
            given,
            stripped: false,
        };
        for (badge, given) in [
            (badge(60, 5, 0, false), true),
            (badge(59, 5, 0, false), false),
            (badge(60, 4, 0, false), false),
            (badge(35, 5, 5, false), true),
            (badge(45, 3, 0, true), true),
            (badge(44, 3, 0, true), false),
            (badge(45, 2, 0, true), false),
            (badge(30, 3, 3, true), true),
        ] {
            assert_eq!(badge.weighed(&BY).given, given, "{badge:?}");
            let stripped = Badge {
                stripped: true,
                ..badge
            };
            assert!(!stripped.weighed(&BY).is_shown());
        }
    }

    proptest! {
        #[test]
        fn it_never_comes_and_goes_with_less_than_the_distance_between_the_thresholds(
            moves in prop::collection::vec((0..8_usize, 0..30_u64), 1..60),
        ) {
            let story = post(PostKind::Story, PostStatus::Published);
            let (mut badge, mut posts) = (Badge::default(), [0_u64; 8]);
            let mut last = None;
            for (which, smiles) in moves {
                let after = earned(&story, smiles);
                let moved = badge.moved(posts[which], after);
                posts[which] = after;
                // What is counted is what the posts have earned.
                prop_assert_eq!(moved.points, posts.iter().sum::<u64>());
                let some = posts.iter().filter(|earned| **earned > 0).count();
                prop_assert_eq!(moved.posts, some as u64);
                let was = badge.given;
                badge = moved.weighed(&BY);
                // Weighed again, it is the same.
                prop_assert_eq!(badge.weighed(&BY), badge);
                if badge.given {
                    prop_assert!(badge.points >= 45 && badge.posts >= 3);
                } else {
                    prop_assert!(badge.points < 60 || badge.posts < 5);
                }
                if badge.given != was
                    && let Some((points, posts)) = last.replace((badge.points, badge.posts))
                {
                    let apart = badge.points.abs_diff(points) >= 15
                        || badge.posts.abs_diff(posts) >= 2;
                    prop_assert!(apart, "{:?} since {} by {}", badge, points, posts);
                }
            }
        }
    }
}
