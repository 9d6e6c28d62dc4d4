//! Candidates from all sources as one list, from which windows are cut.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{Entry, Position};

/// Home feeds end at this age.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A window holds this many posts: a page of 20 with some to choose from, at half a read unit each.
pub const WINDOW: usize = 24;

/// The union of candidates from all sources, newest first, each post once, strictly before
/// `before` and not older than `oldest`.
pub fn merge(
    sources: impl IntoIterator<Item = Entry>,
    before: Position,
    oldest: Position,
) -> Vec<Entry> {
    let union: BTreeMap<Position, Entry> = sources
        .into_iter()
        .filter(|entry| entry.at < before && entry.at >= oldest)
        .map(|entry| (entry.at, entry))
        .collect();
    union.into_values().rev().collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;
    use crate::ids::{PostId, UserId};

    fn entry(second: i64, id: u128) -> Entry {
        let published_at = Timestamp::from_second(second).unwrap();
        let at = Position {
            published_at,
            post: PostId(Ulid::from_parts(1, id)),
        };
        Entry {
            at,
            author: UserId::parse("ana").unwrap(),
        }
    }

    #[test]
    fn the_same_post_from_two_sources_comes_once_and_newest_comes_first() {
        let timeline = [entry(5, 1), entry(3, 2)];
        let open = [entry(5, 1), entry(4, 9), entry(5, 2)];
        let oldest = Position::start_of(Timestamp::from_second(4).unwrap());
        let before = Position::end_of(Timestamp::from_second(5).unwrap());
        let merged = merge(timeline.into_iter().chain(open), before, oldest);
        assert_eq!(merged, [entry(5, 2), entry(5, 1), entry(4, 9)]);
        let next = merge(merged.clone(), merged[0].at, oldest);
        assert_eq!(next, [entry(5, 1), entry(4, 9)]);
    }
}
