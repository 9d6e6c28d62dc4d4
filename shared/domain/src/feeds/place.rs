//! How far a reader has come in a home feed, as a cursor keeps it, and what a page from there on needs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Candidates, HORIZON, Position, Run, Suggested, WINDOW, compact, slots};
use crate::ids::{PostId, ProductId};

/// So many bytes of picks fit into a cursor of 2 KB beside a window.
const PICKS_BYTES: usize = 360;

/// How far a reader has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Nothing younger is shown.
    #[serde(rename = "at")]
    pub(super) snapshot: Timestamp,
    /// The next window begins after this; `None` when there are no more.
    pub(super) before: Option<Position>,
    /// The rest of the last window, by what each is worth.
    #[serde(with = "compact")]
    pub(super) left: Vec<PostId>,
    /// The authors shown last.
    pub(super) run: Run,
    /// How many items were shown.
    pub(super) shown: usize,
    /// What the first page settled; `None` before it.
    pub(super) settled: Option<Settled>,
}

/// What the first page of a feed settles for all that follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    /// The products picked for the reader, the best first.
    pub(super) picks: Vec<Suggested>,
    /// How many of these were shown, or could not be.
    pub(super) used: usize,
    /// The sponsored posts: their own places alone bring them.
    #[serde(with = "compact")]
    pub(super) sponsored: Vec<PostId>,
    /// Those of them that were not shown yet.
    #[serde(with = "compact")]
    pub(super) waiting: Vec<PostId>,
    /// The minute of what is hottest of the store, where that is in the feed.
    pub(super) hot: Option<u32>,
}

impl Settled {
    /// With the first of these picks, as many as a cursor can hold.
    pub(super) fn with(picks: Vec<Suggested>) -> Self {
        let mut left = PICKS_BYTES;
        let fits = |pick: &Suggested| {
            let cause = pick.cause.as_ref().map_or(0, bytes);
            let rest = left.checked_sub(bytes(&pick.product) + cause);
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let picks = picks.into_iter().take(slots::MOST_PICKS);
        Self {
            picks: picks.take_while(fits).collect(),
            ..Self::default()
        }
    }
}

/// What a product's id takes up as JSON, with its name.
fn bytes(id: &ProductId) -> usize {
    let escaped = id.as_str().bytes().filter(|byte| b"\"\\".contains(byte));
    id.as_str().len() + escaped.count() + 8
}

/// What is hottest of the store, as of one minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hot {
    /// By minutes since 1970.
    pub minute: u32,
    /// Where its posts stand.
    pub places: Vec<Position>,
}

/// What a page is made of, before its posts are read.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// What the reader's own sources hold before the place; `None` where nothing is wanted of them.
    pub candidates: Option<Candidates>,
    /// What is hottest of the store, where that is, or may be, in the feed.
    pub hot: Option<Hot>,
    /// What the sources hold together with that.
    pub with_hot: Option<Candidates>,
    /// The sponsored posts that may be shown now, in the order of preference.
    pub offers: Vec<PostId>,
    /// The products picked for the reader, the best first: for a first page alone.
    pub picks: Vec<Suggested>,
}

impl Place {
    /// Before the first post of a feed as of now.
    pub fn start(now: Timestamp) -> Self {
        Self {
            snapshot: now,
            before: Some(Position::end_of(now)),
            left: Vec::new(),
            run: Run::default(),
            shown: 0,
            settled: None,
        }
    }

    /// The moment as of which the feed is read.
    pub fn snapshot(&self) -> Timestamp {
        self.snapshot
    }

    /// Where the feed ends.
    pub fn oldest(&self) -> Position {
        let oldest = self.snapshot.saturating_sub(HORIZON);
        Position::start_of(oldest.unwrap_or(self.snapshot))
    }

    /// Candidates are wanted from strictly before here on.
    pub fn bound(&self) -> Position {
        self.before.unwrap_or_else(|| self.oldest())
    }

    /// How many candidates a page of `limit` needs beside what is left over: whole windows.
    pub fn wanted(&self, limit: usize) -> usize {
        match self.before {
            Some(_) => limit.saturating_sub(self.left.len()).div_ceil(WINDOW) * WINDOW,
            None => 0,
        }
    }

    /// Whether nothing is settled yet: the next page is the first.
    pub fn is_first(&self) -> bool {
        self.settled.is_none()
    }

    /// The minute of what is hottest of the store, where that is in the feed.
    pub fn hot(&self) -> Option<u32> {
        self.settled.as_ref().and_then(|settled| settled.hot)
    }

    /// The products that the first page settled.
    pub fn picks(&self) -> &[Suggested] {
        self.settled.as_ref().map_or(&[], |settled| &settled.picks)
    }

    /// The posts that must be read for a page.
    pub fn posts(&self, supply: &Supply) -> BTreeSet<PostId> {
        let sponsored = match &self.settled {
            Some(settled) => &settled.waiting,
            None => &supply.offers,
        };
        let candidates = supply.candidates.iter().chain(&supply.with_hot);
        let candidates = candidates.flat_map(|candidates| &candidates.places);
        let known = self.left.iter().chain(sponsored).copied();
        known.chain(candidates.map(|at| at.post)).collect()
    }

    /// Whether anything may follow.
    pub(super) fn goes_on(&self) -> bool {
        let waits = |settled: &Settled| !settled.waiting.is_empty();
        let waits = self.settled.as_ref().is_some_and(waits);
        self.before.is_some() || !self.left.is_empty() || waits
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::ids::UserId;

    #[test]
    fn the_fullest_place_fits_into_a_cursor_of_two_kilobytes() {
        let now: Timestamp = "2026-11-21T21:56:00.123456789Z".parse().unwrap();
        let id = |number| PostId(Ulid::from_parts(1_700_000_000_000, number));
        let product = ProductId::parse(&"P".repeat(50)).unwrap();
        let pick = |product: &ProductId| Suggested {
            product: product.clone(),
            cause: Some(product.clone()),
        };
        let settled = Settled::with(vec![pick(&product); 12]);
        assert_eq!(settled.picks.len(), 3);
        let short = ProductId::parse("SPK-1001").unwrap();
        let ten = Settled::with(vec![pick(&short); 12]);
        assert_eq!(ten.picks.len(), slots::MOST_PICKS);
        let author = UserId::parse(&"a".repeat(64)).unwrap();
        let fullest = Place {
            snapshot: now,
            before: Some(Position::end_of(now)),
            left: (0..30).map(id).collect(),
            run: Run::default().then(&author).then(&author),
            shown: 1_000,
            settled: Some(Settled {
                used: 10,
                sponsored: (0..3).map(id).collect(),
                waiting: (0..3).map(id).collect(),
                hot: Some(29_000_000),
                ..settled
            }),
        };
        let json = serde_json::to_string(&fullest).unwrap();
        // Sealed it is 4/3 of that, and 70 bytes.
        assert!(json.len() * 4 / 3 + 70 <= 2_048, "{}", json.len());
        assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), fullest);
        assert!(
            serde_json::from_str::<Place>(&json.replace("\"left\":\"", "\"left\":\"A")).is_err()
        );
    }
}
