//! By which words things are found (FEEDS 6): a row for each, kept in step with the thing.
//!
//! What a thing is found by is noted beside its rows, and both change in one transaction, on condition of how the note was
//! read; the note is read before the thing. So whoever is late begins anew, and whoever is killed has changed nothing.

use std::collections::BTreeSet;

use domain::{
    catalogue::product::Product,
    feeds::{Findable, Wording},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{
        Anew, Expression, Item, Write, delete, delete_if, encode, put, put_if, put_new, value,
    },
};

/// What a thing was found by when its rows were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Noted {
    /// Its words, parted by spaces.
    words: String,
    /// How popular it was: its bucket.
    liked: u8,
    /// Since when it is there.
    since: Timestamp,
}

/// A row of a thing, beside its key.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its words, parted by spaces.
    pub(super) words: String,
}

impl Noted {
    /// A wording, of a thing that is there since it was noted first.
    fn of(wording: &Wording, before: Option<&Self>) -> Self {
        Self {
            words: wording.words.join(" "),
            liked: wording.bucket,
            since: before.map_or(wording.since, |before| before.since),
        }
    }

    fn rows(&self, thing: &Findable) -> BTreeSet<keys::Key> {
        let words = self.words.split(' ');
        let row = |word| keys::found_by(thing, word, self.liked, self.since);
        words.map(row).collect()
    }

    /// The condition that the note says this still.
    fn as_read(&self) -> Result<Expression, Error> {
        let said = "words = :seen_words AND liked = :seen_liked AND since = :seen_since";
        Ok(Expression::new(said)
            .text(":seen_words", &self.words)
            .number(":seen_liked", i64::from(self.liked))
            .value(":seen_since", value(self.since)?))
    }
}

/// How a thing is found now, if it is there, and whether a crowd acts on it, so that its popularity is not told.
#[derive(Debug)]
pub(in crate::store) struct NowFound {
    wording: Option<Wording>,
    hot: bool,
}

impl From<&Product> for NowFound {
    fn from(product: &Product) -> Self {
        Self {
            wording: Wording::of_product(product),
            hot: product.heat().is_hot(),
        }
    }
}

impl NowFound {
    /// What is to be noted, where this is. While a crowd acts on a thing it stands where it stood.
    fn noted(&self, before: Option<&Noted>) -> Option<Noted> {
        let mut noted = Noted::of(self.wording.as_ref()?, before);
        if let Some(before) = before.filter(|_| self.hot) {
            noted.liked = before.liked;
        }
        Some(noted)
    }
}

impl Store {
    /// Keeps what a thing is found by in step with how it is now, however often and in whatever order it is told of.
    pub async fn keep_findable(&self, thing: &Findable) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what something is found by");
        loop {
            let before = self.noted(thing, true).await?;
            let after = self.now_found(thing).await?.noted(before.as_ref());
            if before == after {
                return Ok(());
            }
            // What changed while it was written is looked at once more.
            if !self.note(thing, before.as_ref(), after.as_ref()).await? {
                anew.begin().await?;
            }
        }
    }

    /// Has a thing that is about to go be found no more.
    pub async fn take_findable(&self, thing: &Findable) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what something is found by");
        while let Some(before) = self.noted(thing, true).await? {
            if !self.note(thing, Some(&before), None).await? {
                anew.begin().await?;
            }
        }
        Ok(())
    }

    /// As [`Store::keep_findable`], of a product that was changed to this after the note was read.
    pub(in crate::store) async fn keep_findable_product(
        &self,
        before: Option<&Noted>,
        product: &Product,
    ) -> Result<(), Error> {
        let thing = Findable::Product(product.id.clone());
        let after = NowFound::from(product).noted(before);
        if before == after.as_ref() {
            return Ok(());
        }
        if self.note(&thing, before, after.as_ref()).await? {
            let now = self.now_found(&thing).await?;
            if now.noted(after.as_ref()) == after {
                return Ok(());
            }
        }
        self.keep_findable(&thing).await
    }

    /// What a thing was found by when its rows were written.
    pub(in crate::store) async fn noted(
        &self,
        thing: &Findable,
        consistent: bool,
    ) -> Result<Option<Noted>, Error> {
        self.table.read(&keys::wording(thing), consistent).await
    }

    /// By what a thing is found as of every write acknowledged before.
    async fn now_found(&self, thing: &Findable) -> Result<NowFound, Error> {
        let now = match thing {
            Findable::Product(product) => {
                let product = self.product_now(product).await?;
                product.as_ref().map(NowFound::from)
            }
            Findable::Person(person) => self.profile(person).await?.map(|profile| NowFound {
                wording: Wording::of_person(&profile),
                hot: profile.heat().is_hot(),
            }),
            Findable::Post(post) => self.post_now(*post).await?.map(|post| NowFound {
                wording: Wording::of_post(&post),
                hot: post.heat().is_hot(),
            }),
        };
        Ok(now.unwrap_or(NowFound {
            wording: None,
            hot: false,
        }))
    }

    /// Writes the rows of a thing, and takes those that it has no more. `false` where the note is not as it was read.
    async fn note(
        &self,
        thing: &Findable,
        before: Option<&Noted>,
        after: Option<&Noted>,
    ) -> Result<bool, Error> {
        let key = keys::wording(thing);
        let noted = match (before, after) {
            (None, None) => return Ok(true),
            (None, Some(after)) => put_new(encode(&key, after)?),
            (Some(before), Some(after)) => put_if(encode(&key, after)?, before.as_read()?),
            (Some(before), None) => delete_if(key, before.as_read()?),
        };
        let mut writes = vec![noted.unless(false)];
        let rows = after.map(|after| after.rows(thing)).unwrap_or_default();
        let gone = before.map(|before| before.rows(thing)).unwrap_or_default();
        writes.extend(gone.difference(&rows).cloned().map(delete));
        if let Some(after) = after {
            let rows = rows.iter().map(|key| row(key, after).map(put));
            writes.extend(rows.collect::<Result<Vec<Write<bool>>, _>>()?);
        }
        self.table.transact(true, writes).await
    }
}

/// What a product is found by, as items: to fill an empty table.
pub(in crate::store) fn findable_items(product: &Product) -> Result<Vec<Item>, Error> {
    let thing = Findable::Product(product.id.clone());
    let Some(noted) = NowFound::from(product).noted(None) else {
        return Ok(Vec::new());
    };
    let rows = noted.rows(&thing);
    let rows = rows.iter().map(|key| row(key, &noted));
    let note = encode(&keys::wording(&thing), &noted);
    rows.chain([note]).collect()
}

fn row(key: &keys::Key, noted: &Noted) -> Result<Item, Error> {
    let words = noted.words.clone();
    encode(key, &Kept { words })
}
