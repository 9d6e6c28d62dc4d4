//! The fans of an author in equal parts, cut by hash and unread (FEEDS 1, 2).

use std::ops::Range;

use crate::ids::PersonHash;

/// Fans of one author lie in the order of so many slots.
const SLOTS: u64 = 1 << 20;

impl PersonHash {
    /// The person's place among the fans of anybody, 20 bits: 0 to 1,048,575.
    pub fn slot(self) -> u32 {
        let [first, second, third, ..] = self.0;
        u32::from_be_bytes([0, first, second, third]) >> 4
    }
}

/// One of the equal parts into which the fans of an author are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashRange {
    /// How many parts there are, 1 or more.
    pub parts: u32,
    /// Which, from 0.
    pub part: u32,
}

impl HashRange {
    /// All fans.
    pub const WHOLE: Self = Self { parts: 1, part: 0 };

    /// The slots of which it consists; none where there are more parts than slots.
    pub fn slots(self) -> Range<u32> {
        let parts = u64::from(self.parts.max(1));
        let bound = |part: u64| {
            let slot = (part.min(parts) * SLOTS).div_ceil(parts);
            u32::try_from(slot).unwrap_or(u32::MAX)
        };
        let part = u64::from(self.part);
        bound(part)..bound(part + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::UserId;

    #[test]
    fn a_persons_slot_is_the_first_20_bits_of_the_hash_of_their_id() {
        let ana = UserId::parse("ana").unwrap().hash();
        assert_eq!(
            ana.slot(),
            u32::from_be_bytes(ana.0[..4].try_into().unwrap()) >> 12
        );
        assert_eq!(HashRange::WHOLE.slots(), 0..1 << 20);
    }

    proptest! {
        #[test]
        fn every_slot_is_in_just_one_part_and_parts_are_equal(
            parts in 1..3_000_u32,
            slot in 0..1_u32 << 20,
        ) {
            let part = |part| HashRange { parts, part }.slots();
            let holding = (0..parts).filter(|index| part(*index).contains(&slot));
            prop_assert_eq!(holding.count(), 1);
            prop_assert_eq!(part(0).start, 0);
            prop_assert_eq!(part(parts - 1).end, 1 << 20);
            let lengths = (0..parts).map(|index| part(index).len());
            let (least, most) = (lengths.clone().min(), lengths.max());
            prop_assert!(most <= least.map(|least| least + 1));
        }
    }
}
