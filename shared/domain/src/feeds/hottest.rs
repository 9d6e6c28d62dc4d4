//! The hottest posts of a topic or of all, as they are kept: a generation a minute in which something changed, at most
//! (FEEDS 5).
//!
//! A generation is written on until its minute is over, and read all the while. So that whoever pages through one that
//! changes meets every post once, each keeps its slot in it: a place says how many slots there were, and which of them
//! are done with.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use super::{HORIZON, Position, hot, rise};
use crate::{
    ids::{PostId, TopicId},
    posts::{Post, PostKind, PostStatus},
};

/// A generation begins with at most this many posts.
pub const HOTTEST: usize = 200;
/// It takes in at most this many, within its minute.
pub const SLOTS: usize = 240;
/// What rises was published within this time.
pub const RISING: SignedDuration = SignedDuration::from_hours(72);
/// The length of an entry, in bytes: id, time, kind, marks, and when its poll closes.
const ENTRY: usize = 16 + 6 + 1 + 4 + 4;
/// What its byte says besides the kind: that there is a photo.
const PHOTO: u8 = 0x80;
/// And that it is to be shown here no more.
const GONE: u8 = 0x40;

/// Of what the hottest are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HotList {
    /// Of a topic: whatever was published on it.
    Topic(TopicId),
    /// Of the whole store: what was published within thirty days, and at which somebody acted.
    Store,
    /// Of what rises now, and open polls.
    Rising,
}

/// The special wall, which can be read and not chosen.
pub const TRENDING_AND_POLLS: &str = "trending-and-polls";

impl fmt::Display for HotList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(topic) => topic.fmt(f),
            Self::Store => f.write_str("*"),
            Self::Rising => f.write_str(TRENDING_AND_POLLS),
        }
    }
}

impl HotList {
    /// The list that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::Store),
            TRENDING_AND_POLLS => Some(Self::Rising),
            topic => TopicId::parse(topic).map(Self::Topic),
        }
    }

    /// The entry of a post in this list, at which so much was done; `None` where it is not to be in it.
    pub fn entry(&self, post: &Post, marks: u64, now: Timestamp) -> Option<HotEntry> {
        let entry = HotEntry::of(post, marks)?;
        let on_it = match self {
            Self::Topic(topic) => post.topics.contains(topic),
            Self::Store | Self::Rising => true,
        };
        (on_it && self.keeps(&entry, now)).then_some(entry)
    }

    /// Whether an entry is for this list now.
    fn keeps(&self, entry: &HotEntry, now: Timestamp) -> bool {
        let age = now.duration_since(entry.at.published_at);
        match self {
            Self::Topic(_) => true,
            Self::Store => entry.marks > 0 && age <= HORIZON,
            Self::Rising if entry.kind == PostKind::Poll => entry.is_open(now) && age <= HORIZON,
            Self::Rising => entry.marks > 0 && age <= RISING,
        }
    }

    /// By what an entry stands in it.
    pub(super) fn score(&self, entry: &HotEntry) -> f64 {
        match self {
            Self::Topic(_) | Self::Store => hot(entry.marks, entry.at.published_at),
            Self::Rising => rise(entry.marks, entry.at.published_at),
        }
    }
}

/// A post among the hottest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HotEntry {
    /// When it appeared, and which it is.
    pub at: Position,
    /// What kind it is of.
    pub kind: PostKind,
    /// Whether it has a photo of its own.
    pub photo: bool,
    /// What people did at it.
    pub marks: u64,
    /// Of a poll, the minute by which it has closed; `None` while it is open-ended, and for all others.
    pub closes_at: Option<Timestamp>,
}

impl HotEntry {
    /// Of a post at which so much was done; `None` of one that others do not see.
    fn of(post: &Post, marks: u64) -> Option<Self> {
        let at = Position::of(post)?;
        (post.status == PostStatus::Published).then(|| Self {
            at,
            kind: post.kind,
            photo: !post.photos.is_empty(),
            marks: marks.min(u64::from(u32::MAX)),
            closes_at: post
                .poll
                .as_ref()
                .and_then(|poll| poll.closes_at)
                .map(full_minute),
        })
    }

    /// Of a post of which nothing is known but its place.
    pub fn fresh(at: Position) -> Self {
        Self {
            at,
            kind: PostKind::Story,
            photo: false,
            marks: 0,
            closes_at: None,
        }
    }

    /// Whether one can vote in its poll.
    fn is_open(&self, now: Timestamp) -> bool {
        self.closes_at.is_none_or(|at| at > now)
    }
}

/// The minute of a moment, counted from 1970.
pub fn minute(at: Timestamp) -> u32 {
    u32::try_from(at.as_second() / 60).unwrap_or_default()
}

/// The first full minute at which one cannot vote any more.
fn full_minute(at: Timestamp) -> Timestamp {
    let whole = minutes(minute(at));
    if whole < at {
        minutes(minute(at) + 1)
    } else {
        whole
    }
}

fn minutes(minute: u32) -> Timestamp {
    Timestamp::from_second(i64::from(minute) * 60).unwrap_or(Timestamp::MAX)
}

/// The hottest posts as they were in a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Of what.
    pub list: HotList,
    /// Which minute since 1970.
    pub minute: u32,
    /// How often it was written in that minute; 0 for one that is not written yet.
    pub edition: u64,
    /// In the order of their coming, each with whether it is to be shown no more.
    slots: Vec<(HotEntry, bool)>,
}

impl Generation {
    /// One in which nothing is.
    pub fn empty(list: HotList, minute: u32) -> Self {
        Self {
            list,
            minute,
            edition: 0,
            slots: Vec::new(),
        }
    }

    /// How many slots it has.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// What is in it now, each with its slot, the hottest first; of two alike the newer, then the greater id.
    pub fn ranked(&self, now: Timestamp) -> Vec<(usize, &HotEntry)> {
        let slots = self.slots.iter().enumerate();
        let there = slots.filter(|(_, (_, gone))| !gone);
        let there = there.map(|(slot, (entry, _))| (slot, entry));
        let mut ranked: Vec<_> = there
            .filter(|(_, entry)| self.list.keeps(entry, now))
            .collect();
        ranked.sort_by(|(_, one), (_, other)| {
            let scores = (self.list.score(other), self.list.score(one));
            scores
                .0
                .total_cmp(&scores.1)
                .then_with(|| other.at.cmp(&one.at))
        });
        ranked
    }

    /// The same without the slots.
    pub fn hottest(&self, now: Timestamp) -> impl Iterator<Item = &HotEntry> {
        self.ranked(now).into_iter().map(|(_, entry)| entry)
    }

    /// This one as it goes on now: the same within its minute, or the next, with what is still to be in it.
    #[must_use]
    pub fn going_on(&self, now: Timestamp) -> Self {
        let minute = minute(now);
        // A clock that is behind another's writes on what that one wrote.
        if minute <= self.minute {
            return self.clone();
        }
        let mut rest = HOTTEST;
        let mut polls = match self.list {
            HotList::Topic(_) | HotList::Store => HOTTEST,
            // Half of the special wall is theirs.
            HotList::Rising => HOTTEST / 2,
        };
        let mut others = polls;
        let mut slots = Vec::new();
        for (_, entry) in self.ranked(now) {
            let room = match entry.kind {
                PostKind::Poll => &mut polls,
                PostKind::Story
                | PostKind::Photo
                | PostKind::Review
                | PostKind::Link
                | PostKind::Question => &mut others,
            };
            if *room > 0 && rest > 0 {
                *room -= 1;
                rest -= 1;
                slots.push((*entry, false));
            }
        }
        Self {
            list: self.list.clone(),
            minute,
            edition: 0,
            slots,
        }
    }

    /// Takes in how a post stands now, or that it is not to be here. `false` when that is what it says already.
    pub fn take(&mut self, post: PostId, entry: Option<HotEntry>) -> bool {
        let found = self.slots.iter().position(|(it, _)| it.at.post == post);
        let Some(entry) = entry else {
            let known = found.and_then(|slot| self.slots.get_mut(slot));
            return known.is_some_and(|(_, gone)| !std::mem::replace(gone, true));
        };
        let new = (entry, false);
        if let Some(slot) = found.and_then(|slot| self.slots.get_mut(slot)) {
            return std::mem::replace(slot, new) != new;
        }
        let coldest = self.coldest();
        if self.slots.len() < HOTTEST {
            self.slots.push(new);
            return true;
        }
        let Some((slot, least)) = coldest else {
            return false;
        };
        if self.list.score(&entry) <= least {
            return false;
        }
        if self.slots.len() < SLOTS {
            self.slots.push(new);
        } else {
            self.slots[slot] = new;
        }
        true
    }

    /// The slot with the least in it, and what that comes to: one that is to be shown no more before all others.
    fn coldest(&self) -> Option<(usize, f64)> {
        let slots = self.slots.iter().enumerate();
        let scores = slots.map(|(slot, (entry, gone))| {
            let score = if *gone {
                f64::NEG_INFINITY
            } else {
                self.list.score(entry)
            };
            (slot, score)
        });
        scores.min_by(|one, other| one.1.total_cmp(&other.1))
    }

    /// As it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ENTRY * self.slots.len());
        for (entry, gone) in &self.slots {
            bytes.extend(place_to_bytes(entry.at));
            let kind = PostKind::ALL.iter().position(|kind| *kind == entry.kind);
            let kind = kind.and_then(|kind| u8::try_from(kind).ok());
            let photo = if entry.photo { PHOTO } else { 0 };
            let gone = if *gone { GONE } else { 0 };
            bytes.push(kind.unwrap_or_default() | photo | gone);
            let marks = u32::try_from(entry.marks).unwrap_or(u32::MAX);
            bytes.extend(marks.to_be_bytes());
            let closes = entry.closes_at.map_or(0, minute);
            bytes.extend(closes.to_be_bytes());
        }
        bytes
    }

    /// Reads what [`Generation::to_bytes`] wrote; `None` for anything else.
    pub fn of_bytes(list: HotList, minute: u32, edition: u64, bytes: &[u8]) -> Option<Self> {
        let slots = bytes.chunks(ENTRY).map(|entry| {
            let (at, rest) = entry.split_first_chunk::<PLACE>()?;
            let ([kind], rest) = rest.split_first_chunk::<1>()?;
            let (marks, rest) = rest.split_first_chunk::<4>()?;
            let closes = u32::from_be_bytes(rest.try_into().ok()?);
            let entry = HotEntry {
                at: place_of_bytes(*at)?,
                kind: *PostKind::ALL.get(usize::from(kind & !(PHOTO | GONE)))?,
                photo: kind & PHOTO != 0,
                marks: u64::from(u32::from_be_bytes(*marks)),
                closes_at: (closes > 0).then(|| minutes(closes)),
            };
            Some((entry, kind & GONE != 0))
        });
        Some(Self {
            list,
            minute,
            edition,
            slots: slots.collect::<Option<_>>()?,
        })
    }
}

/// The length of a place, in bytes: id, and the milliseconds since 1970 at which the post appeared.
pub(super) const PLACE: usize = 16 + 6;

/// A place as short as it can be.
pub(super) fn place_to_bytes(at: Position) -> [u8; PLACE] {
    let mut bytes = [0; PLACE];
    let (id, time) = bytes.split_at_mut(16);
    id.copy_from_slice(&at.post.0.to_bytes());
    let milliseconds = at.published_at.as_millisecond().to_be_bytes();
    time.copy_from_slice(&milliseconds[2..]);
    bytes
}

/// Reads one.
pub(super) fn place_of_bytes(bytes: [u8; PLACE]) -> Option<Position> {
    let (id, time) = bytes.split_first_chunk::<16>()?;
    let mut milliseconds = [0; 8];
    milliseconds[2..].copy_from_slice(time);
    let published_at = Timestamp::from_millisecond(i64::from_be_bytes(milliseconds));
    Some(Position {
        published_at: published_at.ok()?,
        post: PostId(Ulid::from_bytes(*id)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ids::UserId, posts::Poll};

    fn now() -> Timestamp {
        "2026-11-27T12:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    fn post(id: u128, kind: PostKind, hours: i64) -> Post {
        let author = UserId::parse("ana").unwrap();
        Post {
            status: PostStatus::Published,
            published_at: Some(ago(hours)),
            topics: vec![TopicId::parse("coffee").unwrap()],
            ..Post::new(PostId(Ulid::from_parts(1, id)), author, kind, ago(hours))
        }
    }

    fn story(id: u128, hours: i64) -> Post {
        post(id, PostKind::Story, hours)
    }

    fn coffee() -> HotList {
        HotList::parse("coffee").unwrap()
    }

    fn take(generation: &mut Generation, post: &Post, marks: u64) -> bool {
        let entry = generation.list.entry(post, marks, now());
        generation.take(post.id, entry)
    }

    fn ids(generation: &Generation) -> Vec<u128> {
        let hottest = generation.hottest(now());
        hottest.map(|entry| entry.at.post.0.random()).collect()
    }

    fn begun(list: HotList) -> Generation {
        Generation::empty(list, minute(now()))
    }

    #[test]
    fn the_hottest_come_first_and_a_post_that_is_told_of_twice_changes_nothing() {
        let mut generation = begun(coffee());
        for (id, hours, marks) in [(1, 30, 0), (2, 30, 15), (3, 1, 0), (4, 30, 3)] {
            assert!(take(&mut generation, &story(id, hours), marks), "{id}");
            assert!(!take(&mut generation, &story(id, hours), marks), "{id}");
        }
        assert_eq!(ids(&generation), [2, 3, 4, 1]);
        assert!(take(&mut generation, &story(4, 30), 31));
        assert_eq!(ids(&generation), [4, 2, 3, 1]);
    }

    #[test]
    fn what_others_do_not_see_any_more_or_is_on_other_walls_goes_once_and_may_come_back() {
        let mut generation = begun(coffee());
        let shown = story(1, 1);
        take(&mut generation, &shown, 1);
        let mut hidden = shown.clone();
        hidden.status = PostStatus::Hidden;
        let mut elsewhere = shown.clone();
        elsewhere.topics.clear();
        for gone in [hidden, elsewhere] {
            assert!(take(&mut generation, &gone, 1));
            assert!(!take(&mut generation, &gone, 1));
            assert_eq!(ids(&generation), [0; 0]);
            assert!(take(&mut generation, &shown, 1));
            assert_eq!((ids(&generation), generation.slots()), (vec![1], 1));
        }
    }

    #[test]
    fn the_store_s_are_of_thirty_days_and_of_those_at_which_somebody_acted() {
        let mut generation = begun(HotList::Store);
        assert!(!take(&mut generation, &story(1, 1), 0));
        assert!(!take(&mut generation, &story(2, 30 * 24 + 1), 9));
        assert!(take(&mut generation, &story(3, 30 * 24 - 1), 9));
        assert_eq!(ids(&generation), [3]);
        let later = generation.going_on(now() + SignedDuration::from_hours(2));
        assert_eq!(later.slots(), 0);
    }

    #[test]
    fn what_rises_is_of_three_days_and_polls_are_there_while_they_are_open() {
        let poll = |id, hours, closes| Post {
            poll: Some(Poll {
                question: "?".to_owned(),
                options: Vec::new(),
                closes_at: closes,
            }),
            ..post(id, PostKind::Poll, hours)
        };
        let mut generation = begun(HotList::Rising);
        for (post, marks, kept) in [
            (story(1, 1), 0, false),
            (story(2, 73), 99, false),
            (story(3, 71), 1, true),
            (poll(4, 100, None), 0, true),
            (poll(5, 1, Some(ago(-1))), 0, true),
            (poll(6, 1, Some(now())), 7, false),
        ] {
            assert_eq!(take(&mut generation, &post, marks), kept, "{:?}", post.id);
        }
        assert_eq!(ids(&generation), [5, 3, 4]);
        let later = now() + SignedDuration::from_hours(1);
        let later: Vec<_> = generation.hottest(later).map(|it| it.at.post).collect();
        assert_eq!(later.len(), 2);
    }

    #[test]
    fn a_generation_keeps_its_slots_within_its_minute_and_the_next_begins_with_the_hottest() {
        let mut generation = begun(coffee());
        for id in 0..300_u32 {
            take(&mut generation, &story(id.into(), 1), id.into());
        }
        assert_eq!(generation.slots(), SLOTS);
        let same = generation.going_on(now() + SignedDuration::from_secs(59));
        assert_eq!(same, generation);
        let behind = generation.going_on(now() - SignedDuration::from_secs(1));
        assert_eq!(behind, generation);
        let next = generation.going_on(now() + SignedDuration::from_mins(1));
        assert_eq!((next.slots(), next.edition), (HOTTEST, 0));
        let hottest: Vec<_> = (100..300).rev().collect();
        assert_eq!(ids(&next), hottest);
        // One that is colder than all of them does not come in.
        let mut next = next;
        assert!(!take(&mut next, &story(1, 1), 1));
    }

    #[test]
    fn it_is_seven_kilobytes_at_most() {
        let mut generation = begun(coffee());
        for id in 0..300_u32 {
            take(&mut generation, &story(id.into(), 1), id.into());
        }
        assert!(generation.to_bytes().len() <= 7_500);
        let next = generation.going_on(now() + SignedDuration::from_mins(1));
        assert!(next.to_bytes().len() <= 6_200);
    }

    #[test]
    fn a_list_is_read_as_it_is_spelled() {
        for list in [coffee(), HotList::Store, HotList::Rising] {
            assert_eq!(HotList::parse(&list.to_string()), Some(list));
        }
        assert_eq!(HotList::parse("no-topic"), None);
        assert_eq!(TopicId::parse(TRENDING_AND_POLLS), None);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_as_it_was(
            posts in proptest::collection::vec((0..60_u32, 0..6_usize, 0..99_u64, any::<bool>()), 0..99),
        ) {
            let mut generation = begun(HotList::Rising);
            for (id, kind, marks, there) in posts {
                let mut post = post(id.into(), PostKind::ALL[kind], 1);
                if !there {
                    post.status = PostStatus::Hidden;
                }
                take(&mut generation, &post, marks);
            }
            let (list, minute) = (generation.list.clone(), generation.minute);
            let read = Generation::of_bytes(list, minute, 0, &generation.to_bytes());
            prop_assert_eq!(read, Some(generation));
        }

        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..99)) {
            let read = Generation::of_bytes(coffee(), 1, 0, &bytes);
            prop_assert!(read.is_none_or(|read| read.to_bytes().len() == bytes.len()));
        }
    }
}
