//! What a person's stream goes by (FEEDS 4): the products that they used last, what they searched for, and what a nudge
//! stands on. Nothing raw is kept, and what is kept fits one read unit.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::nudge::{Nudge, NudgeAfter};
use crate::{
    ids::{PostId, ProductId},
    quota::{Per, Window},
};

/// So many products are kept, those used last.
pub const PRODUCTS: usize = 60;
/// So many queries, the last ones.
pub const QUERIES: usize = 10;
/// Of a query so many bytes.
pub const QUERY_BYTES: usize = 60;
/// What is kept is no larger, in bytes: one consistent read unit, four write units.
pub const MOST_BYTES: usize = 4_096;
/// For so long it is kept after something was used last.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So many events a UTC day are taken of a person.
pub const EVENTS_A_DAY: u32 = 2_000;
/// So many of the last events are told from new ones.
const SEEN: usize = 100;
/// What the item takes besides: its keys, the names of its attributes, numbers.
const AROUND: usize = 220;

/// Something that a person did, as their app tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: Act,
    /// When.
    pub at: Timestamp,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// They looked at a product.
    ViewProduct(ProductId),
    /// They looked at a post.
    ViewPost(PostId),
    /// They searched for this.
    Search(String),
    /// They bought a product.
    Purchase(ProductId),
    /// They did nothing, for so many seconds.
    Idle(u32),
}

/// A product that somebody used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Which.
    #[serde(rename = "p")]
    pub product: ProductId,
    /// How often they viewed it.
    #[serde(default, rename = "v", skip_serializing_if = "is_zero")]
    pub views: u32,
    /// How often they bought it.
    #[serde(default, rename = "b", skip_serializing_if = "is_zero")]
    pub purchases: u32,
    /// Whether it is among their hearts.
    #[serde(default, rename = "h", skip_serializing_if = "std::ops::Not::not")]
    pub hearted: bool,
    /// When they used it last, in seconds since 1970.
    #[serde(rename = "t")]
    last: i64,
}

/// Something that somebody searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What, cut to [`QUERY_BYTES`].
    #[serde(rename = "q")]
    pub query: String,
    /// When, in seconds since 1970.
    #[serde(rename = "t")]
    at: i64,
}

/// What one person did, as far as their stream goes by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The last used first.
    #[serde(default, rename = "p", skip_serializing_if = "Vec::is_empty")]
    products: Vec<Used>,
    /// The latest first.
    #[serde(default, rename = "q", skip_serializing_if = "Vec::is_empty")]
    queries: Vec<Asked>,
    #[serde(default, rename = "n")]
    nudge: Nudge,
    /// Hashes of the last events, the oldest first.
    #[serde(default, rename = "s", skip_serializing_if = "Vec::is_empty")]
    seen: Vec<u32>,
    /// The day in which so many events were taken, by its number since 1970.
    #[serde(default, rename = "d")]
    day: u64,
    #[serde(default, rename = "c")]
    counted: u32,
    /// How often it was written.
    #[serde(default, rename = "e")]
    pub edition: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Used {
    /// When they used it last, to the second.
    pub fn last(&self) -> Timestamp {
        Timestamp::from_second(self.last).unwrap_or_default()
    }

    /// Whether they got it: bought it, or put it among their hearts.
    pub fn got(&self) -> bool {
        self.purchases > 0 || self.hearted
    }
}

impl Asked {
    /// When, to the second.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_second(self.at).unwrap_or_default()
    }
}

impl Event {
    /// What tells it from others: its kind, subject and minute.
    fn digest(&self) -> u32 {
        let subject = match &self.what {
            Act::ViewProduct(product) => format!("v{product}"),
            Act::ViewPost(post) => format!("p{post}"),
            Act::Search(query) => format!("s{query}"),
            Act::Purchase(product) => format!("b{product}"),
            Act::Idle(_) => "i".to_owned(),
        };
        let minute = self.at.as_second().div_euclid(60);
        let digest = Sha256::digest(format!("{minute} {subject}"));
        digest
            .iter()
            .take(4)
            .fold(0, |all, byte| (all << 8) | u32::from(*byte))
    }
}

impl History {
    /// What they used, the last first.
    pub fn products(&self) -> &[Used] {
        &self.products
    }

    /// What they searched for, the latest first.
    pub fn queries(&self) -> &[Asked] {
        &self.queries
    }

    /// What they did with a product.
    pub fn used(&self, product: &ProductId) -> Option<&Used> {
        self.products.iter().find(|used| used.product == *product)
    }

    /// What they got and did not before.
    pub fn got_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a Used> {
        let got = |used: &&Used| used.got();
        let new = |used: &&Used| !before.used(&used.product).is_some_and(Used::got);
        self.products.iter().filter(got).filter(new)
    }

    /// Until when it is kept, in seconds since 1970.
    pub fn expires_at(&self, now: Timestamp) -> i64 {
        now.saturating_add(KEPT).unwrap_or(now).as_second()
    }

    /// Takes what a person did, whole: whether they are nudged to the stream. Events of one kind, subject and minute count
    /// once.
    ///
    /// # Errors
    /// How long they wait, where these would be more than [`EVENTS_A_DAY`]; nothing is taken then.
    pub fn take(
        &mut self,
        mut events: Vec<Event>,
        now: Timestamp,
        nudge: NudgeAfter,
    ) -> Result<bool, Duration> {
        let day = Window::of(now, Per::Day);
        let before = if self.day == day.number {
            self.counted
        } else {
            0
        };
        let counted = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let counted = before.saturating_add(counted);
        if counted > EVENTS_A_DAY {
            return Err(day.left);
        }
        (self.day, self.counted) = (day.number, counted);
        events.sort_by_key(|event| event.at);
        let mut nudged = false;
        for event in events {
            nudged |= self.take_one(event, nudge);
        }
        self.trim();
        Ok(nudged)
    }

    fn take_one(&mut self, event: Event, nudge: NudgeAfter) -> bool {
        let (at, digest) = (event.at, event.digest());
        if self.seen.contains(&digest) {
            return matches!(event.what, Act::Idle(_)) && self.nudge.was_at(at);
        }
        self.seen.push(digest);
        match event.what {
            Act::ViewProduct(product) => {
                self.nudge.viewed(at);
                self.use_it(product, at, |used| {
                    used.views = used.views.saturating_add(1)
                });
            }
            Act::Purchase(product) => {
                self.nudge.bought(at);
                let more = |used: &mut Used| used.purchases = used.purchases.saturating_add(1);
                self.use_it(product, at, more);
            }
            Act::Search(query) => {
                let query = cut(&query).to_owned();
                self.queries
                    .retain(|asked| asked.query != query || asked.at > at.as_second());
                if !self.queries.iter().any(|asked| asked.query == query) {
                    let at = at.as_second();
                    self.queries.push(Asked { query, at });
                }
            }
            Act::ViewPost(_) => {}
            Act::Idle(seconds) => return self.nudge.paused(seconds, at, nudge),
        }
        false
    }

    /// Notes since when a product is among one's hearts, or that it is not any more: whether anything changed.
    pub fn heart(&mut self, product: &ProductId, since: Option<Timestamp>) -> bool {
        let hearted = self.used(product).is_some_and(|used| used.hearted);
        match since {
            Some(at) if !hearted => self.use_it(product.clone(), at, |used| used.hearted = true),
            None if hearted => {
                for used in self
                    .products
                    .iter_mut()
                    .filter(|used| used.product == *product)
                {
                    used.hearted = false;
                }
                self.products.retain(|used| used.views > 0 || used.got());
            }
            Some(_) | None => return false,
        }
        self.trim();
        true
    }

    /// Forgets it, save how many events were taken today.
    pub fn forget(&mut self) {
        *self = Self {
            day: self.day,
            counted: self.counted,
            edition: self.edition,
            ..Self::default()
        };
    }

    /// Whether there is nothing that a stream could go by.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty() && self.queries.is_empty()
    }

    fn use_it(&mut self, product: ProductId, at: Timestamp, how: impl FnOnce(&mut Used)) {
        let at = at.as_second();
        let mut used = match self
            .products
            .iter()
            .position(|used| used.product == product)
        {
            Some(known) => self.products.remove(known),
            None => Used {
                product,
                views: 0,
                purchases: 0,
                hearted: false,
                last: at,
            },
        };
        how(&mut used);
        used.last = used.last.max(at);
        let place = self
            .products
            .partition_point(|other| other.last > used.last);
        self.products.insert(place, used);
    }

    /// What is too much leaves: the oldest first.
    fn trim(&mut self) {
        self.products.truncate(PRODUCTS);
        self.queries
            .sort_by_key(|asked| std::cmp::Reverse(asked.at));
        self.queries.truncate(QUERIES);
        let old = self.seen.len().saturating_sub(SEEN);
        self.seen.drain(..old);
        while self.bytes() > MOST_BYTES && self.products.pop().is_some() {}
    }

    /// What it takes in the table, in bytes, at most.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
    pub fn bytes(&self) -> usize {
        /// A number of up to ten digits, within a list.
        const NUMBER: usize = 8;
        /// A map within a list, and the names in it with a byte each.
        const MAP: usize = 4;
        let products = self.products.iter().map(|used| {
            let counts = [used.views, used.purchases].into_iter().filter(|n| *n > 0);
            let counts = counts.count() + usize::from(used.hearted);
            MAP + 2 + used.product.as_str().len() + (2 + NUMBER) + counts * 6
        });
        let queries = self.queries.iter();
        let queries = queries.map(|asked| MAP + 2 + asked.query.len() + 2 + NUMBER);
        let numbers = self.seen.len() + self.nudge.len();
        AROUND + products.sum::<usize>() + queries.sum::<usize>() + numbers * NUMBER
    }

    /// The products that they got, each once.
    pub fn got(&self) -> BTreeSet<&ProductId> {
        let got = self.products.iter().filter(|used| used.got());
        got.map(|used| &used.product).collect()
    }
}

/// The first [`QUERY_BYTES`] of a query, in whole characters.
fn cut(query: &str) -> &str {
    &query[..query.floor_char_boundary(QUERY_BYTES.min(query.len()))]
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
