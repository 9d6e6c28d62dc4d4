//! Walls, page by page: newest first, which all that is on them is in, or the hottest, which end with those that were
//! known when the first page was read (FEEDS 5).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Generation, HotEntry, HotList, Position, hottest};
use crate::{ids::PostId, posts::PostKind};

/// Walls go back a year; older posts are found with their authors.
pub const WALL_HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);
/// So many of the newest stand among the hottest, whatever is known of how hot they are.
pub const NEWEST: usize = 40;
/// A page looks at so many posts at most, however few of them it may show.
pub const LOOKED_AT: usize = 100;

/// In which order a wall is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallSort {
    /// The hottest first.
    Hot,
    /// The newest first.
    New,
}

impl WallSort {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hot, Self::New];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::New => "new",
        }
    }
}

/// How far somebody has come on a wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WallPlace {
    /// Newest first, to this one.
    #[serde(rename = "n")]
    New(Position),
    /// In an order that was drawn up once.
    #[serde(rename = "h")]
    Drawn(DrawnPlace),
}

/// How far somebody has come in an order that was drawn up once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnPlace {
    /// The minute of the generation that it is of.
    #[serde(rename = "m")]
    pub minute: u32,
    /// So many slots it had: what came to it later is not in the order.
    #[serde(rename = "s")]
    slots: usize,
    /// A bit for each of them that is done with, from the least on.
    #[serde(rename = "d")]
    done: Packed,
    /// Where those stand that were newest beside it and are not done with.
    #[serde(rename = "n")]
    newest: Packed,
    /// Of which of its two kinds the special wall shows one next.
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    poll_next: bool,
}

/// Bytes, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Packed(String);

impl Packed {
    fn of(bytes: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn bytes(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(&self.0).unwrap_or_default()
    }
}

/// A post that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    /// In which slot of the generation it is; `None` for one of the newest beside it.
    slot: Option<usize>,
    entry: HotEntry,
}

/// What of a generation, and of the newest beside it, is still to be shown, in its order.
#[derive(Debug, Clone)]
pub struct Drawn {
    minute: u32,
    slots: usize,
    /// Those that are done with.
    done: Vec<u8>,
    steps: Vec<Step>,
    poll_next: bool,
}

impl Drawn {
    /// The beginning, where these are the newest besides.
    pub fn begin(
        generation: &Generation,
        newest: &[Position],
        sort: WallSort,
        now: Timestamp,
    ) -> Self {
        let place = DrawnPlace {
            minute: generation.minute,
            slots: generation.slots(),
            done: Packed::default(),
            newest: Packed::default(),
            poll_next: false,
        };
        Self::draw(generation, newest, &place, sort, now)
    }

    /// How it goes on after a place.
    pub fn go_on(
        generation: &Generation,
        place: &DrawnPlace,
        sort: WallSort,
        now: Timestamp,
    ) -> Self {
        let newest = place.newest.bytes();
        let (newest, _) = newest.as_chunks::<{ hottest::PLACE }>();
        let newest = newest.iter().copied().filter_map(hottest::place_of_bytes);
        let newest: Vec<_> = newest.collect();
        Self::draw(generation, &newest, place, sort, now)
    }

    fn draw(
        generation: &Generation,
        newest: &[Position],
        place: &DrawnPlace,
        sort: WallSort,
        now: Timestamp,
    ) -> Self {
        let mut done = place.done.bytes();
        done.resize(place.slots.div_ceil(8), 0);
        let ranked = generation.ranked(now);
        // One that came to the generation since is in it twice, or was shown already.
        let known = |at: &Position| {
            let its = |(slot, entry): &(usize, &HotEntry)| {
                *slot < place.slots && entry.at.post == at.post
            };
            ranked.iter().any(its)
        };
        let newest = newest.iter().filter(|at| !known(at)).map(|at| Step {
            slot: None,
            entry: HotEntry::fresh(*at),
        });
        let ranked = ranked
            .iter()
            .filter(|(slot, _)| *slot < place.slots && !is_set(&done, *slot));
        let ranked = ranked.map(|(slot, entry)| Step {
            slot: Some(*slot),
            entry: **entry,
        });
        let mut steps: Vec<_> = ranked.chain(newest).collect();
        match sort {
            WallSort::Hot => steps.sort_by(|one, other| {
                let scores = [other, one].map(|step| generation.list.score(&step.entry));
                let [other_score, score] = scores;
                let hotter = other_score.total_cmp(&score);
                hotter.then_with(|| other.entry.at.cmp(&one.entry.at))
            }),
            WallSort::New => steps.sort_by_key(|step| std::cmp::Reverse(step.entry.at)),
        }
        if generation.list == HotList::Rising && sort == WallSort::Hot {
            steps = alternating(steps, place.poll_next);
        }
        Self {
            minute: place.minute,
            slots: place.slots,
            done,
            steps,
            poll_next: place.poll_next,
        }
    }

    /// Leaves out what is known to be of another kind.
    pub fn retain(&mut self, kind: PostKind) {
        self.steps
            .retain(|step| step.slot.is_none() || step.entry.kind == kind);
    }

    /// The posts, in order.
    pub fn posts(&self) -> Vec<PostId> {
        self.steps.iter().map(|step| step.entry.at.post).collect()
    }

    /// Where it goes on after so many of them; `None` at the end.
    pub fn after(&self, count: usize) -> Option<DrawnPlace> {
        let (gone, left) = self.steps.split_at(count.min(self.steps.len()));
        let last = left.first().and(gone.last());
        let poll_next = last.map_or(self.poll_next, |last| last.entry.kind != PostKind::Poll);
        left.first()?;
        let mut done = self.done.clone();
        for slot in gone.iter().filter_map(|step| step.slot) {
            if let Some(byte) = done.get_mut(slot / 8) {
                *byte |= 1 << (slot % 8);
            }
        }
        let newest = left.iter().filter(|step| step.slot.is_none());
        let newest = newest.flat_map(|step| hottest::place_to_bytes(step.entry.at));
        Some(DrawnPlace {
            minute: self.minute,
            slots: self.slots,
            done: Packed::of(&done),
            newest: Packed::of(&newest.collect::<Vec<_>>()),
            poll_next,
        })
    }
}

fn is_set(bits: &[u8], bit: usize) -> bool {
    bits.get(bit / 8)
        .is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
}

/// Polls and others in turn, while there are both.
fn alternating(steps: Vec<Step>, mut poll_next: bool) -> Vec<Step> {
    let (polls, others): (Vec<_>, Vec<_>) = steps
        .into_iter()
        .partition(|step| step.entry.kind == PostKind::Poll);
    let (mut polls, mut others) = (polls.into_iter(), others.into_iter());
    let mut turns = Vec::new();
    loop {
        let (first, second) = if poll_next {
            (&mut polls, &mut others)
        } else {
            (&mut others, &mut polls)
        };
        let Some(step) = first.next().or_else(|| second.next()) else {
            return turns;
        };
        turns.push(step);
        poll_next = step.entry.kind != PostKind::Poll;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::{
        feeds::minute,
        ids::{TopicId, UserId},
        posts::{Post, PostStatus},
    };

    fn now() -> Timestamp {
        "2026-11-27T12:00:30Z".parse().unwrap()
    }

    fn coffee() -> HotList {
        HotList::parse("coffee").unwrap()
    }

    fn post(id: u64, kind: PostKind, minutes: i64) -> Post {
        let (author, at) = (
            UserId::parse("ana").unwrap(),
            now() - SignedDuration::from_mins(minutes),
        );
        Post {
            status: PostStatus::Published,
            published_at: Some(at),
            topics: vec![TopicId::parse("coffee").unwrap()],
            ..Post::new(PostId(Ulid::from_parts(1, id.into())), author, kind, at)
        }
    }

    fn story(id: u64, minutes: i64) -> Post {
        post(id, PostKind::Story, minutes)
    }

    fn take(generation: &mut Generation, post: &Post, marks: u64) {
        let entry = generation.list.entry(post, marks, now());
        generation.take(post.id, entry);
    }

    fn numbers(drawn: &Drawn) -> Vec<u64> {
        let posts = drawn.posts().into_iter();
        posts
            .map(|post| u64::try_from(post.0.random()).unwrap())
            .collect()
    }

    #[test]
    fn the_newest_stand_among_the_hottest_by_when_they_appeared_each_once() {
        let mut generation = Generation::empty(coffee(), minute(now()));
        let (old, liked) = (story(1, 3_000), story(2, 3_000));
        let (fresh, known) = (story(3, 5), story(4, 10));
        take(&mut generation, &old, 0);
        take(&mut generation, &liked, 63);
        take(&mut generation, &known, 1);
        let newest = [&fresh, &known].map(|post| Position::of(post).unwrap());
        let hot = Drawn::begin(&generation, &newest, WallSort::Hot, now());
        assert_eq!(numbers(&hot), [2, 4, 3, 1]);
        let new = Drawn::begin(&generation, &newest, WallSort::New, now());
        assert_eq!(numbers(&new), [3, 4, 2, 1]);
    }

    #[test]
    fn the_special_wall_has_polls_and_others_in_turn_across_pages() {
        let mut generation = Generation::empty(HotList::Rising, minute(now()));
        for id in 1..=4 {
            take(&mut generation, &story(id, 10 * id as i64), 1);
        }
        for id in 5..=6 {
            take(
                &mut generation,
                &post(id, PostKind::Poll, 10 * id as i64),
                0,
            );
        }
        let (mut drawn, mut seen) = (
            Drawn::begin(&generation, &[], WallSort::Hot, now()),
            Vec::new(),
        );
        while let Some(first) = numbers(&drawn).first() {
            seen.push(*first);
            let Some(place) = drawn.after(1) else { break };
            drawn = Drawn::go_on(&generation, &place, WallSort::Hot, now());
        }
        assert_eq!(seen, [1, 5, 2, 6, 3, 4]);
    }

    #[test]
    fn a_place_fits_into_a_cursor_of_two_kilobytes() {
        let mut generation = Generation::empty(coffee(), minute(now()));
        for id in 0..240 {
            take(&mut generation, &story(id, 30), id);
        }
        let newest = (1_000..1_040).map(|id| Position::of(&story(id, 9_000)).unwrap());
        let newest: Vec<_> = newest.collect();
        let drawn = Drawn::begin(&generation, &newest, WallSort::Hot, now());
        let place = WallPlace::Drawn(drawn.after(200).unwrap());
        let sealed = (serde_json::to_string(&place).unwrap().len() + 80) * 4 / 3;
        assert!(sealed <= 2_048, "{sealed}");
    }

    proptest! {
        #[test]
        fn pages_repeat_nothing_and_skip_nothing_whatever_is_liked_or_published_meanwhile(
            first in proptest::collection::vec((0..90_u64, 0..500_u64), 0..60),
            newest in proptest::collection::btree_set(0..120_u64, 0..40),
            pages in proptest::collection::vec(1..20_usize, 0..60),
            meanwhile in proptest::collection::vec((0..150_u64, 0..5_000_u64, any::<bool>()), 0..60),
            hot in any::<bool>(),
        ) {
            let sort = if hot { WallSort::Hot } else { WallSort::New };
            let mut generation = Generation::empty(coffee(), minute(now()));
            let mut expected: BTreeSet<_> = newest.clone();
            for (id, marks) in first {
                take(&mut generation, &story(id, id as i64), marks);
                expected.insert(id);
            }
            let newest: Vec<_> = newest.iter().map(|id| Position::of(&story(*id, *id as i64)).unwrap()).collect();
            let mut drawn = Drawn::begin(&generation, &newest, sort, now());
            let (mut seen, mut meanwhile) = (Vec::new(), meanwhile.into_iter());
            for count in pages.into_iter().chain(std::iter::repeat(50)) {
                let here = numbers(&drawn);
                seen.extend(here.iter().take(count));
                let Some(place) = drawn.after(count) else { break };
                if let Some((id, marks, _)) = meanwhile.next() {
                    take(&mut generation, &story(id, id as i64), marks);
                }
                drawn = Drawn::go_on(&generation, &place, sort, now());
            }
            let different: BTreeSet<_> = seen.iter().copied().collect();
            prop_assert_eq!(different.len(), seen.len());
            prop_assert_eq!(different, expected);
        }
    }
}
