//! A wall page by page, with posts of sponsors among its own: each at its place, as in home feeds (FEEDS 3, 5).

use serde::{Deserialize, Serialize};

use super::{WallPlace, compact, slots};
use crate::ids::PostId;

/// How far somebody has come on a wall, and what stands there for sponsors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallSpot {
    /// Where the wall's own posts go on; `None` where nothing is left of them.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    own: Option<WallPlace>,
    /// How many posts were shown.
    #[serde(rename = "c")]
    shown: usize,
    /// The sponsored posts that the first page chose: their own places alone bring them.
    #[serde(rename = "s", with = "compact")]
    chosen: Vec<PostId>,
    /// Those of them that were not shown yet.
    #[serde(rename = "i", with = "compact")]
    waiting: Vec<PostId>,
}

/// What stands next on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dealt {
    /// The next of the wall's own posts.
    Own,
    /// A sponsored post at its place.
    Sponsored(PostId),
    /// One that was chosen and whose place the wall does not reach: it stands at the end, as the wall's own that it is.
    Late(PostId),
}

/// What a page is dealt from.
#[derive(Debug)]
pub struct WallHand<M, L> {
    /// How many of the wall's own posts are there.
    pub own: usize,
    /// Whether there are no more of them.
    pub ends: bool,
    /// Whether a sponsored post may be shown now.
    pub may: M,
    /// Whether a post is on the wall without its sponsor too.
    pub late: L,
}

impl WallSpot {
    /// The beginning of a wall on which these sponsored posts are shown, three at most.
    pub fn begin(sponsored: impl IntoIterator<Item = PostId>) -> Self {
        let chosen: Vec<_> = sponsored.into_iter().take(slots::MOST_SPONSORED).collect();
        Self {
            waiting: chosen.clone(),
            chosen,
            ..Self::default()
        }
    }

    /// Where the wall's own posts go on; `None` where nothing is left of them.
    pub fn own(&self) -> Option<&WallPlace> {
        self.own.as_ref()
    }

    /// Whether a post is among the sponsored ones, and so not among the wall's own.
    pub fn has_chosen(&self, post: PostId) -> bool {
        self.chosen.contains(&post)
    }

    /// The sponsored posts that were not shown yet.
    pub fn waiting(&self) -> &[PostId] {
        &self.waiting
    }

    /// Deals a page of at most `limit` posts.
    pub fn deal<M, L>(&self, limit: usize, hand: &WallHand<M, L>) -> Vec<Dealt>
    where
        M: Fn(PostId) -> bool,
        L: Fn(PostId) -> bool,
    {
        let (mut dealt, mut own, mut waiting) = (Vec::new(), 0, self.waiting.clone());
        while dealt.len() < limit {
            let is_for_sponsors = slots::is_sponsored(self.shown + dealt.len() + 1);
            // After the last of the wall's own there is nothing to stand among.
            let among = own < hand.own || !hand.ends;
            let sponsored = waiting.iter().position(|post| (hand.may)(*post));
            let sponsored = sponsored.filter(|_| is_for_sponsors && among);
            let late = waiting.iter().position(|post| (hand.late)(*post));
            dealt.push(if let Some(at) = sponsored {
                Dealt::Sponsored(waiting.remove(at))
            } else if own < hand.own {
                own += 1;
                Dealt::Own
            } else if let Some(at) = late.filter(|_| hand.ends) {
                Dealt::Late(waiting.remove(at))
            } else {
                break;
            });
        }
        dealt
    }

    /// Where it goes on after a page, or the first part of one, from where the wall's own posts do; `None` at the end.
    /// `whole` where the page was as long as it may be.
    pub fn after(&self, dealt: &[Dealt], own: Option<WallPlace>, whole: bool) -> Option<Self> {
        let gone = |post: &PostId| {
            let stands = |dealt: &Dealt| match dealt {
                Dealt::Own => false,
                Dealt::Sponsored(other) | Dealt::Late(other) => other == post,
            };
            dealt.iter().any(stands)
        };
        let waiting = self.waiting.iter().copied();
        let waiting: Vec<_> = waiting.filter(|post| !gone(post)).collect();
        let goes_on = own.is_some() || (whole && !waiting.is_empty());
        goes_on.then(|| Self {
            own,
            shown: self.shown + dealt.len(),
            chosen: self.chosen.clone(),
            waiting,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::feeds::Position;

    fn post(number: usize) -> PostId {
        PostId(Ulid::from_parts(1, number as u128))
    }

    /// All pages of a wall of so many posts of its own, on which so many sponsored ones are shown.
    fn all(own: usize, sponsored: usize, limits: &[usize], late: bool) -> Vec<Dealt> {
        let mut spot = WallSpot::begin((0..sponsored).map(post));
        let (mut seen, mut taken) = (Vec::new(), 0);
        for limit in limits.iter().copied().chain(std::iter::repeat(20)) {
            let ready = limit.min(own - taken);
            let hand = WallHand {
                own: ready,
                ends: taken + ready == own,
                may: |_| true,
                late: |_| late,
            };
            let dealt = spot.deal(limit, &hand);
            taken += dealt.iter().filter(|dealt| **dealt == Dealt::Own).count();
            let place = WallPlace::New(Position::end_of(Timestamp::UNIX_EPOCH));
            let place = (taken < own).then_some(place);
            let whole = dealt.len() == limit;
            let next = spot.after(&dealt, place, whole);
            seen.extend(dealt);
            match next {
                Some(next) => spot = next,
                None => break,
            }
        }
        seen
    }

    fn places(dealt: &[Dealt]) -> Vec<usize> {
        let is_sponsored = |dealt: &Dealt| matches!(dealt, Dealt::Sponsored(_));
        let places = dealt.iter().enumerate().filter(|(_, it)| is_sponsored(it));
        places.map(|(place, _)| place + 1).collect()
    }

    #[test]
    fn three_sponsored_posts_stand_at_the_fifth_the_thirteenth_and_the_twenty_first_place() {
        let dealt = all(60, 5, &[], false);
        assert_eq!((places(&dealt), dealt.len()), (vec![5, 13, 21], 63));
    }

    #[test]
    fn what_the_wall_does_not_reach_stands_at_its_end_if_it_is_on_it_without_a_sponsor() {
        let dealt = all(3, 2, &[], true);
        let own = [Dealt::Own; 3];
        let late = [0, 1].map(|number| Dealt::Late(post(number)));
        assert_eq!(dealt, [&own[..], &late[..]].concat());
        assert_eq!(all(3, 2, &[], false), own);
        assert_eq!(all(0, 2, &[], false), []);
    }

    #[test]
    fn one_that_may_not_be_shown_leaves_its_place_to_the_next_of_the_walls_own() {
        let spot = WallSpot::begin([post(1)]);
        let hand = WallHand {
            own: 9,
            ends: false,
            may: |_| false,
            late: |_| true,
        };
        assert_eq!(spot.deal(9, &hand), [Dealt::Own; 9]);
        assert_eq!(spot.deal(20, &hand).len(), 9);
    }

    proptest! {
        #[test]
        fn whatever_the_pages_each_stands_once_and_at_the_same_places(
            own in 0..70_usize,
            sponsored in 0..5_usize,
            limits in proptest::collection::vec(1..12_usize, 0..90),
            late in any::<bool>(),
        ) {
            let (dealt, whole) = (all(own, sponsored, &limits, late), all(own, sponsored, &[100], late));
            prop_assert_eq!(&dealt, &whole);
            let count = dealt.iter().filter(|dealt| **dealt == Dealt::Own).count();
            prop_assert_eq!(count, own);
            prop_assert!(places(&dealt).iter().all(|place| [5, 13, 21].contains(place)));
            if late {
                prop_assert_eq!(dealt.len(), own + sponsored.min(3));
            }
        }
    }
}
