//! What is found by words, as whoever looks may see it.
//!
//! A row may be older than its thing: what is found is looked at as it is now, and what does not answer any more is left
//! out.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use domain::{
    catalogue::product::Product,
    feeds::{
        FindableKind, Wording,
        search::{Lookup, Query},
    },
    ids::{PostId, ProductId, UserId},
    people::Profile,
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use jiff::Timestamp;

use super::Reads;
use crate::{
    error::Error,
    store::{Hits, SearchPlace, Thorough},
};

/// Of each kind so many are found at a glance.
pub const GLANCE: usize = 5;
/// So often more is read where some of what was found is not shown.
const TURNS: usize = 3;

/// An instance remembers of so many words how many rows they have.
const HEARD: usize = 50_000;

/// How many rows words had when they were last read: of two words the rarer is known by it. Whatever it says, what is found
/// is the same.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<HashMap<(FindableKind, Lookup), usize>>);

impl Heard {
    fn of(&self, kind: FindableKind, lookup: &Lookup) -> Option<usize> {
        let heard = self.0.lock().ok()?;
        heard.get(&(kind, lookup.clone())).copied()
    }

    fn learn(&self, kind: FindableKind, hits: &mut Hits) {
        let Ok(mut heard) = self.0.lock() else {
            return;
        };
        if heard.len() > HEARD {
            heard.clear();
        }
        let lengths = std::mem::take(&mut hits.lengths).into_iter();
        heard.extend(lengths.map(|(lookup, rows)| ((kind, lookup), rows)));
    }
}

/// Things that were found.
#[derive(Debug)]
pub struct Findings<T> {
    /// In order.
    pub items: Vec<T>,
    hits: Hits,
    /// How many of the hits were gone through up to each of the items, that included.
    through: Vec<usize>,
    /// And in all.
    gone_through: usize,
}

impl<T> Findings<T> {
    /// Where the next page begins after so many of the items; `None` at the end.
    pub fn after(&self, shown: usize) -> Option<SearchPlace> {
        let cut = shown
            .checked_sub(1)
            .filter(|_| shown < self.items.len())
            .and_then(|last| self.through.get(last));
        self.hits.after(cut.copied().unwrap_or(self.gone_through))
    }

    fn new(hits: Hits) -> Self {
        Self {
            items: Vec::new(),
            hits,
            through: Vec::new(),
            gone_through: 0,
        }
    }

    /// The ids of those that are to be looked at next for a page of `limit`.
    fn next(&self, limit: usize) -> Vec<String> {
        let left = limit.saturating_sub(self.items.len());
        let hits = self.hits.hits.iter().skip(self.gone_through).take(left);
        hits.map(|hit| hit.place.id.clone()).collect()
    }

    /// Takes what came of each of these.
    fn take(&mut self, looked_at: impl IntoIterator<Item = Option<T>>) {
        for item in looked_at {
            self.gone_through += 1;
            if let Some(item) = item {
                self.items.push(item);
                self.through.push(self.gone_through);
            }
        }
    }

    /// Leaves out what turns out not to be wanted after all.
    fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        let kept: Vec<_> = self.items.iter().map(wanted).collect();
        let mut keep = kept.iter().copied();
        self.items.retain(|_| keep.next().unwrap_or(true));
        let mut keep = kept.into_iter();
        self.through.retain(|_| keep.next().unwrap_or(true));
    }
}

/// Products that were found, with what stands on their cards.
#[derive(Debug)]
pub struct FoundProducts {
    /// Which.
    pub found: Findings<ProductId>,
    /// Themselves, and what can be bought in their stead.
    pub read: Hydrated,
}

/// Posts that were found, with what stands in them and around them.
#[derive(Debug)]
pub struct FoundPosts {
    /// Themselves.
    pub found: Findings<Shown<Post>>,
    /// What stands around them.
    pub read: Hydrated,
}

/// Some of each kind.
#[derive(Debug)]
pub struct Glance {
    /// Products.
    pub products: FoundProducts,
    /// People.
    pub people: Findings<Shown<Profile>>,
    /// Posts.
    pub posts: FoundPosts,
}

impl Reads {
    /// Some of what is found of each kind: three rounds, and more where something cannot be bought or is not shown.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn glance(
        &self,
        query: &Query,
        viewer: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Glance, Error> {
        let finds = |kind| self.hits(kind, query, None, GLANCE, Thorough::Glance);
        let (onlooker, products, people, posts) = futures::try_join!(
            self.onlooker(viewer),
            finds(FindableKind::Product),
            finds(FindableKind::Person),
            finds(FindableKind::Post),
        )?;
        let (products, people, posts) = futures::try_join!(
            self.products_of(query, products, GLANCE, now),
            self.people_of(query, people, &onlooker, GLANCE, now),
            Box::pin(self.posts_of(query, posts, onlooker.clone(), GLANCE, now)),
        )?;
        Ok(Glance {
            products,
            people,
            posts,
        })
    }

    /// A page of the products that are found.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn found_products(
        &self,
        query: &Query,
        place: Option<&SearchPlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<FoundProducts, Error> {
        let hits = self.hits(FindableKind::Product, query, place, limit, Thorough::Whole);
        self.products_of(query, hits.await?, limit, now).await
    }

    /// A page of the people that are found.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn found_people(
        &self,
        query: &Query,
        viewer: Option<&UserId>,
        place: Option<&SearchPlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Findings<Shown<Profile>>, Error> {
        let hits = self.hits(FindableKind::Person, query, place, limit, Thorough::Whole);
        let (onlooker, hits) = futures::try_join!(self.onlooker(viewer), hits)?;
        self.people_of(query, hits, &onlooker, limit, now).await
    }

    /// A page of the posts that are found.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn found_posts(
        &self,
        query: &Query,
        viewer: Option<&UserId>,
        place: Option<&SearchPlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<FoundPosts, Error> {
        let hits = self.hits(FindableKind::Post, query, place, limit, Thorough::Whole);
        let (onlooker, hits) = futures::try_join!(self.onlooker(viewer), hits)?;
        Box::pin(self.posts_of(query, hits, onlooker, limit, now)).await
    }

    /// What is found of a kind, without a look at it: a round, and one more where the first rows of a word do not tell.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn hits(
        &self,
        kind: FindableKind,
        query: &Query,
        place: Option<&SearchPlace>,
        limit: usize,
        thorough: Thorough,
    ) -> Result<Hits, Error> {
        let known = |lookup: &Lookup| self.heard.of(kind, lookup);
        let found = self
            .store
            .looked_for(kind, query, place, limit, thorough, known);
        let mut found = found.await?;
        self.heard.learn(kind, &mut found);
        Ok(found)
    }

    /// The same that takes nothing for known: what is called otherwise since is found by that at once.
    fn anew(&self) -> Self {
        Self {
            cards: None,
            ..self.clone()
        }
    }

    async fn products_of(
        &self,
        query: &Query,
        hits: Hits,
        limit: usize,
        now: Timestamp,
    ) -> Result<FoundProducts, Error> {
        let (mut found, mut read) = (Findings::new(hits), Hydrated::default());
        for _ in 0..TURNS {
            let ids = found.next(limit);
            if ids.is_empty() {
                break;
            }
            let ids = ids.iter().map(|id| ProductId::parse(id));
            let ids: Vec<_> = ids.collect();
            let next = self.anew().products(ids.iter().flatten(), now).await?;
            read.products.extend(next.products);
            read.substitutes.extend(next.substitutes);
            let answers = |product: &Product| query.finds(Wording::of_product(product).as_ref());
            found.take(ids.into_iter().map(|id| {
                let id = id?;
                read.products.get(&id).is_some_and(answers).then_some(id)
            }));
        }
        Ok(FoundProducts { found, read })
    }

    async fn people_of(
        &self,
        query: &Query,
        hits: Hits,
        onlooker: &Onlooker,
        limit: usize,
        now: Timestamp,
    ) -> Result<Findings<Shown<Profile>>, Error> {
        let (mut found, mut read) = (Findings::new(hits), HashMap::new());
        for _ in 0..TURNS {
            let ids = found.next(limit);
            if ids.is_empty() {
                break;
            }
            let ids = ids.iter().map(|id| UserId::parse(id));
            let ids: Vec<_> = ids.collect();
            let seen = ids.iter().flatten().filter(|id| onlooker.sees(id));
            let seen = seen.collect();
            self.anew().people(seen, now, &mut read).await?;
            let looked_at = ids.iter().map(|id| {
                let profile = read.get(id.as_ref()?).cloned()?;
                let answers = query.finds(Wording::of_person(&profile).as_ref());
                onlooker.meets(profile).filter(|_| answers)
            });
            found.take(looked_at);
        }
        Ok(found)
    }

    async fn posts_of(
        &self,
        query: &Query,
        hits: Hits,
        onlooker: Onlooker,
        limit: usize,
        now: Timestamp,
    ) -> Result<FoundPosts, Error> {
        let mut found: Findings<Shown<Post>> = Findings::new(hits);
        let mut read = Hydrated {
            onlooker,
            ..Hydrated::default()
        };
        for _ in 0..TURNS {
            let ids = found.next(limit);
            if ids.is_empty() {
                break;
            }
            let ids: Vec<_> = ids.iter().map(|id| id.parse().ok()).collect();
            let asked: Vec<PostId> = ids.iter().flatten().copied().collect();
            let onlooker = std::mem::take(&mut read.onlooker);
            let (mut posts, next) = self.posts(onlooker, &asked).await?;
            read.onlooker = next.onlooker;
            read.unread.extend(next.unread);
            let looked_at = ids.iter().map(|id| {
                let post = posts.remove(id.as_ref()?)?;
                let answers = query.finds(Wording::of_post(&post).as_ref());
                read.onlooker.looks_through(post).filter(|_| answers)
            });
            found.take(looked_at.collect::<Vec<_>>());
        }
        let shown = found.items.iter().map(|post| &**post);
        self.around(shown, now, &mut read).await?;
        // Whoever leaves has said nothing any more.
        let authors: BTreeSet<_> = read.people.keys().cloned().collect();
        found.retain(|post| authors.contains(&post.author));
        Ok(FoundPosts { found, read })
    }
}

#[cfg(test)]
mod tests {
    use domain::feeds::search::{Row, RowPlace};

    use super::*;

    /// What is found by `mug` among so many.
    fn findings(count: usize) -> Findings<usize> {
        let rows: Vec<_> = (0..count)
            .map(|id| Row {
                place: RowPlace {
                    rank: 99,
                    age: 1,
                    id: format!("{id:02}"),
                },
                words: "mug".to_owned(),
            })
            .collect();
        let query = Query::parse("mug").unwrap();
        let mut hits = Hits::default();
        hits.hits = query.hits(&rows, None);
        Findings::new(hits)
    }

    #[test]
    fn a_page_is_filled_and_the_next_begins_after_what_was_gone_through() {
        let mut found = findings(10);
        assert_eq!(found.next(3), ["00", "01", "02"]);
        found.take([None, Some(1), None]);
        assert_eq!(found.next(3), ["03", "04"]);
        found.take([Some(3), Some(4)]);
        assert!(found.next(3).is_empty());
        let after = |shown| found.after(shown).map(|place| place.after.place.id);
        let place = |id: &str| Some(id.to_owned());
        assert_eq!(after(3), place("04"));
        assert_eq!(after(2), place("03"));
        assert_eq!(after(1), place("01"));
        found.retain(|item| *item != 4);
        assert_eq!(found.items, [1, 3]);
        assert_eq!(
            found.after(2).map(|place| place.after.place.id),
            place("04")
        );
        let mut all = findings(2);
        all.take([Some(0), Some(1)]);
        assert_eq!(all.after(2), None);
    }
}
