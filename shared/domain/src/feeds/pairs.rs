//! What was got with what (FEEDS 4): a product's demand, and what those who got it had, in bounds that no history passes.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::{ProductHash, ProductId};

/// So many things that a product's buyers had are counted, those that most had.
pub const COUNTERS: usize = 300;
/// Half of the short demand is gone after so many days,
pub const SHORT_DAYS: f64 = 4.0;
/// and half of the long one after so many.
pub const LONG_DAYS: f64 = 120.0;

const DAY: f64 = 86_400.0;

/// How often something was got lately, as of a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// With a half-life of [`SHORT_DAYS`].
    pub short: f64,
    /// With a half-life of [`LONG_DAYS`].
    pub long: f64,
    /// In seconds since 1970.
    pub at: i64,
}

impl Demand {
    /// The same as of another time; before its own, as it is.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        let at = now.as_second().max(self.at);
        let days = (at - self.at) as f64 / DAY;
        Self {
            short: self.short * (-days / SHORT_DAYS).exp2(),
            long: self.long * (-days / LONG_DAYS).exp2(),
            at,
        }
    }

    /// The same after one more was got then.
    #[must_use]
    pub fn more(self, at: Timestamp) -> Self {
        let so_far = self.as_of(at);
        // One that is told late counts for less.
        let late = (so_far.at - at.as_second()) as f64 / DAY;
        let round = |demand: f64| (demand * 1e4).round() / 1e4;
        Self {
            short: round(so_far.short + (-late / SHORT_DAYS).exp2()),
            long: round(so_far.long + (-late / LONG_DAYS).exp2()),
            at: so_far.at,
        }
    }

    /// How much it is asked for lately, over how much it is anyway: both are shares of the largest.
    pub fn lift(self, largest: Self) -> f64 {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let short = share(self.short, largest.short);
        let long = share(self.long, largest.long);
        (short + 0.001) / (long + 0.001).sqrt()
    }

    /// The larger of both, each by itself, as of a time.
    #[must_use]
    pub fn largest(self, other: Self) -> Self {
        Self {
            short: self.short.max(other.short),
            long: self.long.max(other.long),
            at: self.at.max(other.at),
        }
    }
}

/// What is counted of those who got a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// How many people got it.
    #[serde(default)]
    pub n: u32,
    /// How often lately.
    #[serde(flatten)]
    pub demand: Demand,
    /// What they had before, or got with it.
    #[serde(default, skip_serializing_if = "Counters::is_empty")]
    pub had: Counters,
    /// How often it was written.
    #[serde(default, rename = "e")]
    pub edition: u64,
}

impl Pairs {
    /// Somebody got it, who had these.
    pub fn got<'a>(&mut self, at: Timestamp, had: impl IntoIterator<Item = &'a ProductId>) {
        self.n = self.n.saturating_add(1);
        self.demand = self.demand.more(at);
        for product in had {
            self.had.count(product.hash());
        }
    }
}

/// How many had each thing: at most [`COUNTERS`] things; where there are more, the smallest leaves. In the order of their
/// counts, the greatest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters(Vec<(ProductHash, u16)>);

impl Counters {
    /// Each thing with how many had it, the most first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ProductHash, u16)> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn count(&mut self, thing: ProductHash) {
        let count = match self.0.iter().position(|(known, _)| *known == thing) {
            Some(place) => self.0.remove(place).1.saturating_add(1),
            None => 1,
        };
        // Of equal counts the latest comes first, so that what leaves is the smallest that was counted longest ago.
        let place = self.0.partition_point(|(_, other)| *other > count);
        self.0.insert(place, (thing, count));
        self.0.truncate(COUNTERS);
    }
}

/// Ten bytes a counter: a hash of eight, and a count of two.
const WIDTH: usize = 10;

impl Serialize for Counters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.iter().flat_map(|(thing, count)| {
            let thing = thing.0.into_iter();
            thing.chain(count.to_be_bytes())
        });
        serializer.serialize_bytes(&bytes.collect::<Vec<_>>())
    }
}

impl<'de> Deserialize<'de> for Counters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = deserializer.deserialize_byte_buf(Bytes)?;
        let counter = |bytes: &[u8]| {
            let (thing, count) = bytes.split_first_chunk::<8>()?;
            let count = u16::from_be_bytes(count.try_into().ok()?);
            Some((ProductHash(*thing), count))
        };
        let counters = bytes.chunks(WIDTH).map(counter).collect::<Option<_>>();
        counters
            .map(Self)
            .ok_or_else(|| de::Error::custom("no counters"))
    }
}

/// Reads bytes, however they come.
pub(super) struct Bytes;

impl<'de> de::Visitor<'de> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn product(id: u32) -> ProductId {
        ProductId::parse(&format!("p{id}")).unwrap()
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn half_of_the_demand_is_gone_after_four_days_and_after_a_hundred_and_twenty() {
        let once = Demand::default().more(day(0));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-3, "{a} {b}");
        near(once.as_of(day(4)).short, 0.5);
        near(once.as_of(day(120)).long, 0.5);
        near(once.more(day(4)).short, 1.5);
        assert_eq!(once.as_of(day(-9)), once);
        // What is told late counts as if it had been told in time.
        let late = Demand::default().more(day(4)).more(day(0));
        near(late.short, once.more(day(4)).short);
        near(late.long, once.more(day(4)).long);
    }

    #[test]
    fn what_is_asked_for_lately_and_not_anyway_has_more_lift() {
        let demand = |short, long| Demand { short, long, at: 0 };
        let largest = demand(10.0, 100.0);
        let (rising, steady) = (demand(5.0, 10.0), demand(5.0, 90.0));
        assert!(rising.lift(largest) > steady.lift(largest));
        assert!(demand(0.0, 0.0).lift(Demand::default()).is_finite());
    }

    proptest! {
        #[test]
        fn counters_are_bounded_in_order_and_exact_as_long_as_nothing_left(
            had in proptest::collection::vec(0..500_u32, 0..1_500),
        ) {
            let (mut counters, mut exact) = (Counters::default(), HashMap::<_, u16>::new());
            for id in had {
                let thing = product(id).hash();
                counters.count(thing);
                *exact.entry(thing).or_default() += 1;
                prop_assert!(counters.0.len() <= COUNTERS);
            }
            prop_assert!(counters.0.is_sorted_by_key(|(_, count)| std::cmp::Reverse(*count)));
            for (thing, count) in counters.iter() {
                prop_assert!(count <= exact[&thing]);
            }
            if exact.len() <= COUNTERS {
                let all: HashMap<_, _> = counters.iter().collect();
                prop_assert_eq!(all, exact);
            }
            let pairs = Pairs { had: counters, ..Pairs::default() };
            let text = serde_json::to_string(&pairs).unwrap();
            prop_assert_eq!(serde_json::from_str::<Pairs>(&text).unwrap(), pairs);
        }
    }
}
