//! Candidates from all sources as one list, from which windows are cut.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Position;

/// Home feeds end at this age.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A window holds this many posts: a page of 20 with some to choose from, at half a read unit each.
pub const WINDOW: usize = 24;

/// The union of candidates from all sources, newest first, each post once, strictly before
/// `before` and not older than `oldest`.
pub fn merge(
    sources: impl IntoIterator<Item = Position>,
    before: Position,
    oldest: Position,
) -> Vec<Position> {
    let within = sources
        .into_iter()
        .filter(|at| (oldest..before).contains(at));
    let union: BTreeSet<Position> = within.collect();
    union.into_iter().rev().collect()
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
        let timeline = [at(5, 1), at(3, 2)];
        let open = [at(5, 1), at(4, 9), at(5, 2)];
        let oldest = Position::start_of(Timestamp::from_second(4).unwrap());
        let before = Position::end_of(Timestamp::from_second(5).unwrap());
        let merged = merge(timeline.into_iter().chain(open), before, oldest);
        assert_eq!(merged, [at(5, 2), at(5, 1), at(4, 9)]);
        let next = merge(merged.clone(), merged[0], oldest);
        assert_eq!(next, [at(5, 1), at(4, 9)]);
    }
}
