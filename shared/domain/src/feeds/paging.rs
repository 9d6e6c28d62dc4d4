//! A home feed page by page: windows are cut from the candidates and ranked once, and what of them is
//! left over keeps its order, so that no page repeats or skips a post, whatever is published or
//! smiled at meanwhile.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    HORIZON, Position, Reader, Reason, WINDOW,
    ranking::{Run, rank},
};
use crate::{
    ids::PostId,
    posts::Post,
    shown::{Onlooker, Shown},
};

/// How far a reader has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Nothing younger is shown.
    snapshot: Timestamp,
    /// The next window begins after this; `None` when there are no more.
    before: Option<Position>,
    /// The rest of the last window, in order.
    left: Vec<PostId>,
    /// The authors shown last.
    run: Run,
}

/// A page of a home feed.
#[derive(Debug)]
pub struct FeedPage {
    /// In the order to show.
    pub items: Vec<(Shown<Post>, Reason)>,
    /// The posts of the windows that the page is of, in order: those of the page, and what is left over.
    ranked: Vec<PostId>,
    windows: Vec<Window>,
    snapshot: Timestamp,
    /// The authors shown before the page.
    run: Run,
}

/// A stretch of the ranked posts.
#[derive(Debug)]
struct Window {
    /// Its first post.
    start: usize,
    /// The window after it begins after this; `None` after the last.
    before: Option<Position>,
}

impl FeedPage {
    /// Leaves out what turns out not to be wanted after all.
    pub fn retain(&mut self, wanted: impl Fn(PostId) -> bool) {
        let unwanted: Vec<_> = self.ranked.iter().map(|post| !wanted(*post)).collect();
        for window in &mut self.windows {
            let gone = unwanted.iter().take(window.start);
            window.start -= gone.filter(|unwanted| **unwanted).count();
        }
        self.items.retain(|(post, _)| wanted(post.id));
        self.ranked.retain(|post| wanted(*post));
    }

    /// Where a page begins that follows so many of the items; `None` at the end of the feed.
    pub fn after(&self, shown: usize) -> Option<Place> {
        let begun = self
            .windows
            .iter()
            .rposition(|window| window.start <= shown)?;
        let end = self
            .windows
            .get(begun + 1)
            .map_or(self.ranked.len(), |next| next.start);
        let (before, left) = (self.windows[begun].before, self.ranked[shown..end].to_vec());
        let authors = self.items[..shown].iter().map(|(post, _)| &post.author);
        let run = authors.fold(self.run.clone(), |run, author| run.then(author));
        (before.is_some() || !left.is_empty()).then_some(Place {
            snapshot: self.snapshot,
            before,
            left,
            run,
        })
    }
}

impl Place {
    /// Before the first post of a feed as of now.
    pub fn start(now: Timestamp) -> Self {
        Self {
            snapshot: now,
            before: Some(Position::end_of(now)),
            left: Vec::new(),
            run: Run::default(),
        }
    }

    /// The moment as of which the feed is read.
    pub fn snapshot(&self) -> Timestamp {
        self.snapshot
    }

    /// Whether the first page of a feed begins here.
    pub fn is_start(&self) -> bool {
        self.before == Some(Position::end_of(self.snapshot)) && self.left.is_empty()
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

    /// The posts that must be read for a page of `limit`.
    pub fn posts(&self, candidates: &[Position], limit: usize) -> Vec<PostId> {
        let left = self.left.iter().take(limit).copied();
        left.chain(candidates.iter().map(|at| at.post)).collect()
    }

    /// The page of `limit`, of the candidates that were wanted and the posts that were read. Fewer
    /// candidates than wanted say that there are no more.
    pub fn page(
        self,
        candidates: &[Position],
        mut posts: HashMap<PostId, Post>,
        reader: &Reader,
        onlooker: &Onlooker,
        limit: usize,
    ) -> FeedPage {
        let wanted = self.wanted(limit);
        let Self {
            snapshot,
            before,
            mut left,
            run,
        } = self;
        let later = left.split_off(left.len().min(limit));
        let mut allowed = |ids: &mut dyn Iterator<Item = PostId>| -> Vec<_> {
            let posts = ids.filter_map(|id| posts.remove(&id));
            posts
                .filter_map(|post| reader.finds(onlooker, post))
                .collect()
        };
        let after = |run: Run, shown: &[(Shown<Post>, Reason)]| {
            let authors = shown.iter().map(|(post, _)| &post.author);
            authors.fold(run, |run, author| run.then(author))
        };
        let mut items = allowed(&mut left.into_iter());
        let mut last = after(run.clone(), &items);
        let mut windows = vec![Window { start: 0, before }];
        for window in candidates.chunks(WINDOW) {
            let here = allowed(&mut window.iter().map(|at| at.post));
            let ranked = rank(here, reader, snapshot, &last);
            last = after(last, &ranked);
            windows.push(Window {
                start: items.len(),
                before: window.last().copied(),
            });
            items.extend(ranked);
        }
        // A short answer says that there are no more; asking for none says nothing.
        if candidates.len() < wanted
            && let Some(last) = windows.last_mut()
        {
            last.before = None;
        }
        let ranked = items.iter().map(|(post, _)| post.id).chain(later);
        let ranked = ranked.collect();
        items.truncate(limit);
        FeedPage {
            items,
            ranked,
            windows,
            snapshot,
            run,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::SignedDuration;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;
    use crate::{
        ids::UserId,
        people::Rules,
        posts::{PostKind, PostStatus},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// Posts by three followed authors, one a minute, the newest first.
    fn posts(authors: &[usize]) -> Vec<Post> {
        let names = ["ana", "ben", "cleo"];
        let post = |(age, author): (usize, &usize)| {
            let minutes = i64::try_from(age).unwrap();
            let at = NOW - SignedDuration::from_mins(minutes + 1);
            let id = PostId(Ulid::from_parts(1, age as u128));
            let author = UserId::parse(names[*author]).unwrap();
            Post {
                status: PostStatus::Published,
                published_at: Some(at),
                ..Post::new(id, author, PostKind::Story, at)
            }
        };
        authors.iter().enumerate().map(post).collect()
    }

    proptest! {
        #[test]
        fn pages_of_any_size_repeat_nothing_and_skip_nothing_whatever_is_marked_meanwhile(
            authors in proptest::collection::vec(0..3_usize, 0..90),
            limits in proptest::collection::vec(1..40_usize, 90),
            smiles in proptest::collection::vec(0..1_000_u64, 90),
            unwanted in proptest::collection::vec(proptest::bool::weighted(0.1), 90),
            fits in 1..40_usize,
        ) {
            let mut all = posts(&authors);
            let reader = Reader {
                id: UserId::parse("reader").unwrap(),
                following: all.iter().map(|post| post.author.clone()).collect(),
                topics: BTreeSet::new(),
            };
            let onlooker = Onlooker::new(reader.id.clone(), Rules::default());
            let entries: Vec<_> = all.iter().filter_map(Position::of).collect();
            let (mut place, mut seen) = (Some(Place::start(NOW)), Vec::new());
            for (limit, smiles) in limits.into_iter().zip(smiles) {
                let Some(here) = place else { break };
                let (bound, wanted) = (here.bound(), here.wanted(limit));
                let older = entries.iter().filter(|at| **at < bound);
                let candidates: Vec<_> = older.take(wanted).copied().collect();
                let ids = here.posts(&candidates, limit);
                let read = all.iter().filter(|post| ids.contains(&post.id));
                let read = read.map(|post| (post.id, post.clone())).collect();
                let mut page = here.page(&candidates, read, &reader, &onlooker, limit);
                let wanted = |post: &PostId| {
                    let place = all.iter().position(|other| other.id == *post);
                    place.is_some_and(|place| !unwanted[place])
                };
                page.retain(|post| wanted(&post));
                prop_assert!(page.items.len() <= limit);
                // The answer may end before the page does.
                let shown = page.items.len().min(fits);
                seen.extend(page.items[..shown].iter().map(|(post, _)| post.id));
                place = page.after(shown);
                prop_assert!(place.as_ref().is_none_or(|place| place.left.len() <= WINDOW));
                if let Some(post) = all.get_mut(seen.len()) {
                    post.smiles = smiles;
                }
            }
            prop_assert_eq!(place, None);
            let different: BTreeSet<_> = seen.iter().collect();
            prop_assert_eq!(different.len(), seen.len());
            let wanted = unwanted[..authors.len()].iter().filter(|unwanted| !**unwanted);
            prop_assert_eq!(seen.len(), wanted.count());
        }
    }
}
