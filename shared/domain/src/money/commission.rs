//! What a line earns, when it falls due, and what of it was not posted yet (MONEY 24, 25).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    Account,
    events::{Became, Later, sum},
    fraction::half_even,
    rates::WHOLE,
};

/// By account and due date, in minor units of the line's currency.
pub type Owed = BTreeMap<(Account, Date), i64>;

/// What a line's commission is worked out by, as of when the line was first worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The line's ordered net, in minor units, 0 or more.
    pub net: i64,
    /// The rate, in basis points.
    pub bp: u16,
    /// Days between a shipment and when what it earned falls due.
    pub return_days: u16,
}

impl Terms {
    /// The commission on so much of the net, which is at most all of it: of the whole commission its part.
    pub fn on(&self, part: i64) -> i64 {
        let (net, part) = (i128::from(self.net), i128::from(part));
        let whole = half_even(net * i128::from(self.bp), i128::from(WHOLE)).unwrap_or(0);
        let commission = half_even(whole * part, net).unwrap_or(0);
        i64::try_from(commission).unwrap_or(i64::MAX)
    }

    /// The first midnight, UTC, at or after the return window of what was shipped then.
    pub fn due_on(&self, shipped: Timestamp) -> Date {
        let window = SignedDuration::from_hours(24 * i64::from(self.return_days));
        let over = shipped.saturating_add(window).unwrap_or(Timestamp::MAX);
        let over = TimeZone::UTC.to_datetime(over);
        let (date, midnight) = (
            over.date(),
            over.date().to_datetime(jiff::civil::Time::midnight()),
        );
        if over == midnight {
            date
        } else {
            date.saturating_add(jiff::Span::new().days(1))
        }
    }

    /// What is owed for a line by due date, of all that became of it: each shipment what it adds, and of that, from the
    /// latest date on, what was paid back.
    pub fn owed(&self, later: &[Later]) -> BTreeMap<Date, i64> {
        let mut shipments: Vec<_> = later
            .iter()
            .filter(|event| event.became == Became::Shipped)
            .collect();
        shipments.sort_by_key(|shipment| &shipment.happened);
        let (mut shipped, mut owed) = (0_i64, BTreeMap::<Date, i64>::new());
        for shipment in shipments {
            let before = self.on(shipped);
            shipped = shipped.saturating_add(shipment.net).min(self.net);
            *owed.entry(self.due_on(shipment.happened.at)).or_default() +=
                self.on(shipped) - before;
        }
        let mut reversed = self.on(sum(later, Became::Refunded).min(shipped));
        for amount in owed.values_mut().rev() {
            let taken = reversed.min(*amount);
            *amount -= taken;
            reversed -= taken;
        }
        owed.retain(|_, amount| *amount != 0);
        owed
    }
}

/// What is to be posted so that what was posted comes to the target: an amount for each account and date where it is not
/// 0.
pub fn missing(target: &Owed, posted: &Owed) -> Owed {
    let mut missing = target.clone();
    for (at, amount) in posted {
        *missing.entry(at.clone()).or_default() -= amount;
    }
    missing.retain(|_, amount| *amount != 0);
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::events::Happened;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn later(n: usize, became: Became, time: &str, net: i64) -> Later {
        Later {
            happened: Happened {
                at: at(time),
                event: format!("e{n}"),
            },
            became,
            net,
        }
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    const TERMS: Terms = Terms {
        net: 999,
        bp: 333,
        return_days: 30,
    };

    #[test]
    fn what_is_earned_falls_due_at_the_first_midnight_at_or_after_the_return_window() {
        for (shipped, due) in [
            ("2026-11-01T00:00:00Z", "2026-12-01"),
            ("2026-11-01T00:00:00.001Z", "2026-12-02"),
            ("2026-11-01T23:59:59.999Z", "2026-12-02"),
        ] {
            assert_eq!(TERMS.due_on(at(shipped)), date(due), "{shipped}");
        }
        let at_once = Terms {
            return_days: 0,
            ..TERMS
        };
        assert_eq!(
            at_once.due_on(at("2026-11-01T00:00:00Z")),
            date("2026-11-01")
        );
    }

    #[test]
    fn shipments_in_parts_earn_together_what_the_line_earns_and_a_refund_takes_the_latest_due_first()
     {
        // The whole: 999 × 3.33 % = 33.27, so 33; of 333 of it 11.
        let mut events = vec![
            later(1, Became::Shipped, "2026-11-01T12:00:00Z", 333),
            later(2, Became::Shipped, "2026-11-05T12:00:00Z", 666),
        ];
        let both = BTreeMap::from([(date("2026-12-02"), 11), (date("2026-12-06"), 22)]);
        assert_eq!(TERMS.owed(&events), both);
        events.push(later(3, Became::Refunded, "2026-11-06T12:00:00Z", 800));
        // Of 800 of it 26.4, so 26: 22 of the later, 4 of the earlier.
        assert_eq!(
            TERMS.owed(&events),
            BTreeMap::from([(date("2026-12-02"), 7)])
        );
        events.push(later(4, Became::Refunded, "2026-11-07T12:00:00Z", 800));
        assert_eq!(TERMS.owed(&events), BTreeMap::new());
    }

    #[test]
    fn a_refund_before_its_shipment_and_more_shipped_than_was_ordered_change_nothing_of_the_sum() {
        let refunded = later(1, Became::Refunded, "2026-11-01T12:00:00Z", 999);
        assert_eq!(TERMS.owed(std::slice::from_ref(&refunded)), BTreeMap::new());
        let shipped = later(2, Became::Shipped, "2026-11-02T12:00:00Z", 5_000);
        assert_eq!(TERMS.owed(&[refunded, shipped.clone()]), BTreeMap::new());
        assert_eq!(
            TERMS.owed(&[shipped]),
            BTreeMap::from([(date("2026-12-03"), 33)])
        );
        let cancelled = later(3, Became::Cancelled, "2026-11-01T12:00:00Z", 999);
        assert_eq!(TERMS.owed(&[cancelled]), BTreeMap::new());
        let nothing = Terms { net: 0, ..TERMS };
        assert_eq!(nothing.on(0), 0);
    }

    #[test]
    fn what_is_posted_comes_to_the_target_also_when_somebody_else_is_credited_now() {
        let (ana, ben) = (Account::of_random(1), Account::of_random(2));
        let due = date("2026-12-01");
        let posted = Owed::from([((ana.clone(), due), 30)]);
        let target = Owed::from([((ben.clone(), due), 30)]);
        let moved = Owed::from([((ana, due), -30), ((ben, due), 30)]);
        assert_eq!(missing(&target, &posted), moved);
        assert_eq!(missing(&target, &target), Owed::new());
    }

    prop_compose! {
        fn some_events(of: usize)(events in proptest::collection::vec((0..3_u8, 0_i64..30, 0_i64..2_000_000), 0..of)) -> Vec<Later> {
            let became = [Became::Shipped, Became::Cancelled, Became::Refunded];
            events.into_iter().enumerate().map(|(n, (kind, day, net))| Later {
                happened: Happened {
                    at: at("2026-11-01T12:00:00Z") + SignedDuration::from_hours(24 * day),
                    event: format!("e{n}"),
                },
                became: became[usize::from(kind)],
                net,
            }).collect()
        }
    }

    proptest! {
        #[test]
        fn what_is_owed_is_the_part_that_was_shipped_less_the_part_that_was_paid_back_in_any_order(
            net in 0_i64..5_000_000,
            bp in 0_u16..=WHOLE,
            events in some_events(12),
            turn in 0_usize..12,
        ) {
            let terms = Terms { net, bp, return_days: 30 };
            let owed = terms.owed(&events);
            let shipped = sum(&events, Became::Shipped).min(net);
            let refunded = sum(&events, Became::Refunded).min(shipped);
            let total: i64 = owed.values().sum();
            prop_assert_eq!(total, terms.on(shipped) - terms.on(refunded));
            prop_assert!(owed.values().all(|amount| *amount > 0));
            let mut turned = events;
            let by = turn % turned.len().max(1);
            turned.rotate_left(by);
            prop_assert_eq!(terms.owed(&turned), owed);
        }
    }
}
