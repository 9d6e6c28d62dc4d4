//! An author's head: where their latest posts stand, in one small item, for those who pull them (FEEDS 1).

use std::collections::BTreeSet;

use jiff::Timestamp;
use ulid::Ulid;

use super::Position;
use crate::ids::PostId;

/// A head of so many posts is trimmed.
pub const HEAD_FULL: usize = 48;
/// To so many, the newest. A head of as many is full: older posts may have been trimmed from it.
pub const HEAD_KEPT: usize = 40;

/// Where a post stands, as a head keeps it: the time in milliseconds and the id, both big-endian, so that their order
/// is that of the places.
pub type HeadRef = [u8; 24];

/// Where an author's latest posts stand. One that is deleted stays, and is dropped when it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head(BTreeSet<Position>);

impl Head {
    /// Of what the item holds.
    pub fn of(refs: impl IntoIterator<Item = HeadRef>) -> Self {
        Self(refs.into_iter().filter_map(read).collect())
    }

    /// As the item keeps a place.
    pub fn keep(at: Position) -> HeadRef {
        let mut kept = HeadRef::default();
        let (time, id) = kept.split_at_mut(8);
        time.copy_from_slice(&at.published_at.as_millisecond().to_be_bytes());
        id.copy_from_slice(&at.post.0.to_bytes());
        kept
    }

    /// The newest posts, newest first: at most [`HEAD_KEPT`], since what is older may have gaps.
    pub fn newest(&self) -> impl Iterator<Item = Position> {
        self.0.iter().rev().take(HEAD_KEPT).copied()
    }

    /// Whether every post of its author's from there on is in it: further back goes their own list.
    pub fn reaches(&self, oldest: Position) -> bool {
        self.newest()
            .nth(HEAD_KEPT - 1)
            .is_none_or(|last| last <= oldest)
    }

    /// What is to be trimmed: all but the newest [`HEAD_KEPT`] once there are [`HEAD_FULL`].
    pub fn surplus(&self) -> Vec<HeadRef> {
        if self.0.len() < HEAD_FULL {
            return Vec::new();
        }
        let older = self.0.iter().rev().skip(HEAD_KEPT);
        older.map(|at| Self::keep(*at)).collect()
    }
}

fn read(kept: HeadRef) -> Option<Position> {
    let (time, id) = kept.split_at(8);
    let time = i64::from_be_bytes(time.try_into().ok()?);
    Some(Position {
        published_at: Timestamp::from_millisecond(time).ok()?,
        post: PostId(Ulid::from_bytes(id.try_into().ok()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Position {
        Position {
            published_at: Timestamp::from_second(second).unwrap(),
            post: PostId(Ulid::from_parts(1, u128::try_from(second).unwrap())),
        }
    }

    fn head(seconds: impl IntoIterator<Item = i64>) -> Head {
        Head::of(seconds.into_iter().map(|second| Head::keep(at(second))))
    }

    #[test]
    fn the_newest_come_first_and_a_place_is_read_as_it_was_kept() {
        let newest: Vec<_> = head([3, 1, 2]).newest().collect();
        assert_eq!(newest, [at(3), at(2), at(1)]);
    }

    #[test]
    fn a_head_is_trimmed_to_the_newest_forty_once_it_holds_forty_eight() {
        assert_eq!(head(0..47).surplus(), Vec::<HeadRef>::new());
        let surplus: BTreeSet<_> = head(0..48).surplus().into_iter().collect();
        assert_eq!(
            surplus,
            (0..8).map(|second| Head::keep(at(second))).collect()
        );
    }

    #[test]
    fn a_full_head_reaches_back_to_the_fortieth_post_and_no_further_whatever_came_to_it_late() {
        assert!(head(0..39).reaches(at(0)) && Head::default().reaches(at(0)));
        // The post of second 1 came after those of 2 to 60 had been trimmed.
        let late = head(std::iter::once(1).chain(61..101));
        assert!(late.reaches(at(61)) && !late.reaches(at(60)));
        assert_eq!(late.newest().last(), Some(at(61)));
    }
}
