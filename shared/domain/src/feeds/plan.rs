//! How a post comes to all to whom it is pushed: they are cut into ranges, which are served side by side and noted by
//! name. So, whatever is told twice, overtaken or cut short, a post is closed once each range was served, and not before
//! (FEEDS 2).

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use jiff::SignedDuration;

/// By how many a delivery is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Followers of a range. Of an author who has no more, one message does all.
    pub range: u64,
    /// An author of more followers is served by a queue of its own, so that nobody waits behind them.
    pub bulk: u64,
    /// Ranges that one message of that queue asks for.
    pub asked: u32,
    /// Ranges that are noted in one item.
    pub block: u32,
}

/// Those of FEEDS 2.
pub const SIZES: Sizes = Sizes {
    range: 500,
    bulk: 10_000,
    asked: 1_000,
    block: 100,
};

/// What is noted of a delivery, save what came of it, is swept so long after.
pub const PLAN_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// Into how many ranges a delivery is cut: the first plan of a post's stays, however its author's followers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many ranges, 1 or more.
    pub ranges: u32,
    /// How many followers the author had.
    pub followers: u64,
}

impl Plan {
    /// For an author of so many followers.
    pub fn of(followers: u64, sizes: Sizes) -> Self {
        let ranges = followers.div_ceil(sizes.range.max(1)).max(1);
        Self {
            ranges: u32::try_from(ranges).unwrap_or(u32::MAX),
            followers,
        }
    }
}

/// The ranges of one plan, as they are noted. Those of another plan are never mixed with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    /// How many there are, 1 or more.
    pub count: u32,
    /// How many are noted in one item, 1 or more.
    pub block: u32,
}

/// How many readers each range of a block that is done had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Which.
    pub number: u32,
    /// By the number of the range.
    pub done: BTreeMap<u32, u64>,
}

/// How many readers each block that is whole had, by its number.
pub type Blocks = BTreeMap<u32, u64>;

impl Ranges {
    /// In which block a range is noted.
    pub fn block_of(self, range: u32) -> u32 {
        range / self.block.max(1)
    }

    /// The ranges of a block.
    pub fn of_block(self, block: u32) -> Range<u32> {
        let start = block.saturating_mul(self.block.max(1));
        start.min(self.count)..start.saturating_add(self.block.max(1)).min(self.count)
    }

    /// How many blocks there are.
    pub fn blocks(self) -> u32 {
        self.count.div_ceil(self.block.max(1))
    }

    /// How many readers a block had, once it is whole.
    pub fn whole(self, block: &Block) -> Option<u64> {
        let mut ranges = self.of_block(block.number);
        let readers = ranges.try_fold(0, |sum, range| Some(sum + block.done.get(&range)?));
        readers.filter(|_| block.number < self.blocks())
    }

    /// How many readers all of them had, once each block is whole.
    pub fn complete(self, blocks: &Blocks) -> Option<u64> {
        (0..self.blocks()).try_fold(0, |sum, block| Some(sum + blocks.get(&block)?))
    }

    /// Which of these ranges are not done.
    pub fn left(self, asked: Range<u32>, blocks: &[Block]) -> Vec<u32> {
        let done: BTreeSet<_> = blocks.iter().flat_map(|block| block.done.keys()).collect();
        let asked = asked.start..asked.end.min(self.count);
        asked.filter(|range| !done.contains(range)).collect()
    }

    /// The same by so many together, without those parts of which none is left.
    pub fn parts_left(self, part: u32, blocks: &[Block]) -> Vec<Range<u32>> {
        let part = part.max(1);
        let starts = (0..self.count).step_by(usize::try_from(part).unwrap_or(usize::MAX));
        let parts = starts.map(|start| start..start.saturating_add(part).min(self.count));
        parts
            .filter(|part| !self.left(part.clone(), blocks).is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_hundred_followers_are_a_range_and_a_million_two_thousand() {
        for (followers, ranges) in [
            (0, 1),
            (1, 1),
            (500, 1),
            (501, 2),
            (10_000, 20),
            (1_000_000, 2_000),
        ] {
            assert_eq!(Plan::of(followers, SIZES).ranges, ranges, "{followers}");
        }
    }

    #[test]
    fn what_is_done_is_asked_for_no_more() {
        let ranges = Ranges {
            count: 25,
            block: 10,
        };
        let block = |number, done: Range<u32>| Block {
            number,
            done: done.map(|range| (range, 7)).collect(),
        };
        let blocks = [block(0, 0..10), block(1, 12..19)];
        assert_eq!(
            ranges.left(0..25, &blocks),
            [10, 11, 19, 20, 21, 22, 23, 24]
        );
        assert_eq!(ranges.left(12..19, &blocks), [0; 0]);
        assert_eq!(ranges.parts_left(10, &blocks), [10..20, 20..25]);
        assert_eq!(ranges.whole(&blocks[0]), Some(70));
        assert_eq!(ranges.whole(&blocks[1]), None);
        assert_eq!(ranges.whole(&block(2, 20..25)), Some(35));
        // No such block.
        assert_eq!(ranges.whole(&block(3, 0..0)), None);
    }

    proptest! {
        #[test]
        fn a_delivery_is_complete_with_its_last_range_in_whatever_order_they_are_noted(
            count in 1..60_u32,
            block in 1..12_u32,
            seed in proptest::collection::vec(any::<u32>(), 1..200),
        ) {
            let ranges = Ranges { count, block };
            let (mut noted, mut blocks) = (BTreeMap::<u32, Block>::new(), Blocks::new());
            // At random, some of them often, then each.
            for range in seed.into_iter().map(|any| any % count).chain(0..count) {
                let number = ranges.block_of(range);
                let before = noted.values().map(|block| block.done.len()).sum::<usize>();
                prop_assert_eq!(ranges.complete(&blocks).is_some(), before == count as usize);
                let block = noted.entry(number).or_insert_with(|| Block { number, ..Block::default() });
                block.done.insert(range, u64::from(range));
                if let Some(readers) = ranges.whole(block) {
                    blocks.insert(number, readers);
                }
            }
            let all = (0..u64::from(count)).sum();
            prop_assert_eq!(ranges.complete(&blocks), Some(all));
            let noted: Vec<_> = noted.into_values().collect();
            prop_assert_eq!(ranges.left(0..count, &noted), Vec::<u32>::new());
        }
    }
}
