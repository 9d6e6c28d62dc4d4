//! How good what is picked is (FEEDS 4), on a year of a shop's orders: trained in one pass by what the workers do, within
//! the bounds of what is kept, before 2011-11-09; tested on what its customers bought anew in the 31 days after.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use domain::{
    feeds::{
        Act, Event, History,
        nudge::NudgeAfter,
        pairs::Pairs,
        picks::{Mix, Shelf, Shop},
        rows::Row,
    },
    ids::ProductId,
};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The first moment of the test: 2011-11-09T00:00Z.
const CUT: i64 = 1_320_796_800;
/// How long it lasts.
const TEST: SignedDuration = SignedDuration::from_hours(31 * 24);
/// So many picks count.
const TOP: usize = 10;
/// What is asked of NDCG@10.
const TARGET: f64 = 0.150;
/// Item-KNN goes by so many neighbours.
const NEIGHBOURS: usize = 100;
/// How often the interval's sample is drawn.
const DRAWS: usize = 1_000;

/// A line of an order: who, when, what.
type Line = (u32, i64, usize);

/// The shop's orders.
struct Orders {
    titles: Vec<String>,
    lines: Vec<Line>,
}

/// What was known before the test, and what was bought anew in it.
struct Split {
    /// What each customer had.
    before: BTreeMap<u32, BTreeSet<usize>>,
    /// What each customer who is known bought in the test and had not.
    anew: BTreeMap<u32, BTreeSet<usize>>,
}

/// Measures and prints it; `false` below the target.
pub(crate) fn run(orders: &Path) -> Result<bool> {
    let orders = read(orders)?;
    let split = orders.split();
    println!(
        "{} lines, {} products, {} customers tested\n",
        orders.lines.len(),
        orders.titles.len(),
        split.anew.len()
    );
    println!("| what | NDCG@10 | 95 % | hit rate@10 |\n|---|---|---|---|");
    let ever = orders.buyers(i64::MIN);
    let lately = orders.buyers(CUT - 30 * 86_400);
    let neighbours = orders.neighbours(&split);
    let by_score = |score: &dyn Fn(u32) -> Vec<f64>| {
        let top = |who: u32| best(&score(who), &split.before[&who]);
        split.judge(top)
    };
    by_score(&|_| ever.clone()).print("popularity");
    by_score(&|_| lately.clone()).print("popularity of 30 days");
    by_score(&|who| neighbours.score(&split.before[&who])).print("item-KNN");
    let mut kept = true;
    for (what, room) in [
        ("ours, every row", usize::MAX),
        ("ours, the store's 1,000 rows", Shelf::All.room()),
        ("ours, 300 rows", 300),
    ] {
        let judged = orders.ours(&split, room)?;
        judged.print(what);
        kept &= room != Shelf::All.room() || judged.ndcg() >= TARGET;
    }
    println!("\nTarget: {TARGET:.3} with the store's rows.");
    Ok(kept)
}

/// Reads orders as `orders.py` writes them; has it write those of a Parquet file.
fn read(path: &Path) -> Result<Orders> {
    let is_parquet = path.extension().is_some_and(|kind| kind == "parquet");
    let text = if is_parquet {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/orders.py");
        let made = Command::new("python3").arg(script).arg(path).output();
        let made = made.context("python3, to read Parquet")?;
        let said = String::from_utf8_lossy(&made.stderr);
        ensure!(made.status.success(), "{script}: {said}");
        String::from_utf8(made.stdout)?
    } else {
        std::fs::read_to_string(path)?
    };
    let (mut titles, mut known, mut lines) = (Vec::new(), HashMap::new(), Vec::new());
    for line in text.lines() {
        let mut parts = line.splitn(3, '\t');
        let mut part = || parts.next().context("a line of three parts");
        let (who, at, title) = (part()?.parse()?, part()?.parse()?, part()?.to_owned());
        let what = *known.entry(title.clone()).or_insert_with(|| {
            titles.push(title);
            titles.len() - 1
        });
        lines.push((who, at, what));
    }
    Ok(Orders { titles, lines })
}

fn id(what: usize) -> Result<ProductId> {
    ProductId::parse(&format!("p{what}")).context("an id")
}

impl Orders {
    fn split(&self) -> Split {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        for (who, at, what) in &self.lines {
            let side: &mut BTreeMap<u32, BTreeSet<usize>> =
                if *at < CUT { &mut before } else { &mut after };
            if *at < CUT + TEST.as_secs() {
                side.entry(*who).or_default().insert(*what);
            }
        }
        let anew = after.into_iter().filter_map(|(who, bought)| {
            let had = before.get(&who)?;
            let anew: BTreeSet<_> = bought.difference(had).copied().collect();
            (!anew.is_empty()).then_some((who, anew))
        });
        let anew = anew.collect();
        Split { before, anew }
    }

    /// How many bought each product from a second on, before the test.
    fn buyers(&self, from: i64) -> Vec<f64> {
        let mut buyers = vec![HashSet::new(); self.titles.len()];
        for (who, at, what) in &self.lines {
            if (from..CUT).contains(at) {
                buyers[*what].insert(who);
            }
        }
        buyers.iter().map(|buyers| buyers.len() as f64).collect()
    }

    /// Each product's nearest by the cosine of who bought them.
    fn neighbours(&self, split: &Split) -> Neighbours {
        let count = self.titles.len();
        let (mut both, mut each) = (vec![0_f64; count * count], vec![0_f64; count]);
        for had in split.before.values() {
            for one in had {
                each[*one] += 1.0;
                for other in had {
                    both[one * count + other] += 1.0;
                }
            }
        }
        let near = (0..count).map(|one| {
            let cosine = |other: usize| {
                let length = (each[one] * each[other]).sqrt();
                both[one * count + other] / if length > 0.0 { length } else { 1.0 }
            };
            let others = (0..count).filter(|other| *other != one);
            let mut near: Vec<_> = others.map(|other| (other, cosine(other))).collect();
            near.retain(|(_, cosine)| *cosine > 0.0);
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(NEIGHBOURS);
            near
        });
        Neighbours(near.collect())
    }

    /// What the rules pick, after one pass of what the workers do.
    fn ours(&self, split: &Split, room: usize) -> Result<Judged> {
        let ids: Vec<_> = (0..self.titles.len()).map(id).collect::<Result<_>>()?;
        let mut histories: HashMap<u32, History> = HashMap::new();
        let mut pairs: Vec<Pairs> = vec![Pairs::default(); ids.len()];
        let mut lines: Vec<_> = self.lines.iter().filter(|line| line.1 < CUT).collect();
        lines.sort_by_key(|(who, at, _)| (*at, *who));
        for order in lines.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let Some((who, second, _)) = order.first() else {
                continue;
            };
            let at = Timestamp::from_second(*second)?;
            let history = histories.entry(*who).or_default();
            let before = history.clone();
            let what: BTreeSet<_> = order.iter().map(|(_, _, what)| *what).collect();
            let bought = what.iter().map(|what| Act::Purchase(ids[*what].clone()));
            let events = bought.map(|what| Event { what, at }).collect();
            let taken = history.take(events, at, NudgeAfter::default());
            taken.ok().context("an order")?;
            for what in what {
                let new = !before.used(&ids[what]).is_some_and(|used| used.got());
                if new && history.used(&ids[what]).is_some() {
                    let had = history.got().into_iter();
                    pairs[what].got(at, had.filter(|had| **had != ids[what]));
                }
            }
        }
        let now = Timestamp::from_second(CUT)?;
        let bought = pairs.iter().enumerate().filter(|(_, pairs)| pairs.n > 0);
        let row =
            |(what, pairs): (usize, &Pairs)| Row::of(&ids[what], None, &self.titles[what], pairs);
        let rows: Vec<_> = bought.map(row).collect();
        let all = Shop::new(rows.iter().cloned(), now);
        let surplus: HashSet<_> = all.surplus(room).into_iter().collect();
        let kept = rows.iter().filter(|row| !surplus.contains(&row.product));
        let shop = Shop::new(kept.cloned(), now);
        let places: HashMap<_, _> = ids.iter().zip(0..).collect();
        let none = History::default();
        Ok(split.judge(|who| {
            let history = histories.get(&who).unwrap_or(&none);
            let had = &split.before[&who];
            let most = TOP + had.len();
            let picks = shop.picks(history, &BTreeSet::new(), Mix::All, now, most);
            let picks = picks
                .iter()
                .filter_map(|pick| places.get(&pick.product).copied());
            picks.filter(|what| !had.contains(what)).take(TOP).collect()
        }))
    }
}

/// Each product's nearest, with how near they are.
struct Neighbours(Vec<Vec<(usize, f64)>>);

impl Neighbours {
    fn score(&self, had: &BTreeSet<usize>) -> Vec<f64> {
        let near = |near: &Vec<(usize, f64)>| {
            let theirs = near.iter().filter(|(other, _)| had.contains(other));
            theirs.map(|(_, near)| near).sum()
        };
        self.0.iter().map(near).collect()
    }
}

/// The best by a score, save what they had.
fn best(score: &[f64], had: &BTreeSet<usize>) -> Vec<usize> {
    let mut order: Vec<_> = (0..score.len())
        .filter(|what| !had.contains(what))
        .collect();
    order.sort_by(|a, b| score[*b].total_cmp(&score[*a]).then(a.cmp(b)));
    order.truncate(TOP);
    order
}

/// How good what was told each customer is.
struct Judged {
    gains: Vec<f64>,
    hits: usize,
}

impl Split {
    /// Judges what each customer is told, the best first: what they bought anew counts.
    fn judge(&self, told: impl Fn(u32) -> Vec<usize>) -> Judged {
        let weight = |place: usize| 1.0 / (place as f64 + 2.0).log2();
        let mut judged = Judged {
            gains: Vec::new(),
            hits: 0,
        };
        for (who, anew) in &self.anew {
            let told = told(*who).into_iter().enumerate();
            let found = told.filter(|(_, what)| anew.contains(what));
            let gain: f64 = found.map(|(place, _)| weight(place)).sum();
            let ideal: f64 = (0..anew.len().min(TOP)).map(weight).sum();
            judged.hits += usize::from(gain > 0.0);
            judged.gains.push(gain / ideal);
        }
        judged
    }
}

impl Judged {
    fn ndcg(&self) -> f64 {
        self.gains.iter().sum::<f64>() / self.gains.len() as f64
    }

    /// Between which the mean lies in 95 of a hundred samples that are drawn anew.
    fn interval(&self) -> (f64, f64) {
        let mut random = StdRng::seed_from_u64(1);
        let count = self.gains.len();
        let draw = |random: &mut StdRng| {
            let drawn = (0..count).map(|_| self.gains[random.random_range(0..count)]);
            drawn.sum::<f64>() / count as f64
        };
        let mut means: Vec<_> = (0..DRAWS).map(|_| draw(&mut random)).collect();
        means.sort_by(f64::total_cmp);
        (means[DRAWS / 40], means[DRAWS - 1 - DRAWS / 40])
    }

    fn print(&self, what: &str) {
        let (low, high) = self.interval();
        let hits = self.hits as f64 / self.gains.len() as f64;
        println!(
            "| {what} | {:.4} | {low:.3} to {high:.3} | {hits:.3} |",
            self.ndcg()
        );
    }
}
