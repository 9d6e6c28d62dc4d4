//! What stands in a stream: products with what is like them and who saved them, and posts that show one.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use domain::{
    catalogue::product::Product,
    engagement::{Idea, IdeaList, Shelf},
    feeds::{
        HORIZON, History, Position, Used,
        picks::{Mix, Pick, Shop},
    },
    ids::{ListId, PostId, ProductId, TopicId},
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::{Reads, shelves::Beside};
use crate::error::Error;

/// A product is shown with at most so many like it,
const SIMILAR: usize = 4;
/// and with at most so many of the lists that hold it.
const SAVED_IN: usize = 3;
/// Posts are looked for that show one of the first so many picks,
const SHOWN: usize = 30;
/// so many of each.
const OF_EACH: usize = 3;
/// Where there are fewer picks than this, what is like the last products that somebody used stands in:
const FEW: usize = 20;
/// of so many of them,
const USED: usize = 5;
/// so many each.
const LIKE_EACH: usize = 6;

/// Products of a stream, as they are looked at.
#[derive(Debug)]
pub struct Wares {
    /// Their cards, and those of what speaks for them.
    pub read: Hydrated,
    /// Which public lists hold them, the latest first.
    lists: HashMap<ProductId, Vec<ListId>>,
}

/// A page of a stream, as it was read.
#[derive(Debug)]
pub struct Streamed {
    /// The cards of its products, and what stands in its posts and around them.
    pub read: Hydrated,
    /// Its posts, those that whoever looks finds.
    pub posts: HashMap<PostId, Shown<Post>>,
    /// What is like its products.
    pub similar: HashMap<ProductId, Vec<Product>>,
    /// Which public lists hold them.
    pub lists: HashMap<ProductId, Vec<Shown<IdeaList>>>,
    /// What stands on the cards of those.
    pub shelf: Shelf,
}

impl Reads {
    /// What somebody may be shown in their stream, the best first: what is picked and, where orders are lacking, what is
    /// like what they used last, which takes two rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn picks(
        &self,
        (history, topics): (&History, &BTreeSet<TopicId>),
        mix: Mix,
        now: Timestamp,
        most: usize,
    ) -> Result<(Vec<Pick>, Arc<Shop>), Error> {
        let shop = self.shop(topics, now).await?;
        let mut picks = shop.picks(history, topics, mix, now, most);
        if picks.len() < FEW {
            let known: HashSet<_> = picks.iter().map(|pick| pick.product.clone()).collect();
            let more = self.like_used(history, mix, now).await?;
            picks.extend(
                more.into_iter()
                    .filter(|pick| !known.contains(&pick.product)),
            );
        }
        Ok((picks, shop))
    }

    /// What is like the last products that somebody used.
    async fn like_used(
        &self,
        history: &History,
        mix: Mix,
        now: Timestamp,
    ) -> Result<Vec<Pick>, Error> {
        let counts = |used: &&Used| mix.counts(used);
        let used = history.products().iter().filter(counts).take(USED);
        let used: Vec<_> = used.map(|used| &used.product).collect();
        if used.is_empty() {
            return Ok(Vec::new());
        }
        let read = self.products(used.iter().copied(), now).await?;
        let cards = used.iter().filter_map(|id| read.products.get(*id));
        let near = cards.map(async |card| {
            let near = self.store.nearest(card, LIKE_EACH, now).await?;
            Ok::<_, Error>((card, near))
        });
        let (mut picks, mut known) = (Vec::new(), HashSet::new());
        for (card, near) in try_join_all(near).await? {
            let new = near.into_iter().filter(|id| {
                let bought = history.used(id).is_some_and(|used| used.purchases > 0);
                !bought && known.insert(id.clone())
            });
            picks.extend(new.map(|product| Pick {
                product,
                cause: Some(card.id.clone()),
                query: None,
                topic: None,
            }));
        }
        Ok(picks)
    }

    /// The newest posts that show the first of these, each once, in their order: one round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn showing(&self, picks: &[Pick], now: Timestamp) -> Result<Vec<PostId>, Error> {
        let oldest = now.saturating_sub(HORIZON).unwrap_or(now);
        let (before, oldest) = (Position::end_of(now), Position::start_of(oldest));
        let shown = picks.iter().take(SHOWN);
        let shown = shown.map(|pick| self.store.shows(&pick.product, before, oldest, OF_EACH));
        let found = try_join_all(shown).await?;
        let mut known = HashSet::new();
        // First one of each, then another.
        let turns =
            (0..OF_EACH).flat_map(|turn| found.iter().filter_map(move |posts| posts.get(turn)));
        let turns = turns.map(|at| at.post);
        Ok(turns.filter(|post| known.insert(*post)).collect())
    }

    /// The cards of these and of what speaks for them, and which lists hold them: one round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn wares(&self, picks: &[&Pick], now: Timestamp) -> Result<Wares, Error> {
        let ids = picks.iter().map(|pick| &pick.product);
        let causes = picks.iter().filter_map(|pick| pick.cause.as_ref());
        let lists = picks.iter().map(async |pick| {
            let idea = Idea::Product(pick.product.clone());
            let (lists, _) = self.store.lists_with(&idea, None, SAVED_IN).await?;
            let lists = lists.into_iter().map(|(_, list)| list).collect();
            Ok::<_, Error>((pick.product.clone(), lists))
        });
        let (read, lists) =
            futures::try_join!(self.products(ids.chain(causes), now), try_join_all(lists))?;
        Ok(Wares {
            read,
            lists: lists.into_iter().collect(),
        })
    }

    /// What stands around a page of these products and posts: two rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn streamed(
        &self,
        wares: Wares,
        (products, posts): (&[&ProductId], &[PostId]),
        onlooker: &Onlooker,
        shop: &Shop,
        now: Timestamp,
    ) -> Result<Streamed, Error> {
        let Wares { read, lists } = wares;
        let cards = products.iter().filter_map(|id| read.products.get(*id));
        let beside = |card: &Product| {
            let row = shop.row(&card.id);
            let rows = row
                .map(|row| shop.beside(row, 2 * SIMILAR))
                .unwrap_or_default();
            rows.into_iter().map(|row| row.product.clone()).collect()
        };
        let of: Vec<Beside<'_>> = cards.map(|card| (card, beside(card))).collect();
        let named = products.iter().filter_map(|id| lists.get(*id)).flatten();
        let named: BTreeSet<_> = named.copied().collect();
        let named: Vec<_> = named.into_iter().collect();
        let found = async {
            let (found, mut around) = self.posts(onlooker.clone(), posts).await?;
            let mine = |post: &Post| Some(&post.author) == onlooker.id();
            let found = found.into_values().filter(|post| !mine(post));
            let mut found: HashMap<_, _> = found
                .filter_map(|post| Some((post.id, around.onlooker.finds(post)?)))
                .collect();
            let shown = found.values().map(|post| &**post);
            self.around(shown, now, &mut around).await?;
            found.retain(|id, post| !around.onlooker.hid(*id) && around.knows_author(post));
            Ok((found, around))
        };
        let told = |list| onlooker.is_told_of(list);
        let ((posts, mut around), similar, (shown, shelf)) = futures::try_join!(
            found,
            self.alike(of, SIMILAR, now),
            self.lists(&named, onlooker, told, now)
        )?;
        let shown: HashMap<_, _> = shown.into_iter().map(|list| (list.id, list)).collect();
        let lists = lists.into_iter().map(|(product, ids)| {
            let lists = ids.iter().filter_map(|id| shown.get(id)).cloned();
            (product, lists.collect())
        });
        around.products.extend(read.products);
        around.substitutes.extend(read.substitutes);
        Ok(Streamed {
            read: around,
            posts,
            similar,
            lists: lists.collect(),
            shelf,
        })
    }
}
