//! A home feed page by page: windows are cut from the candidates and ranked once, and what of them is left over keeps
//! its order, so that no page repeats or skips a post, whatever is published, followed or smiled at meanwhile.
//!
//! From a [`Place`], with what was read, one item is dealt after another: each at its place of the feed, some of which
//! are for sponsored posts and for products ([`super::slots`]).

use std::collections::{BTreeSet, HashMap};

use super::{
    Besides, Candidates, Hot, Place, Position, Reader, Reason, Suggested, Supply, place::Settled,
    ranking::ranked, slots,
};
use crate::{
    ids::{PostId, ProductId},
    posts::Post,
    shown::{Onlooker, Shown},
};

/// Whose sources hold fewer posts is shown the hottest of the store besides.
pub const FEW: usize = 20;

type Found = HashMap<PostId, (Shown<Post>, Reason)>;

/// One item of a home feed.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedItem {
    /// A post, with why it is there.
    Post(Box<Shown<Post>>, Reason),
    /// A product.
    Product(Suggested),
}

/// A page of a home feed.
#[derive(Debug)]
pub struct FeedPage {
    /// In the order to show.
    pub items: Vec<FeedItem>,
    /// Where a page begins that follows none of the items, the first, and so on.
    places: Vec<Place>,
}

impl FeedPage {
    /// Where a page begins that follows so many of the items; `None` at the end of the feed.
    pub fn after(&self, shown: usize) -> Option<&Place> {
        self.places.get(shown).filter(|place| place.goes_on())
    }
}

/// What a page is dealt from: posts that are ruled upon and ranked.
#[derive(Debug)]
pub struct Deal {
    start: Place,
    /// The windows after what is left over, by what each post is worth, with where the next begins.
    windows: Vec<(Vec<PostId>, Option<Position>)>,
    /// The posts that are for the reader.
    found: Found,
    /// The sponsored ones that may be shown.
    sponsored: HashMap<PostId, Shown<Post>>,
    /// Products that cannot be shown.
    missing: BTreeSet<ProductId>,
}

impl Deal {
    /// From this place on, of the posts that were read for it.
    pub fn of(
        mut place: Place,
        supply: Supply,
        posts: &HashMap<PostId, Post>,
        reader: &Reader,
        onlooker: &Onlooker,
    ) -> Self {
        let first = place.is_first();
        let settled = place.settled.take();
        let mut settled = settled.unwrap_or_else(|| Settled::with(supply.picks));
        let find = |hot| find(posts, reader, onlooker, &settled.picks, hot);
        let mut found = find(None);
        let own = supply.candidates.iter().flat_map(|own| &own.places);
        let own = own.filter(|at| found.contains_key(&at.post)).count();
        // A feed goes on as it began.
        let (hot, candidates) = match supply.hot {
            Some(hot) if !first || own < FEW => (Some(hot), supply.with_hot),
            Some(_) | None => (None, supply.candidates),
        };
        if hot.is_some() {
            found = find(hot.as_ref());
        }
        settled.hot = hot.map(|hot| hot.minute);
        let offered = supply.offers.iter().filter_map(|id| {
            let post = posts.get(id).filter(|post| post.author != reader.id)?;
            // As old as nothing else in the feed, it is not in it either.
            Position::of(post).filter(|at| *at >= place.oldest())?;
            let post = onlooker.finds(post.clone())?;
            (!onlooker.turned_down(*id)).then_some((*id, post))
        });
        let sponsored: HashMap<_, _> = offered.collect();
        if first {
            let may = supply.offers.iter().filter(|id| sponsored.contains_key(id));
            let may: Vec<_> = may.take(slots::MOST_SPONSORED).copied().collect();
            settled.sponsored = reached(may, &found, candidates.as_ref(), settled.picks.len());
            settled.waiting.clone_from(&settled.sponsored);
        }
        let windows = candidates
            .iter()
            .flat_map(Candidates::windows)
            .map(|(window, end)| {
                let here = window.iter().map(|at| at.post);
                let here = here.filter(|id| !settled.sponsored.contains(id));
                let here = here.filter_map(|id| found.get(&id));
                let worth =
                    |post: &Post, reason: &Reason| reader.worth(post, reason, place.snapshot);
                let here = here.map(|(post, reason)| (&**post, worth(post, reason)));
                (ranked(here), end)
            });
        let windows = windows.collect();
        place.settled = Some(settled);
        Self {
            start: place,
            windows,
            found,
            sponsored,
            missing: BTreeSet::new(),
        }
    }

    /// Leaves out what turns out not to be wanted after all.
    pub fn without(
        &mut self,
        posts: &BTreeSet<PostId>,
        products: impl IntoIterator<Item = ProductId>,
    ) {
        self.found.retain(|id, _| !posts.contains(id));
        self.sponsored.retain(|id, _| !posts.contains(id));
        self.missing.extend(products);
    }

    /// Shows nothing for sponsors after all.
    pub fn unsponsored(&mut self) {
        self.sponsored.clear();
    }

    /// The page of `limit`, which ends early before what is not ready.
    pub fn page(&self, limit: usize, ready: impl Fn(&FeedItem) -> bool) -> FeedPage {
        let mut hand = Hand {
            at: self.start.clone(),
            windows: self.windows.iter(),
            deal: self,
        };
        let (mut items, mut places) = (Vec::new(), vec![hand.at.clone()]);
        while items.len() < limit {
            match hand.next() {
                Some(item) if ready(&item) => {
                    items.push(item);
                    places.push(hand.at.clone());
                }
                Some(_) => break,
                // What was passed by without an item is not looked at again.
                None => {
                    places.pop();
                    places.push(hand.at.clone());
                    break;
                }
            }
        }
        FeedPage { items, places }
    }
}

fn find(
    posts: &HashMap<PostId, Post>,
    reader: &Reader,
    onlooker: &Onlooker,
    picks: &[Suggested],
    hot: Option<&Hot>,
) -> Found {
    let hot = hot.map(|hot| hot.places.iter().map(|at| at.post).collect::<BTreeSet<_>>());
    let hot = hot.as_ref();
    let besides = Besides { picks, hot };
    let found = posts
        .values()
        .filter_map(|post| reader.finds(onlooker, post.clone(), &besides));
    found
        .map(|(post, reason)| (post.id, (post, reason)))
        .collect()
}

/// Those of these posts that come to stand at a place of theirs: where too little is before, they stay where they are.
fn reached(
    mut sponsored: Vec<PostId>,
    found: &Found,
    candidates: Option<&Candidates>,
    products: usize,
) -> Vec<PostId> {
    while let Some(candidates) = candidates.filter(|candidates| !candidates.has_more()) {
        let places = candidates.places.iter().map(|at| at.post);
        let others = places.filter(|id| found.contains_key(id) && !sponsored.contains(id));
        if slots::reached(others.count(), products, sponsored.len()) == sponsored.len() {
            break;
        }
        sponsored.pop();
    }
    sponsored
}

/// The state of a page as it is dealt.
struct Hand<'a> {
    at: Place,
    windows: std::slice::Iter<'a, (Vec<PostId>, Option<Position>)>,
    deal: &'a Deal,
}

impl Hand<'_> {
    fn next(&mut self) -> Option<FeedItem> {
        self.refill();
        let place = self.at.shown + 1;
        let item = if slots::is_sponsored(place) {
            self.sponsored()
        } else if slots::is_product(place) {
            self.product()
        } else {
            None
        };
        let item = match item {
            Some(item) => item,
            // An empty slot closes up.
            None => self.post()?,
        };
        self.at.shown = place;
        if let FeedItem::Post(post, _) = &item {
            self.at.run = self.at.run.then(&post.author);
        }
        Some(item)
    }

    /// Takes up the next window when nothing is left of the last.
    fn refill(&mut self) {
        let found = &self.deal.found;
        self.at.left.retain(|id| found.contains_key(id));
        while self.at.left.is_empty()
            && let Some((window, before)) = self.windows.next()
        {
            self.at.left = window
                .iter()
                .filter(|id| found.contains_key(id))
                .copied()
                .collect();
            self.at.before = *before;
        }
    }

    fn sponsored(&mut self) -> Option<FeedItem> {
        let (run, deal) = (&self.at.run, self.deal);
        let settled = self.at.settled.as_mut()?;
        let shown = |id: &PostId| deal.sponsored.get(id);
        let may = |id: &PostId| shown(id).is_some_and(|post| run.allows(&post.author));
        // Who would follow themselves a third time waits, while somebody else can stand between.
        let mut left = self.at.left.iter().filter_map(|id| deal.found.get(id));
        let others = left.any(|(post, _)| run.allows(&post.author));
        let any = |id: &PostId| !others && shown(id).is_some();
        let waiting = &settled.waiting;
        let next = waiting
            .iter()
            .position(may)
            .or_else(|| waiting.iter().position(any))?;
        let post = shown(&settled.waiting.remove(next))?.clone();
        Some(FeedItem::Post(Box::new(post), Reason::Sponsored))
    }

    fn product(&mut self) -> Option<FeedItem> {
        let settled = self.at.settled.as_mut()?;
        loop {
            let pick = settled.picks.get(settled.used)?;
            settled.used += 1;
            if !self.deal.missing.contains(&pick.product) {
                return Some(FeedItem::Product(pick.clone()));
            }
        }
    }

    /// The next of what is ranked.
    fn post(&mut self) -> Option<FeedItem> {
        let found = &self.deal.found;
        if self.at.left.is_empty() && self.at.before.is_none() {
            // A sponsored post whose place was not reached, or that is sponsored no more, is in the feed all the same
            // where something else brings it.
            let settled = self.at.settled.as_mut()?;
            self.at.left = std::mem::take(&mut settled.waiting);
            self.at.left.retain(|id| found.contains_key(id));
        }
        let authors = self.at.left.iter().filter_map(|id| found.get(id));
        let authors: Vec<_> = authors.map(|(post, _)| &post.author).collect();
        let next = self.at.run.next(&authors)?;
        let (post, reason) = found.get(&self.at.left.remove(next))?.clone();
        Some(FeedItem::Post(Box::new(post), reason))
    }
}

#[cfg(test)]
mod tests;
