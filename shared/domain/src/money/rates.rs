//! Commission rates: rows that never change, and the lock that holds a rate at which a product was tagged (MONEY 22, 23).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Category, Programme};

/// A rate holds for what was tagged at it for so long after a cut was announced (MONEY 23).
pub const LOCK: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The whole, in basis points.
pub const WHOLE: u16 = 10_000;

/// A row of the rate table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Which.
    pub id: String,
    /// For whom.
    pub programme: Programme,
    /// For what: the path of a category and all below it, or `*`.
    pub category: String,
    /// Basis points of the net, 0 to [`WHOLE`].
    pub rate_bp: u16,
    /// When it was made known.
    pub announced_at: Timestamp,
    /// From when on it holds.
    pub effective_from: Timestamp,
}

/// What is announced becomes effective no sooner than this after (MONEY 22).
pub const NOTICE: SignedDuration = SignedDuration::from_mins(10);

/// The rows that there are from the first.
pub fn first() -> Vec<Rate> {
    serde_json::from_str(include_str!("../../data/rates.json")).unwrap_or_default()
}

/// The rate table, for one programme and category.
#[derive(Debug, Clone)]
pub struct Table<'r> {
    /// With how deep their path is.
    rows: Vec<(usize, &'r Rate)>,
}

/// A rate that a line is credited at, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Basis points.
    pub bp: u16,
    /// What the table says of the time of the order.
    pub table_bp: u16,
    /// Until when orders have it, where it is held above the table.
    pub locked_until: Option<Timestamp>,
}

impl<'r> Table<'r> {
    /// Of all rows those that a category in a programme goes by.
    pub fn of(rates: &'r [Rate], programme: Programme, category: &Category) -> Self {
        let its = rates.iter().filter(|rate| rate.programme == programme);
        let rows = its.filter_map(|rate| Some((category.depth_below(&rate.category)?, rate)));
        Self {
            rows: rows.collect(),
        }
    }

    /// The row in force at a moment: of those effective by then the one of the longest path, of those the latest to become
    /// effective, then to be announced.
    fn row_at(&self, at: Timestamp) -> Option<&'r Rate> {
        let effective = self.rows.iter().filter(|(_, row)| row.effective_from <= at);
        let in_force = effective
            .max_by_key(|(depth, row)| (*depth, row.effective_from, row.announced_at, &row.id));
        in_force.map(|(_, row)| *row)
    }

    /// The rate at a moment, in basis points; 0 where there is none.
    pub fn at(&self, at: Timestamp) -> u16 {
        self.row_at(at).map_or(0, |row| row.rate_bp)
    }

    /// The rate just before a moment.
    fn just_before(&self, at: Timestamp) -> u16 {
        // Times compare in whole milliseconds.
        let before = at.saturating_sub(SignedDuration::from_millis(1));
        before.map_or(0, |before| self.at(before))
    }

    /// The rate of what was ordered then: the table's, or what it is held at if it was `tagged` before.
    pub fn applied(&self, ordered: Timestamp, tagged: Option<Timestamp>) -> Applied {
        let table_bp = self.at(ordered);
        let mut applied = Applied {
            bp: table_bp,
            table_bp,
            locked_until: None,
        };
        let Some(tagged) = tagged.filter(|tagged| *tagged < ordered) else {
            return applied;
        };
        for moment in self.moments(tagged, ordered) {
            let (before, announced) = (self.just_before(moment), self.row_at(moment));
            let Some(cut) = announced.filter(|row| row.rate_bp < before) else {
                continue;
            };
            let until = cut.announced_at.saturating_add(LOCK);
            let until = until.unwrap_or(Timestamp::MAX);
            let held = self.at(tagged).min(before);
            if ordered < until && held > applied.bp {
                applied.bp = held;
                applied.locked_until = Some(until);
            }
        }
        applied
    }

    /// When the table may have changed, after a moment and by another.
    fn moments(&self, after: Timestamp, by: Timestamp) -> impl Iterator<Item = Timestamp> {
        let moments = self.rows.iter().map(|(_, row)| row.effective_from);
        moments.filter(move |moment| *moment > after && *moment <= by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn day(days: i32) -> Timestamp {
        Timestamp::UNIX_EPOCH + DAY * days
    }

    fn rate(category: &str, bp: u16, announced: i32, effective: i32) -> Rate {
        Rate {
            id: format!("{category} {effective} {announced}"),
            programme: Programme::Influencer,
            category: category.to_owned(),
            rate_bp: bp,
            announced_at: day(announced),
            effective_from: day(effective),
        }
    }

    fn table(rates: &[Rate]) -> Table<'_> {
        let chairs = Category::of("Furniture > Chairs");
        Table::of(rates, Programme::Influencer, &chairs)
    }

    #[test]
    fn the_longest_path_decides_then_the_latest_to_hold_then_the_latest_to_be_announced() {
        let rates = [
            rate("*", 100, 0, 0),
            rate("Furniture", 300, 0, 10),
            rate("furniture>chairs", 500, 0, 20),
            rate("*", 900, 0, 30),
            rate("Furniture > Chairs", 200, 1, 40),
            rate("Furniture > Chairs", 250, 2, 40),
            rate("Furniture > Tables", 999, 0, 0),
        ];
        let table = table(&rates);
        let read = [-1, 0, 10, 20, 30, 40].map(|on| table.at(day(on)));
        assert_eq!(read, [0, 100, 300, 500, 500, 250]);
        let onsite = Table::of(
            &rates,
            Programme::OnsiteAssociate,
            &Category::of("Furniture"),
        );
        assert_eq!(onsite.at(day(50)), 0);
    }

    #[test]
    fn both_programmes_have_a_rate_for_anything_from_the_first() {
        for programme in Programme::ALL {
            let first = first();
            let table = Table::of(&first, programme, &Category::default());
            assert!(table.at(Timestamp::UNIX_EPOCH) > 0, "{programme:?}");
        }
    }

    #[test]
    fn a_product_keeps_its_rate_for_thirty_days_after_a_cut_was_announced_and_a_raise_counts_at_once()
     {
        let rates = [rate("*", 1_000, 0, 0), rate("*", 300, 90, 100)];
        let table = table(&rates);
        let at = |ordered, tagged: Option<i32>| table.applied(day(ordered), tagged.map(day));
        let held = at(119, Some(50));
        assert_eq!((held.bp, held.table_bp), (1_000, 300));
        assert_eq!(held.locked_until, Some(day(120)));
        for (ordered, tagged) in [
            (120, Some(50)),
            (119, None),
            (119, Some(100)),
            (119, Some(119)),
        ] {
            let applied = at(ordered, tagged);
            assert_eq!(
                (applied.bp, applied.locked_until),
                (300, None),
                "{ordered} {tagged:?}"
            );
        }
        assert_eq!(at(99, Some(50)).bp, 1_000);
        let raised = [rate("*", 300, 0, 0), rate("*", 1_000, 9, 10)];
        let raised = super::tests::table(&raised).applied(day(10), Some(day(5)));
        assert_eq!((raised.bp, raised.locked_until), (1_000, None));
    }

    #[test]
    fn a_rate_that_came_between_is_never_kept() {
        let rates = [
            rate("*", 300, 0, 0),
            rate("*", 1_000, 50, 60),
            rate("*", 300, 65, 70),
        ];
        let table = table(&rates);
        assert_eq!(table.applied(day(75), Some(day(10))).bp, 300);
        assert_eq!(table.applied(day(75), Some(day(65))).bp, 1_000);
    }

    proptest! {
        #[test]
        fn a_rate_is_never_below_the_tables_nor_above_what_it_was_when_tagged_and_the_tables_now(
            rows in proptest::collection::vec((0_u16..=10_000, 0_i32..100, 0_i32..30), 1..8),
            tagged in 0_i32..100,
            ordered in 0_i32..140,
        ) {
            let rates: Vec<_> = rows.iter().map(|(bp, announced, later)| rate("*", *bp, *announced, announced + later)).collect();
            let table = table(&rates);
            let applied = table.applied(day(ordered), Some(day(tagged)));
            prop_assert!(applied.bp >= applied.table_bp);
            prop_assert!(applied.bp <= applied.table_bp.max(table.at(day(tagged))));
            prop_assert_eq!(applied.bp > applied.table_bp, applied.locked_until.is_some());
        }
    }
}
