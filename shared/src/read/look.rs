//! A page of a wall as it is read: what is next on the wall, what of it may be shown, and what of sponsors among it.

use std::collections::HashMap;

use domain::{
    feeds::{Dealt, Drawn, HotList, Offer, Position, WallHand, WallPlace, WallSort, WallSpot},
    ids::PostId,
    posts::{Hydrated, Post, PostKind},
    shown::Shown,
};
use jiff::Timestamp;

/// What is asked of a wall.
#[derive(Debug, Clone)]
pub struct WallAsked {
    /// Which it is.
    pub wall: HotList,
    /// In which order.
    pub sort: WallSort,
    /// One kind of post alone.
    pub kind: Option<PostKind>,
    /// Where the page begins; `None` at the beginning.
    pub spot: Option<WallSpot>,
    /// How many posts it has at most.
    pub limit: usize,
}

/// A page of a wall, as it is read.
#[derive(Debug)]
pub struct WallLook {
    pub(super) asked: WallAsked,
    pub(super) spot: WallSpot,
    pub(super) order: Order,
    /// The wall's own, with how many had been looked at with each of them.
    pub(super) own: Vec<(usize, Shown<Post>)>,
    /// How many were looked at in all.
    pub(super) looked: usize,
    /// The sponsored posts that are not shown yet, those that whoever looks finds.
    pub(super) waiting: HashMap<PostId, Shown<Post>>,
    /// What may be shown now for sponsors.
    pub(super) offers: Vec<Offer>,
    /// What stands in the posts and around them.
    pub read: Hydrated,
}

/// A page of a wall.
#[derive(Debug)]
pub struct WallPage {
    look: WallLook,
    dealt: Vec<Dealt>,
}

/// What is next on a wall, in order.
#[derive(Debug)]
pub(super) enum Order {
    /// From a place on, those before it, and whether there may be more after them.
    New(Position, Vec<Position>, bool),
    /// What was drawn up.
    Drawn(Drawn),
    /// Nothing.
    Ended,
}

impl Order {
    pub(super) fn posts(&self) -> Vec<PostId> {
        match self {
            Self::New(_, places, _) => places.iter().map(|at| at.post).collect(),
            Self::Drawn(drawn) => drawn.posts(),
            Self::Ended => Vec::new(),
        }
    }

    /// Where it goes on after so many of them; `None` at the end.
    fn after(&self, count: usize) -> Option<WallPlace> {
        match self {
            Self::New(begin, places, more) => {
                let left = *more || count < places.len();
                let last = match count.checked_sub(1) {
                    Some(last) => places.get(last),
                    None => Some(begin),
                };
                last.filter(|_| left).copied().map(WallPlace::New)
            }
            Self::Drawn(drawn) => drawn.after(count).map(WallPlace::Drawn),
            Self::Ended => None,
        }
    }
}

impl WallLook {
    /// What stands on the page, with what of sponsors may be shown.
    fn deal(&self, may: impl Fn(PostId) -> bool) -> Vec<Dealt> {
        // Whether the special wall would have a post without its sponsor is not known.
        let topical = matches!(self.asked.wall, HotList::Topic(_));
        let on_it = |post: &Shown<Post>| topical && self.asked.is_on_it(post);
        self.spot.deal(
            self.asked.limit,
            &WallHand {
                own: self.own.len(),
                ends: self.order.after(self.looked).is_none(),
                may: |post| self.waiting.contains_key(&post) && may(post),
                late: |post| self.waiting.get(&post).is_some_and(on_it),
            },
        )
    }

    fn may(&self, post: PostId) -> bool {
        self.offers.iter().any(|offer| offer.post == post)
    }

    /// What the page shows for sponsors.
    pub fn sponsored(&self) -> Vec<Offer> {
        let dealt = self.deal(|post| self.may(post));
        let shown = |offer: &&Offer| dealt.contains(&Dealt::Sponsored(offer.post));
        self.offers.iter().filter(shown).copied().collect()
    }

    /// The page, where nothing is shown for sponsors unless that is counted.
    pub fn page(mut self, counted: bool) -> WallPage {
        // Of a reader who did very much, some of it is known only now; and that an author leaves.
        let read = &self.read;
        let stays = |post: &Post| !read.onlooker.hid(post.id) && read.knows_author(post);
        self.own.retain(|(_, post)| stays(post));
        self.waiting.retain(|_, post| stays(post));
        let dealt = self.deal(|post| counted && self.may(post));
        WallPage { look: self, dealt }
    }
}

impl WallPage {
    /// The posts, in the wall's order, each with whether it is shown for a sponsor.
    pub fn posts(&self) -> impl Iterator<Item = (&Shown<Post>, bool)> {
        let mut own = self.look.own.iter();
        let waiting = &self.look.waiting;
        self.dealt.iter().filter_map(move |dealt| match dealt {
            Dealt::Own => own.next().map(|(_, post)| (post, false)),
            Dealt::Sponsored(post) => waiting.get(post).map(|post| (post, true)),
            Dealt::Late(post) => waiting.get(post).map(|post| (post, false)),
        })
    }

    /// Which wall it is of.
    pub fn wall(&self) -> &HotList {
        &self.look.asked.wall
    }

    /// What stands in the posts and around them.
    pub fn read(&self) -> &Hydrated {
        &self.look.read
    }

    /// Where the next page begins, after so many of the posts; `None` at the end of the wall.
    pub fn after(&self, shown: usize) -> Option<WallSpot> {
        let dealt = self.dealt.get(..shown).unwrap_or(&self.dealt);
        let own = dealt.iter().filter(|dealt| **dealt == Dealt::Own).count();
        let look = &self.look;
        let looked = match (own == look.own.len(), own.checked_sub(1)) {
            (true, _) => look.looked,
            (false, None) => 0,
            (false, Some(last)) => look.own.get(last).map_or(look.looked, |(at, _)| *at),
        };
        let whole = shown < self.dealt.len() || shown == look.asked.limit;
        look.spot.after(dealt, look.order.after(looked), whole)
    }
}

impl WallLook {
    /// Takes in the sponsored posts that were read; a first page chooses of them, none of one's own.
    pub(super) fn take_waiting(&mut self, offered: Vec<PostId>, posts: &HashMap<PostId, Post>) {
        let onlooker = &self.read.onlooker;
        let found = offered.iter().filter_map(|id| {
            let post = posts.get(id)?.clone();
            let wanted = onlooker.id() != Some(&post.author) && self.asked.is_of_kind(&post);
            let shown = onlooker.finds(post).filter(|_| wanted)?;
            Some((*id, shown))
        });
        let mut found: HashMap<_, _> = found.collect();
        if self.asked.spot.is_none() && self.looked == 0 {
            let chosen = offered.into_iter().filter(|id| found.contains_key(id));
            self.spot = WallSpot::begin(chosen);
        }
        found.retain(|id, _| self.spot.has_chosen(*id));
        self.waiting.extend(found);
    }

    /// Takes in those of the wall's own that were read next.
    pub(super) fn take_own(
        &mut self,
        ids: &[PostId],
        mut posts: HashMap<PostId, Post>,
        now: Timestamp,
    ) {
        for id in ids {
            if self.own.len() == self.asked.limit {
                break;
            }
            self.looked += 1;
            let post = posts
                .remove(id)
                .filter(|post| !self.spot.has_chosen(post.id));
            let post = post.filter(|post| self.asked.wants(post, now));
            let shown = post.and_then(|post| self.read.onlooker.finds(post));
            self.own.extend(shown.map(|post| (self.looked, post)));
        }
    }
}

impl WallAsked {
    /// Whether a post is on the wall as it is now: its author may have taken it off since.
    fn wants(&self, post: &Post, now: Timestamp) -> bool {
        let closed = |post: &Post| post.poll.as_ref().is_some_and(|poll| poll.is_closed(now));
        let over = self.wall == HotList::Rising && closed(post);
        self.is_on_it(post) && !over && self.is_of_kind(post)
    }

    /// Whether it is one of the posts that the wall is of.
    fn is_on_it(&self, post: &Post) -> bool {
        match &self.wall {
            HotList::Topic(topic) => post.topics.contains(topic),
            HotList::Store | HotList::Rising => true,
        }
    }

    fn is_of_kind(&self, post: &Post) -> bool {
        self.kind.is_none_or(|kind| post.kind == kind)
    }
}
