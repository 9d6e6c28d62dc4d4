//! Candidates from all sources as one list, from which windows are cut.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Position;

/// Home feeds end at this age.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A window holds this many posts: a page of 20 with some to choose from, at half a read unit each.
pub const WINDOW: usize = 24;

/// What one source holds before a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Where its posts stand, in no order.
    pub places: Vec<Position>,
    /// Down to where these are all; `None` where there are no more.
    pub end: Option<Position>,
}

impl Source {
    /// All that there is.
    pub fn whole(places: Vec<Position>) -> Self {
        Self { places, end: None }
    }

    /// What was asked for newest first, so many at most: with as many there may be more after the last.
    pub fn newest(places: Vec<Position>, limit: usize) -> Self {
        let end = places.last().filter(|_| places.len() >= limit).copied();
        Self { places, end }
    }
}

/// The newest posts of all sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Newest first, each once.
    pub places: Vec<Position>,
    /// Down to where these are all; `None` where there are no more.
    pub end: Option<Position>,
}

impl Candidates {
    /// The union of these sources: at most `wanted`, strictly before `before` and not older than `oldest`.
    pub fn of(
        sources: impl IntoIterator<Item = Source>,
        before: Position,
        oldest: Position,
        wanted: usize,
    ) -> Self {
        let (mut union, mut end) = (BTreeSet::new(), None);
        for source in sources {
            // What is older than the end of one of them is not told of yet.
            end = end.max(source.end);
            let within = source
                .places
                .into_iter()
                .filter(|at| (oldest..before).contains(at));
            union.extend(within);
        }
        let end = end.filter(|end| *end > oldest);
        let told = union.into_iter().rev().filter(|at| Some(*at) >= end);
        let mut places: Vec<_> = told.collect();
        if places.len() <= wanted {
            return Self { places, end };
        }
        places.truncate(wanted);
        Self {
            end: places.last().copied().or(Some(before)),
            places,
        }
    }

    /// Whether there are more than these.
    pub fn has_more(&self) -> bool {
        self.end.is_some()
    }

    /// The windows that they make, each with where the next begins; `None` after the last.
    pub(super) fn windows(&self) -> Vec<(&[Position], Option<Position>)> {
        let windows = self
            .places
            .chunks(WINDOW)
            .map(|window| (window, window.last().copied()));
        let mut windows: Vec<_> = windows.collect();
        match windows.last_mut() {
            Some(last) => last.1 = self.end,
            None => windows.push((&[], self.end)),
        }
        windows
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;
    use crate::ids::PostId;

    fn at(second: i64, id: u128) -> Position {
        Position {
            published_at: Timestamp::from_second(second).unwrap(),
            post: PostId(Ulid::from_parts(1, id)),
        }
    }

    #[test]
    fn the_same_post_from_two_sources_comes_once_and_newest_comes_first() {
        let timeline = Source::whole(vec![at(5, 1), at(3, 2)]);
        let open = Source::whole(vec![at(5, 1), at(4, 9), at(5, 2)]);
        let oldest = Position::start_of(Timestamp::from_second(4).unwrap());
        let before = Position::end_of(Timestamp::from_second(5).unwrap());
        let all = Candidates::of([timeline, open], before, oldest, 9);
        assert_eq!(all.places, [at(5, 2), at(5, 1), at(4, 9)]);
        assert!(!all.has_more());
        let again = Source::whole(all.places.clone());
        let next = Candidates::of([again], all.places[0], oldest, 9);
        assert_eq!(next.places, [at(5, 1), at(4, 9)]);
    }

    #[test]
    fn what_one_source_has_not_told_yet_is_not_passed_by() {
        let (oldest, before) = (at(0, 0), at(100, 0));
        let quick = Source::newest(vec![at(90, 1), at(80, 2), at(70, 3)], 3);
        let slow = Source::whole(vec![at(95, 4), at(60, 5)]);
        let found = Candidates::of([quick, slow], before, oldest, 9);
        assert_eq!(found.places, [at(95, 4), at(90, 1), at(80, 2), at(70, 3)]);
        assert_eq!(found.end, Some(at(70, 3)));
        // All that was read of a source may have fallen: it is told of down to its end all the same.
        let fallen = Source {
            places: Vec::new(),
            end: Some(at(75, 0)),
        };
        let slow = Source::whole(vec![at(95, 4), at(60, 5)]);
        let found = Candidates::of([fallen, slow], before, oldest, 9);
        assert_eq!(
            (found.places, found.end),
            (vec![at(95, 4)], Some(at(75, 0)))
        );
    }

    #[test]
    fn of_more_than_are_wanted_the_newest_are_taken() {
        let all: Vec<_> = (1..60).rev().map(|second| at(second, 1)).collect();
        let found = Candidates::of([Source::whole(all)], at(90, 0), at(0, 0), 2 * WINDOW);
        let windows = found.windows();
        let bounds: Vec<_> = windows
            .iter()
            .map(|(window, end)| (window.len(), *end))
            .collect();
        assert_eq!(bounds, [(24, Some(at(36, 1))), (24, Some(at(12, 1)))]);
        let rest = Candidates::of([Source::whole(vec![at(3, 1)])], at(12, 1), at(0, 0), WINDOW);
        assert_eq!(rest.windows(), [(&[at(3, 1)][..], None)]);
        let none = Candidates::of([], at(12, 1), at(0, 0), WINDOW);
        assert_eq!(none.windows(), [(&[][..], None)]);
    }
}
