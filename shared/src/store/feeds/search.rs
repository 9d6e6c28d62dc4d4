//! Looking for things by words (FEEDS 6).

use domain::feeds::{
    FindableKind,
    search::{FIRST_ROWS, Hit, Lookup, MOST_ROWS, Query, Row, Rows},
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::finding::Kept;
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Found, Item, Range, decode},
};

/// How far a list of what was found has been paged through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPlace {
    /// The last thing that was gone through.
    pub after: Hit,
    /// Which of the words is gone through.
    word: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// In order, each thing once.
    pub hits: Vec<Hit>,
    /// How many rows were read.
    pub looked_at: usize,
    /// How many rows each word has that was read, as far as they were.
    pub lengths: Vec<(Lookup, usize)>,
    /// Which of the words was gone through.
    word: usize,
}

impl Hits {
    /// The place after so many of what was found; `None` at the end.
    pub fn after(&self, gone_through: usize) -> Option<SearchPlace> {
        let last = gone_through
            .checked_sub(1)
            .filter(|_| gone_through < self.hits.len());
        let after = self.hits.get(last?)?.clone();
        let word = self.word;
        Some(SearchPlace { after, word })
    }
}

/// How thoroughly something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thorough {
    /// All that is read of the rarest word is put in order.
    Whole,
    /// What is read at first will do where it is enough.
    Glance,
}

impl Store {
    /// What of a kind is found after a place, more than so many where there are more: one round, and one more where the
    /// first rows of the words do not tell. `known` says how many rows a word has, where that was seen: it saves reading
    /// those of a frequent one.
    pub async fn looked_for(
        &self,
        kind: FindableKind,
        query: &Query,
        place: Option<&SearchPlace>,
        wanted: usize,
        thorough: Thorough,
        known: impl Fn(&Lookup) -> Option<usize>,
    ) -> Result<Hits, Error> {
        let lookups = query.lookups();
        let worth = match place {
            Some(place) => vec![place.word],
            None => query.worth_reading(&lookups.iter().map(known).collect::<Vec<_>>()),
        };
        let asked = worth.into_iter().filter_map(|word| {
            let lookup = lookups.get(word)?;
            Some(async move {
                let (rows, last) = self.rows(kind, lookup, None, FIRST_ROWS).await?;
                Ok::<_, Error>((word, rows, last))
            })
        });
        let mut read = try_join_all(asked).await?;
        let mut hits = Hits::default();
        for (word, rows, _) in &read {
            hits.looked_at += rows.rows.len();
            hits.lengths.push((lookups[*word].clone(), rows.rows.len()));
        }
        let first: Vec<_> = read.iter().map(|(_, rows, _)| rows.clone()).collect();
        let Some(rarest) = query.rarest(&first) else {
            return Ok(hits);
        };
        let (word, mut rows, last) = read.swap_remove(rarest);
        let (lookup, after) = (&lookups[word], place.map(|place| &place.after));
        hits.word = word;
        hits.hits = query.hits(&rows.rows, after);
        // Rows that are in the order of the answer tell its first things by themselves: those that have the whole word,
        // and, at the word that may go on, all others after them.
        let whole = hits.hits.iter().filter(|hit| hit.is_whole()).count();
        let glance = thorough == Thorough::Glance && lookup.open && hits.hits.len() > wanted;
        if rows.more && whole <= wanted && !glance {
            let more = self.rows(kind, lookup, last, MOST_ROWS - FIRST_ROWS);
            let (more, _) = more.await?;
            hits.looked_at += more.rows.len();
            rows.rows.extend(more.rows);
            hits.lengths.push((lookup.clone(), rows.rows.len()));
            hits.hits = query.hits(&rows.rows, after);
        }
        Ok(hits)
    }

    /// Up to so many rows of a word after one, and the sort key of the last.
    async fn rows(
        &self,
        kind: FindableKind,
        lookup: &Lookup,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Rows, Option<String>), Error> {
        let (from, to) = keys::looked_up(lookup);
        let range = Range {
            from: Some(from),
            to: Some(to),
            after,
            limit: Some(limit),
            ..Range::all(keys::findable_by(kind, &lookup.word))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let last = items.last().and_then(Key::of).map(|key| key.sk);
        let rows = items.into_iter().filter_map(row).collect();
        Ok((Rows { rows, more }, last))
    }
}

fn row(item: Item) -> Option<Row> {
    let place = keys::parse_found_by(&Key::of(&item)?.sk)?;
    let Kept { words } = decode(item).ok()?;
    Some(Row { place, words })
}
