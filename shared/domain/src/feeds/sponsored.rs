//! Posts that the store has shown for a sponsor (FEEDS 3): where, to whom, for how long, and how often a day.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::ids::{PostId, SponsorshipId, TopicId};

/// How often a day a reader is shown such a post at most, unless said otherwise.
pub const PER_READER_DAY: u8 = 2;
/// The most that can be said.
pub const MOST_PER_READER_DAY: u8 = 5;

/// Where a sponsored post is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Home feeds.
    Home,
    /// Walls of topics.
    Wall,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Home, Self::Wall];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Wall => "wall",
        }
    }
}

/// That a post is shown for a sponsor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sponsorship {
    /// Which; those that end later have the later ids.
    pub id: SponsorshipId,
    /// What is shown.
    pub post: PostId,
    /// To whom alone: those who follow one of these topics, and on their walls; to all where there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub topics: BTreeSet<TopicId>,
    /// Where; in one place at least.
    pub places: BTreeSet<Surface>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// How often a day a reader is shown it at most, 1 to 5.
    pub per_reader_day: u8,
}

impl Sponsorship {
    fn runs(&self, surface: Surface, now: Timestamp) -> bool {
        let within = (self.starts_at..self.ends_at).contains(&now);
        within && self.places.contains(&surface)
    }

    fn is_on(&self, topics: &BTreeSet<TopicId>) -> bool {
        self.topics.is_empty() || !self.topics.is_disjoint(topics)
    }
}

/// Who looks, as far as it decides what sponsored posts they are shown.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    /// Which topics they follow, or of which the wall is.
    pub topics: &'a BTreeSet<TopicId>,
    /// What they were shown today.
    pub ads: &'a Ads,
}

/// A post that may be shown for a sponsor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// How often it was shown to the reader today.
    pub seen: u64,
    /// Which.
    pub post: PostId,
    /// How often a day a reader is shown it at most.
    pub per_day: u8,
}

/// The posts that may be shown now for sponsors, each once, what was shown to them least today first.
pub fn offers(
    sponsorships: &[Sponsorship],
    surface: Surface,
    audience: Audience<'_>,
    now: Timestamp,
) -> Vec<Offer> {
    let suits = |sponsorship: &&Sponsorship| {
        sponsorship.runs(surface, now)
            && sponsorship.is_on(audience.topics)
            && audience.ads.seen(sponsorship.post, now) < u64::from(sponsorship.per_reader_day)
    };
    let suitable = sponsorships.iter().filter(suits);
    let offer = |one: &Sponsorship| Offer {
        seen: audience.ads.seen(one.post, now),
        post: one.post,
        per_day: one.per_reader_day,
    };
    // Of two for one post the more generous counts.
    let mut offers: Vec<_> = suitable.map(offer).collect();
    offers.sort_by_key(|offer| (offer.seen, offer.post, Reverse(offer.per_day)));
    offers.dedup_by_key(|offer| offer.post);
    offers
}

/// Which sponsored posts a reader was shown on one day, by UTC, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ads {
    /// Which day, counted from 1970.
    pub day: i64,
    /// How often each.
    pub seen: BTreeMap<PostId, u64>,
}

impl Ads {
    /// How often they were shown a post on the day of `now`.
    pub fn seen(&self, post: PostId, now: Timestamp) -> u64 {
        let seen = self.seen.get(&post).filter(|_| self.day == day(now));
        seen.copied().unwrap_or_default()
    }
}

/// The day of a moment, by UTC, counted from 1970.
pub fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

/// When the day of a moment ends.
pub fn end_of_day(at: Timestamp) -> Timestamp {
    let date = at.to_zoned(TimeZone::UTC).date();
    let tomorrow = date.tomorrow().ok();
    let midnight = tomorrow.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ulid::Ulid;

    use super::*;
    use crate::people::interests;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn post(number: u128) -> PostId {
        PostId(Ulid::from_parts(1, number))
    }

    fn topics(range: std::ops::Range<usize>) -> BTreeSet<TopicId> {
        let all = interests::groups()
            .iter()
            .flat_map(|group| &group.interests);
        let ids = all.filter_map(|interest| TopicId::parse(&interest.id));
        ids.skip(range.start).take(range.len()).collect()
    }

    fn sponsored(number: u128) -> Sponsorship {
        Sponsorship {
            id: SponsorshipId(Ulid::from_parts(2, number)),
            post: post(number),
            topics: BTreeSet::new(),
            places: [Surface::Home].into(),
            starts_at: at(10),
            ends_at: at(20),
            per_reader_day: PER_READER_DAY,
        }
    }

    /// Which posts are offered.
    fn offered(
        all: &[Sponsorship],
        surface: Surface,
        audience: Audience<'_>,
        hour: i64,
    ) -> Vec<PostId> {
        let offers = offers(all, surface, audience, at(hour));
        offers.iter().map(|offer| offer.post).collect()
    }

    #[test]
    fn a_post_is_offered_from_its_start_until_its_end_where_it_is_to_be() {
        let (ads, none) = (Ads::default(), BTreeSet::new());
        let anybody = Audience {
            topics: &none,
            ads: &ads,
        };
        for (hour, shown) in [(9, false), (10, true), (19, true), (20, false)] {
            let on = |surface| !offered(&[sponsored(1)], surface, anybody, hour).is_empty();
            assert_eq!(on(Surface::Home), shown, "{hour}");
            assert!(!on(Surface::Wall));
        }
    }

    #[test]
    fn topics_narrow_it_to_their_followers_and_walls() {
        let ads = Ads::default();
        let narrow = [Sponsorship {
            topics: topics(0..2),
            ..sponsored(1)
        }];
        for (followed, shown) in [(1..4, true), (0..1, true), (2..4, false)] {
            let audience = Audience {
                topics: &topics(followed),
                ads: &ads,
            };
            let offered = offered(&narrow, Surface::Home, audience, 12);
            assert_eq!(!offered.is_empty(), shown);
        }
    }

    #[test]
    fn what_was_shown_least_today_comes_first_and_no_oftener_than_it_may_a_day() {
        let often = Sponsorship {
            per_reader_day: 4,
            ..sponsored(3)
        };
        let all = [sponsored(1), sponsored(2), sponsored(3), often];
        let all = all.map(|one| Sponsorship {
            ends_at: at(100),
            ..one
        });
        let seen = [(post(1), 1), (post(2), 2), (post(3), 3)].into();
        let ads = Ads { day: 0, seen };
        let none = BTreeSet::new();
        let audience = Audience {
            topics: &none,
            ads: &ads,
        };
        let offered = |hour| offered(&all, Surface::Home, audience, hour);
        assert_eq!(offered(23), [post(1), post(3)]);
        assert_eq!(offered(24), [post(1), post(2), post(3)]);
        let most = offers(&all, Surface::Home, audience, at(24));
        assert_eq!(
            most.iter().map(|offer| offer.per_day).collect::<Vec<_>>(),
            [2, 2, 4]
        );
    }

    #[test]
    fn a_day_is_one_by_utc() {
        assert_eq!([-1, 0, 23, 24].map(|hour| day(at(hour))), [-1, 0, 0, 1]);
        assert_eq!([0, 23].map(|hour| end_of_day(at(hour))), [at(24); 2]);
    }
}
