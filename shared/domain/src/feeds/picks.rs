//! Which products somebody may like (FEEDS 4): by what those got who got what they have, by what titles have in common, and
//! by what is asked for lately. Pure, of rows that an instance keeps in memory.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    History, Used,
    pairs::Demand,
    rows::{Row, Words, short, words},
};
use crate::ids::{ProductHash, ProductId, TopicId};

/// Half of a cause's weight is gone after so many days.
const CAUSE_DAYS: f64 = 120.0;
/// What was bought or hearted weighs so much; what was viewed or searched for, one.
const GOT: f64 = 3.0;
/// How much what titles have in common counts beside what was got together.
const TITLES: f64 = 0.6;
/// What counts of that which nothing speaks for.
const BASE: f64 = 0.01;
/// Few people are no evidence: so many are added to those who got something.
const DOUBT: f64 = 4.0;

/// Where the products lie that may be picked: those of most lift.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shelf {
    /// Of the whole store.
    All,
    /// Of a topic, those that are not among the store's.
    Topic(TopicId),
}

impl Shelf {
    /// That of the whole store has no topic.
    pub fn topic(&self) -> Option<&TopicId> {
        match self {
            Self::All => None,
            Self::Topic(topic) => Some(topic),
        }
    }

    /// So many products have room on it.
    pub fn room(&self) -> usize {
        match self {
            Self::All => 1_000,
            Self::Topic(_) => 300,
        }
    }
}

/// A product that somebody may like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// Which.
    pub product: ProductId,
    /// The product of their history that speaks for it most, where one does.
    pub cause: Option<ProductId>,
    /// What they searched for, where that speaks for it most.
    pub query: Option<String>,
    /// On which topic's shelf it is.
    pub topic: Option<TopicId>,
}

/// What of a history counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mix {
    /// All of it, and what is asked for lately in one's topics.
    All,
    /// What one bought, hearted or viewed twice, alone.
    Mine,
}

impl Mix {
    /// Whether a product that they used speaks for others.
    pub fn counts(self, used: &Used) -> bool {
        match self {
            Self::All => true,
            Self::Mine => used.got() || used.views >= 2,
        }
    }
}

/// Something that speaks for products.
struct Cause<'a> {
    used: Option<&'a ProductId>,
    asked: Option<&'a str>,
    weight: f64,
    /// How many people got it, as far as is known.
    n: u32,
    words: Words,
    topic: Option<&'a TopicId>,
}

/// The rows that an instance knows.
#[derive(Debug, Default)]
pub struct Shop {
    rows: Vec<Row>,
    by_id: HashMap<ProductHash, usize>,
    by_short: HashMap<u32, usize>,
    /// How much a word tells: the fewer titles have it, the more.
    telling: HashMap<u32, f64>,
    largest: Demand,
}

impl Shop {
    /// Of these rows, as of a time; where a product has two, the later one stands.
    pub fn new(rows: impl IntoIterator<Item = Row>, now: Timestamp) -> Self {
        let mut latest: HashMap<ProductHash, Row> = HashMap::new();
        for row in rows {
            let hash = row.product.hash();
            let known = latest.get(&hash).map(|row| row.demand.at);
            if known.is_none_or(|at| at < row.demand.at) {
                latest.insert(hash, row);
            }
        }
        let mut rows: Vec<_> = latest.into_values().collect();
        rows.sort_by(|a, b| a.product.cmp(&b.product));
        let mut shop = Self::default();
        let (count, mut titles) = (rows.len() as f64, HashMap::<u32, f64>::new());
        for (place, row) in rows.iter_mut().enumerate() {
            row.demand = row.demand.as_of(now);
            shop.largest = shop.largest.largest(row.demand);
            let hash = row.product.hash();
            shop.by_id.insert(hash, place);
            shop.by_short.insert(short(hash), place);
            for word in &row.words.0 {
                *titles.entry(*word).or_default() += 1.0;
            }
        }
        let telling = |(word, titles): (u32, f64)| (word, rarity(count, titles));
        shop.telling = titles.into_iter().map(telling).collect();
        shop.rows = rows;
        shop
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a product.
    pub fn row(&self, product: &ProductId) -> Option<&Row> {
        self.find(product.hash())
    }

    /// The row of the product that this stands for.
    pub fn find(&self, hash: ProductHash) -> Option<&Row> {
        self.rows.get(*self.by_id.get(&hash)?)
    }

    /// How much a row is asked for lately, over how much it is anyway.
    pub fn lift(&self, row: &Row) -> f64 {
        row.demand.lift(self.largest)
    }

    /// For so long so many rows are known: as much longer as there are more, so that reading them costs the same, and
    /// ten minutes at most.
    pub fn life(rows: usize) -> SignedDuration {
        let full = i64::try_from(Shelf::All.room()).unwrap_or(i64::MAX);
        let part = i64::try_from(rows).unwrap_or(i64::MAX).min(full);
        SignedDuration::from_secs((600 * part / full).max(10))
    }

    /// Whether a row has its place among so many of these: it is there, there is room, or it has more lift than one of
    /// them.
    pub fn admits(&self, row: &Row, room: usize) -> bool {
        let lift = self.lift(row);
        let there = self.row(&row.product).is_some() || self.rows.len() < room;
        there || self.rows.iter().any(|other| self.lift(other) < lift)
    }

    /// The products that have no place among so many: those of least lift.
    pub fn surplus(&self, room: usize) -> Vec<&ProductId> {
        let mut rows: Vec<_> = self.rows.iter().map(|row| (self.lift(row), row)).collect();
        rows.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then_with(|| a.1.product.cmp(&b.1.product))
        });
        rows.into_iter()
            .skip(room)
            .map(|(_, row)| &row.product)
            .collect()
    }

    /// Up to `most` products for whoever has this history and follows these topics, the best first (FEEDS 4). Never what
    /// they bought.
    pub fn picks(
        &self,
        history: &History,
        topics: &BTreeSet<TopicId>,
        mix: Mix,
        now: Timestamp,
        most: usize,
    ) -> Vec<Pick> {
        let causes = self.causes(history, mix, now);
        let bought = history.products().iter().filter(|used| used.purchases > 0);
        let bought: HashSet<_> = bought.map(|used| &used.product).collect();
        let by_short: HashMap<u32, &Cause> = causes
            .iter()
            .filter_map(|cause| Some((short(cause.used?.hash()), cause)))
            .collect();
        let mut wanted = HashMap::<u32, f64>::new();
        for cause in &causes {
            for (word, part) in self.unit(&cause.words) {
                *wanted.entry(word).or_default() += cause.weight * part;
            }
        }
        let open = self
            .rows
            .iter()
            .filter(|row| !bought.contains(&row.product));
        let weighed: Vec<_> = open
            .map(|row| (row, pairs(row, &by_short), self.titles(row, &wanted)))
            .collect();
        let largest = |part: fn(&(&Row, f64, f64)) -> f64| {
            let largest = weighed.iter().map(part).fold(0.0, f64::max);
            if largest > 0.0 { largest } else { 1.0 }
        };
        let (most_pairs, most_titles) = (largest(|one| one.1), largest(|one| one.2));
        let mut scored: Vec<_> = weighed
            .into_iter()
            .filter_map(|(row, pairs, titles)| {
                let spoken_for = pairs > 0.0 || titles > 0.0;
                let beside = || match mix {
                    Mix::All => row
                        .topic
                        .as_ref()
                        .is_some_and(|topic| topics.contains(topic)),
                    Mix::Mine => false,
                };
                let neighbour = || causes.iter().any(|cause| cause.is_beside(row));
                if !spoken_for && !beside() && !neighbour() {
                    return None;
                }
                let evidence = pairs / most_pairs + TITLES * titles / most_titles + BASE;
                Some((evidence * self.lift(row), row))
            })
            .collect();
        scored.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then_with(|| a.1.product.cmp(&b.1.product))
        });
        scored.truncate(most);
        let picked = scored.into_iter();
        picked
            .map(|(_, row)| self.pick(row, &causes, most_pairs, most_titles))
            .collect()
    }

    /// What stands on a row's shelf that its buyers had, or whose buyers had it: those of most first.
    pub fn beside(&self, row: &Row, most: usize) -> Vec<&Row> {
        let own = short(row.product.hash());
        let had: HashMap<_, _> = row.causes.0.iter().copied().collect();
        let on_shelf = self.rows.iter().filter(|other| {
            other.topic.is_some() && other.topic == row.topic && other.product != row.product
        });
        let counted = on_shelf.filter_map(|other| {
            let one = had.get(&short(other.product.hash())).copied();
            let causes = &other.causes.0;
            let two = causes.iter().find(|(thing, _)| *thing == own);
            let count = one.max(two.map(|(_, count)| *count))?;
            Some((count, other))
        });
        let mut counted: Vec<_> = counted.collect();
        counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.product.cmp(&b.1.product)));
        counted.into_iter().take(most).map(|(_, row)| row).collect()
    }

    fn causes<'a>(&'a self, history: &'a History, mix: Mix, now: Timestamp) -> Vec<Cause<'a>> {
        let weight = |weight: f64, at: Timestamp| {
            let days = now.duration_since(at).as_secs_f64() / 86_400.0;
            weight * (-days.max(0.0) / CAUSE_DAYS).exp2()
        };
        let used = history.products().iter().filter(|used| mix.counts(used));
        let used = used.map(|used| {
            let row = self.row(&used.product);
            Cause {
                used: Some(&used.product),
                asked: None,
                weight: weight(if used.got() { GOT } else { 1.0 }, used.last()),
                n: row.map_or(0, |row| row.n),
                words: row.map(|row| row.words.clone()).unwrap_or_default(),
                topic: row.and_then(|row| row.topic.as_ref()),
            }
        });
        let asked = history.queries().iter().filter(|_| mix == Mix::All);
        let asked = asked.map(|asked| Cause {
            used: None,
            asked: Some(&asked.query),
            weight: weight(1.0, asked.at()),
            n: 0,
            words: words(&asked.query),
            topic: None,
        });
        used.chain(asked).collect()
    }

    /// Words as a vector of length one.
    fn unit(&self, words: &Words) -> Vec<(u32, f64)> {
        let parts = words.0.iter().map(|word| {
            // A word that no title has tells nothing of any, and takes its part of the length.
            let unknown = || rarity(self.rows.len() as f64, 0.0);
            (
                *word,
                self.telling.get(word).copied().unwrap_or_else(unknown),
            )
        });
        let parts: Vec<_> = parts.collect();
        let length = parts
            .iter()
            .map(|(_, part)| part * part)
            .sum::<f64>()
            .sqrt();
        if length <= 0.0 {
            return Vec::new();
        }
        let scaled = parts.into_iter().map(|(word, part)| (word, part / length));
        scaled.collect()
    }

    fn titles(&self, row: &Row, wanted: &HashMap<u32, f64>) -> f64 {
        let parts = self.unit(&row.words).into_iter();
        let shared = parts.filter_map(|(word, part)| Some(wanted.get(&word)? * part));
        shared.sum()
    }

    /// A row with what speaks for it most; else what stands on its shelf.
    fn pick(&self, row: &Row, causes: &[Cause], most_pairs: f64, most_titles: f64) -> Pick {
        let own: HashMap<u32, f64> = self.unit(&row.words).into_iter().collect();
        let had: HashMap<u32, u16> = row.causes.0.iter().copied().collect();
        let speaks = |cause: &&Cause| {
            let count = cause.used.and_then(|used| had.get(&short(used.hash())));
            let pairs = count.map_or(0.0, |count| pair(row, cause, *count));
            let parts = self.unit(&cause.words).into_iter();
            let shared = parts.filter_map(|(word, part)| Some(own.get(&word)? * part));
            let titles = cause.weight * shared.sum::<f64>();
            pairs / most_pairs + TITLES * titles / most_titles
        };
        // A product is no reason for itself, unless there is no other.
        let other = |cause: &Cause| cause.used != Some(&row.product);
        let best = causes.iter().map(|cause| (speaks(&cause), cause));
        let best = best.filter(|(much, _)| *much > 0.0);
        let best = best
            .max_by(|a, b| {
                let (first, second) = (other(a.1), other(b.1));
                first.cmp(&second).then(a.0.total_cmp(&b.0))
            })
            .map(|(_, cause)| cause);
        let best = best.or_else(|| causes.iter().find(|cause| cause.is_beside(row)));
        Pick {
            product: row.product.clone(),
            cause: best.and_then(|cause| cause.used.cloned()),
            query: best.and_then(|cause| cause.asked.map(str::to_owned)),
            topic: row.topic.clone(),
        }
    }
}

impl Cause<'_> {
    /// Whether a product is on its shelf: where nobody bought anything yet, that is all that is known.
    fn is_beside(&self, row: &Row) -> bool {
        self.topic.is_some() && self.topic == row.topic.as_ref() && self.used != Some(&row.product)
    }
}

/// How much tells a word that so many of all titles have.
fn rarity(all: f64, titles: f64) -> f64 {
    ((all + 1.0) / (titles + 1.0)).ln().powi(2)
}

/// What one thing that they had says for a product.
fn pair(row: &Row, cause: &Cause, count: u16) -> f64 {
    let (had, got) = (f64::from(cause.n), f64::from(row.n));
    cause.weight * f64::from(count) / ((had + DOUBT).powf(0.2) * (got + DOUBT).powf(0.8))
}

/// What all that they had says for it.
fn pairs(row: &Row, causes: &HashMap<u32, &Cause>) -> f64 {
    let theirs = row.causes.0.iter();
    let theirs = theirs.filter_map(|(thing, count)| Some(pair(row, causes.get(thing)?, *count)));
    theirs.sum()
}

#[cfg(test)]
#[path = "picks_tests.rs"]
mod tests;
