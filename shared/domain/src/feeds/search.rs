//! What is looked for, and what of what lies at a word answers it, in which order (FEEDS 6).

use serde::{Deserialize, Serialize};

use super::{
    findable::Wording,
    words::{may_begin, words},
};
use crate::text::{self, Limit};

/// What may be looked for.
pub const QUERY: Limit = Limit {
    min: 2,
    graphemes: 100,
    bytes: 2_000,
};
/// So many rows of a word are read at first.
pub const FIRST_ROWS: usize = 200;
/// And so many in all, of the rarest word alone.
pub const MOST_ROWS: usize = 1_000;
/// Of what is looked for so many words are looked up, the longest: they are the rarest as a rule. The others are looked
/// for in what is found there.
const LOOKED_UP: usize = 2;

/// What is looked for: a thing answers that has all the words, the last of which may go on where it has three letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    /// All but the last.
    whole: Vec<String>,
    /// The last; `None` where there is no word at all.
    last: Option<Lookup>,
}

/// A word that is looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lookup {
    /// The word.
    pub word: String,
    /// Whether longer words that begin with it count.
    pub open: bool,
}

/// What lies at a word: a thing that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands among all that lie there.
    pub place: RowPlace,
    /// All words that it is found by, parted by spaces.
    pub words: String,
}

/// Where a row stands among all of its word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowPlace {
    /// 99 less the [`bucket`](super::bucket) of the thing: the most popular first.
    pub rank: u8,
    /// Seconds from when it came to be to a day far off: the newest first.
    pub age: u64,
    /// Its id.
    pub id: String,
}

/// A thing that answers, in the order of the answer: the whole word before longer ones, the most popular first, of those
/// the newest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// Whether it has the last word as a beginning alone.
    begun: bool,
    /// Where it stands among its like.
    pub place: RowPlace,
}

/// What was read of a word.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// In their order.
    pub rows: Vec<Row>,
    /// Whether there are more after these.
    pub more: bool,
}

impl Query {
    /// What somebody looks for.
    ///
    /// # Errors
    /// Says what is wrong, for whoever looks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text::within(text.trim(), QUERY)?;
        let mut whole = words([text.as_str()], usize::MAX);
        // The last one that is written, be it written before as well.
        let last = text.split_whitespace().rev();
        let last = last.map(|part| words([part], usize::MAX));
        let last = last.filter_map(|mut part| part.pop()).next();
        whole.retain(|word| Some(word) != last.as_ref());
        let last = last.map(|word| Lookup {
            open: may_begin(&word),
            word,
        });
        Ok(Self { text, whole, last })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words to look up; none where nothing can be found.
    pub fn lookups(&self) -> Vec<Lookup> {
        let whole = self.whole.iter().map(|word| Lookup {
            word: word.clone(),
            open: false,
        });
        let mut all: Vec<_> = whole.chain(self.last.clone()).collect();
        all.sort_by_key(|lookup| std::cmp::Reverse(lookup.word.chars().count()));
        all.truncate(LOOKED_UP);
        all
    }

    /// Which of the words to look up, by how many rows each has as far as that is known: the rarest, where one is known to
    /// be rare or to be frequent; else all.
    pub fn worth_reading(&self, known: &[Option<usize>]) -> Vec<usize> {
        // What was never met is rare as a rule.
        let guessed = |rows: &Option<usize>| rows.unwrap_or(FIRST_ROWS);
        let rarest = known
            .iter()
            .enumerate()
            .min_by_key(|(_, rows)| guessed(rows));
        match rarest {
            Some((rarest, _)) if known.iter().any(Option::is_some) => vec![rarest],
            Some(_) | None => (0..known.len()).collect(),
        }
    }

    /// Whether a thing that is found by these words answers: `Some(true)` where it has the last one as a beginning alone.
    fn answered_by<'a>(&self, words: &(impl Iterator<Item = &'a str> + Clone)) -> Option<bool> {
        let last = self.last.as_ref()?;
        let has = |wanted: &str| words.clone().any(|word| word == wanted);
        if !self.whole.iter().all(|word| has(word)) {
            return None;
        }
        if has(&last.word) {
            return Some(false);
        }
        let begins = last.open && words.clone().any(|word| word.starts_with(&last.word));
        begins.then_some(true)
    }

    /// Whether a thing answers, by what it is found by now.
    pub fn finds(&self, wording: Option<&Wording>) -> bool {
        let words = wording.map(|wording| wording.words.iter().map(String::as_str));
        words.is_some_and(|words| self.answered_by(&words).is_some())
    }

    /// Whether a text answers that is looked through as it is, such as a name: as [`Hit`]s are told apart.
    pub fn reads(&self, texts: &[&str]) -> Option<bool> {
        let words = words(texts.iter().copied(), usize::MAX);
        self.answered_by(&words.iter().map(String::as_str))
    }

    /// What of these rows answers after a place, each thing once, in order.
    pub fn hits(&self, rows: &[Row], after: Option<&Hit>) -> Vec<Hit> {
        let hits = rows.iter().filter_map(|row| {
            Some(Hit {
                begun: self.answered_by(&row.words.split(' '))?,
                place: row.place.clone(),
            })
        });
        let mut hits: Vec<_> = hits.collect();
        hits.retain(|hit| after.is_none_or(|after| hit > after));
        hits.sort();
        // A thing may have several words that begin so.
        hits.dedup();
        hits
    }

    /// Which of the words that were looked up is the rarest, by what was read of each: the one whose rows are all read, the
    /// fewest; else the one of whose rows most answer.
    pub fn rarest(&self, read: &[Rows]) -> Option<usize> {
        let whole = read.iter().enumerate().filter(|(_, rows)| !rows.more);
        let whole = whole.min_by_key(|(_, rows)| rows.rows.len());
        let answers = |rows: &Rows| self.hits(&rows.rows, None).len() * MOST_ROWS;
        let share = |rows: &Rows| answers(rows) / rows.rows.len().max(1);
        let dense = || read.iter().enumerate().max_by_key(|(_, rows)| share(rows));
        let (place, _) = whole.or_else(dense)?;
        Some(place)
    }
}

impl Hit {
    /// Whether it has all the words as they are looked for.
    pub fn is_whole(&self) -> bool {
        !self.begun
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    fn row(rank: u8, age: u64, id: &str, words: &str) -> Row {
        let place = RowPlace {
            rank,
            age,
            id: id.to_owned(),
        };
        let words = words.to_owned();
        Row { place, words }
    }

    fn found(text: &str, rows: &[Row]) -> Vec<String> {
        let hits = query(text).hits(rows, None).into_iter();
        hits.map(|hit| hit.place.id).collect()
    }

    #[test]
    fn what_is_looked_for_has_two_to_a_hundred_characters() {
        for good in ["ab", " ab ", "茶碗", &"x".repeat(100), "!!"] {
            assert!(Query::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            " a ",
            "茶",
            "\u{200b}\u{200b}",
            &"x".repeat(101),
            "a\0b",
        ] {
            assert!(Query::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn all_words_must_be_there_and_the_last_may_go_on() {
        let rows = [
            row(99, 1, "a", "red espresso cup"),
            row(99, 2, "b", "espresso machine"),
            row(99, 3, "c", "red esp"),
            row(99, 4, "d", "redder espresso"),
        ];
        assert_eq!(found("espresso", &rows), ["a", "b", "d"]);
        assert_eq!(found("red espresso", &rows), ["a"]);
        assert_eq!(found("Red ESP", &rows), ["c", "a"]);
        assert_eq!(found("red es", &rows), [""; 0]);
        assert_eq!(found("esp red", &rows), ["c"]);
        assert_eq!(found("!!", &rows), [""; 0]);
        assert!(query("!!").lookups().is_empty());
    }

    #[test]
    fn the_whole_word_comes_first_then_the_popular_then_the_new() {
        let rows = [
            row(99, 5, "old", "mug"),
            row(99, 4, "new", "mug"),
            row(98, 9, "liked", "mug"),
            row(90, 1, "loved", "muggy"),
            row(90, 1, "loved", "mugful"),
        ];
        assert_eq!(found("mugs", &rows), ["liked", "new", "old", "loved"]);
    }

    #[test]
    fn the_longest_two_words_are_looked_up() {
        let looked_up = |text| {
            let lookups = query(text).lookups().into_iter();
            lookups.map(|one| (one.word, one.open)).collect::<Vec<_>>()
        };
        let word = |word: &str, open| (word.to_owned(), open);
        assert_eq!(
            looked_up("a red es"),
            [word("red", false), word("es", false)]
        );
        assert_eq!(
            looked_up("red espresso"),
            [word("espresso", true), word("red", false)]
        );
        assert_eq!(
            looked_up("mug red mug"),
            [word("red", false), word("mug", true)]
        );
        assert_eq!(looked_up("珈琲"), [word("珈琲", false)]);
    }

    #[test]
    fn the_rarest_word_is_the_one_that_is_read_whole_or_answers_most() {
        let query = query("red cup");
        let rows = |count: usize, words: &str, more| Rows {
            rows: (0..count)
                .map(|n| row(99, 1, &n.to_string(), words))
                .collect(),
            more,
        };
        let (many, few) = (rows(200, "red", true), rows(3, "cup", false));
        assert_eq!(query.rarest(&[many.clone(), few.clone()]), Some(1));
        assert_eq!(query.rarest(&[few, rows(0, "", false)]), Some(1));
        let answers = rows(200, "red cup", true);
        assert_eq!(query.rarest(&[many, answers]), Some(1));
        assert_eq!(query.rarest(&[]), None);
    }

    #[test]
    fn the_rarest_word_alone_is_read_where_it_is_known() {
        let query = query("red cup");
        for (known, worth) in [
            ([None, None], &[0, 1][..]),
            ([Some(3), None], &[0]),
            ([Some(1_000), None], &[1]),
            ([Some(1_000), Some(400)], &[1]),
        ] {
            assert_eq!(query.worth_reading(&known), worth, "{known:?}");
        }
        assert!(query.worth_reading(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn pages_of_any_size_give_every_answer_once_in_order(
            things in proptest::collection::vec((0..5_u8, 0..5_u64, "(cup|cups|cupola|red|pot)( (cup|red|cupid))?"), 0..60),
            size in 1..9_usize,
        ) {
            let rows: Vec<_> = things.iter().enumerate()
                .map(|(id, (rank, age, words))| row(*rank, *age, &format!("{id:02}"), words))
                .collect();
            let query = query("cup");
            let all = query.hits(&rows, None);
            prop_assert!(all.is_sorted());
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page: Vec<_> = query.hits(&rows, after.as_ref()).into_iter().take(size).collect();
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                seen.extend(page);
            }
            prop_assert_eq!(&seen, &all);
            let answer = rows.iter().filter(|row| row.words.contains("cup"));
            prop_assert_eq!(all.len(), answer.count());
        }
    }
}
