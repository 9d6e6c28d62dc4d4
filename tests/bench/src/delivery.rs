//! Push, pull, or both: sixty days of a real graph of followers, by the policy's own code, beside what pure push, pure
//! pull and "pull only celebrities" cost. Everything is counted in writes ($0.625 a million): a read unit is a fifth.

mod street;

use std::{collections::HashMap, path::Path};

use anyhow::Result;
use street::{DAYS, Ours, Street};

use crate::fanout::read;

/// Posts a day, on average, and what a policy that learns may cost beside the better of push and pull.
const TARGETS: [(f64, f64); 3] = [(0.05, 1.05), (0.3, 0.65), (1.0, 1.05)];
/// What one may cost that knows every rate.
const STATIC: f64 = 0.55;

/// Simulates, prints; `false` where a target is missed.
pub(crate) fn run(file: &Path) -> Result<bool> {
    let graph = read(file)?;
    let number: HashMap<u64, usize> = graph.keys().copied().zip(0..).collect();
    let follows: Vec<Vec<usize>> = graph
        .values()
        .map(|others| others.iter().map(|other| number[other]).collect())
        .collect();
    let edges: usize = follows.iter().map(Vec::len).sum();
    println!("people: {}, follows: {edges}, days: {DAYS}", follows.len());
    println!(
        "posts a day    push    pull   celebrity  rates known    ours   × better  known × better  × worse"
    );
    let mut kept = true;
    for (posts, target) in TARGETS {
        let cost = Street::new(&follows, posts).live();
        let per = |cost: f64| cost / (edges as f64 * DAYS as f64);
        let (better, worse) = (cost.push.min(cost.pull), cost.push.max(cost.pull));
        let (ours, known) = (cost.ours.sum() / better, cost.known / better);
        println!(
            "{posts:11}  {:.4}  {:.4}      {:.4}       {:.4}  {:.4}  {ours:.2} (≤ {target})  {known:.2} (≤ {STATIC})  {:.2}; celebrity {:.2}",
            per(cost.push),
            per(cost.pull),
            per(cost.celebrity),
            per(cost.known),
            per(cost.ours.sum()),
            cost.ours.sum() / worse,
            cost.celebrity / better,
        );
        let Ours {
            pushed,
            pulled,
            noted,
            looked,
            moved,
            moves,
        } = cost.ours;
        println!(
            "             of ours: pushed {:.4}, pulled {:.4}, noted {:.4}, looked {:.4}, moved {:.4} ({moves} moves); lost {}, doubled {}",
            per(pushed),
            per(pulled),
            per(noted),
            per(looked),
            per(moved),
            cost.lost,
            cost.doubled
        );
        kept &= ours <= target && known <= STATIC && cost.lost + cost.doubled == 0;
    }
    Ok(kept)
}
