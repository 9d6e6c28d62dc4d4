//! What is said of a post, and answered to it: a page of comments with what stands around them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    engagement::{
        Acts, Comment, Thing, Thread,
        order::{NEWEST, Place, RANKED, ranked, score},
    },
    ids::{CommentId, PostId, UserId},
    posts::Post,
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;
use ulid::Ulid;

use super::{
    Reads,
    leaf::{Leaf, Picked, Way, authors},
};
use crate::{error::Error, store::Best};

/// So many are looked through at once for those whose authors voted for one option.
const LOOKED_THROUGH: usize = 100;

/// Which comments of a post are asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of which post.
    pub post: PostId,
    /// The best first; else the newest.
    pub best_first: bool,
    /// The replies to this one, oldest first; `None` for the top level.
    pub reply_to: Option<CommentId>,
    /// Of those alone who voted for this option.
    pub voted: Option<u8>,
    /// Where the page begins.
    pub place: Option<Place>,
    /// At most so many.
    pub limit: usize,
}

/// Comments as they were found, before it is known who looks.
#[derive(Debug)]
pub struct Lines {
    /// What the replies answer.
    parent: Option<Comment>,
    /// In the order of the table, or by the ids that were asked for.
    found: Vec<Comment>,
    /// Whether there are more after these.
    more: bool,
    /// The best of very many.
    best: Option<Best>,
}

impl Wanted {
    /// So many are read for a page from where it begins.
    fn read_at_once(&self) -> usize {
        match self.voted {
            Some(_) => LOOKED_THROUGH,
            None => self.limit,
        }
    }

    /// The ranked ones that are left for this page and after it; `None` where the list does not go on so.
    fn left(&self) -> Option<Vec<Ulid>> {
        match &self.place {
            Some(Place::Ranked(left, ..)) => {
                Some(left.at(self.post)).filter(|left| !left.is_empty())
            }
            _ => None,
        }
    }

    fn is_of(&self, comment: &Comment) -> bool {
        self.voted.is_none() || (comment.stands() && comment.voted == self.voted)
    }
}

impl Reads {
    /// A post whose comments are asked for, whoever looks, and what they did at it: one round.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn talked_of(
        &self,
        viewer: Option<&UserId>,
        id: PostId,
    ) -> Result<(Option<Post>, Onlooker), Error> {
        let acts = async {
            match viewer {
                Some(viewer) => self.store.acts_at(viewer, id).await,
                None => Ok(Acts::default()),
            }
        };
        let (mut onlooker, post, acts) =
            futures::try_join!(self.onlooker(viewer), self.store.post(id), acts)?;
        if viewer.is_some() {
            onlooker.did([(id, acts)]);
        }
        Ok((post, onlooker))
    }

    /// The comments that a page begins with: one round, beside that of [`Reads::talked_of`].
    ///
    /// # Errors
    /// Those of the table.
    pub async fn lines(&self, wanted: &Wanted) -> Result<Lines, Error> {
        let (store, post, limit) = (&self.store, wanted.post, wanted.read_at_once());
        let mut lines = Lines {
            parent: None,
            found: Vec::new(),
            more: false,
            best: None,
        };
        if let Some(parent) = wanted.reply_to {
            let (after, known) = match &wanted.place {
                Some(Place::Oldest(after, known)) => (*after, known.at(post).len()),
                _ => (None, 0),
            };
            let replies = store.replies_to(parent, after, limit + known);
            let found;
            (lines.parent, found) = futures::try_join!(store.comment(parent), replies)?;
            (lines.found, lines.more) = found;
        } else if let Some(left) = wanted.left() {
            let page = left.into_iter().take(limit);
            let found = store.comments_at(post, page).await?;
            lines.found = found.into_values().collect();
        } else {
            match &wanted.place {
                Some(Place::Ranked(_, rest, _)) => {
                    (lines.found, lines.more) = store.comments_of(post, *rest, limit).await?;
                }
                Some(Place::Newest(before)) => {
                    let found = store.comments_of(post, Some(*before), limit);
                    (lines.found, lines.more) = found.await?;
                }
                None | Some(Place::Oldest(..)) if wanted.best_first => {
                    let newest = store.comments_of(post, None, NEWEST);
                    let found;
                    (found, lines.best) = futures::try_join!(newest, store.best_comments(post))?;
                    (lines.found, lines.more) = found;
                }
                None | Some(Place::Oldest(..)) => {
                    (lines.found, lines.more) = store.comments_of(post, None, limit).await?;
                }
            }
        }
        Ok(lines)
    }

    /// The page of these lines for whoever looks, with what stands around it: one round, and one more where the first
    /// page is ranked over more than the newest.
    ///
    /// # Errors
    /// [`Error::NotFound`] where what the replies answer is not there for them; those of the table.
    pub async fn leaf(
        &self,
        wanted: &Wanted,
        post: &Shown<Post>,
        onlooker: Onlooker,
        lines: Lines,
        now: Timestamp,
    ) -> Result<Leaf, Error> {
        let mut picked = self.picked(wanted, post, &onlooker, lines, now).await?;
        let comments = &picked.comments;
        let smiled = async {
            let owns = comments.iter().map(|comment| comment.id.own).collect();
            match onlooker.id() {
                Some(viewer) => self.store.smiled_at(viewer, wanted.post, &owns).await,
                None => Ok(BTreeSet::new()),
            }
        };
        let mut people = HashMap::new();
        let authors = self.people(authors(comments), now, &mut people);
        let ((), smiled) = futures::try_join!(authors, smiled)?;
        // Whoever leaves says nothing any more.
        let is_there = |said: &Shown<Comment>| !said.stands() || people.contains_key(&said.author);
        picked.comments.retain(is_there);
        Ok(picked.leaf(people, smiled, onlooker, now))
    }

    /// The comments of the page, in order: no round, save where the first page is ranked over more than the newest.
    pub(super) async fn picked(
        &self,
        wanted: &Wanted,
        post: &Shown<Post>,
        onlooker: &Onlooker,
        mut lines: Lines,
        now: Timestamp,
    ) -> Result<Picked, Error> {
        if wanted.reply_to.is_some() {
            let parent = lines.parent.take();
            let parent = parent.filter(|parent| onlooker.sees(&parent.author));
            let parent = parent.filter(|parent| parent.id.parent.is_none());
            parent.ok_or(Error::NotFound)?;
        }
        let thread = Thread {
            accepted: post.accepted.as_ref().map(|accepted| accepted.own),
            results: onlooker.sees_results(post, now),
            ..Thread::default()
        };
        self.summed(&mut lines.found).await?;
        let Ordered { found, order, way } = self.order(wanted, onlooker, &thread, lines).await?;
        let found = found.into_iter();
        let mut found: BTreeMap<_, _> = found.map(|said| (said.id.own, said)).collect();
        let (mut comments, mut through) = (Vec::new(), Vec::new());
        let excepted = way.excepted();
        let mut take = |own: Ulid, comment: Option<Comment>| {
            through.push(own);
            let comment = comment.filter(|said| wanted.is_of(said) && !excepted.contains(&own));
            comments.extend(comment.and_then(|comment| onlooker.reads(comment)));
            comments.len() < wanted.limit
        };
        let order = order.into_iter();
        let mut left = Vec::new();
        let mut goes_on = true;
        for own in order {
            if goes_on {
                goes_on = take(own, found.remove(&own));
            } else {
                left.push(own);
            }
        }
        let way = way.with_left(left);
        Ok(Picked {
            comments,
            thread,
            through,
            way,
        })
    }

    /// Puts what was found into the order of the list, and says how that goes on.
    async fn order(
        &self,
        wanted: &Wanted,
        onlooker: &Onlooker,
        thread: &Thread,
        lines: Lines,
    ) -> Result<Ordered, Error> {
        let Lines {
            found, more, best, ..
        } = lines;
        let post = wanted.post;
        if wanted.reply_to.is_some() {
            let (before, known) = match &wanted.place {
                Some(Place::Oldest(before, known)) => (*before, known.at(post)),
                _ => (None, Vec::new()),
            };
            let known: BTreeSet<_> = known.into_iter().collect();
            let unread = found.iter();
            let unread = unread.filter(|comment| !known.contains(&comment.id.own));
            let unread = unread.cloned().collect();
            let way = Way::Oldest {
                more,
                before,
                known,
            };
            return Ok(Ordered::as_found(unread, way));
        }
        if let (Some(mut left), Some(Place::Ranked(_, rest, except))) =
            (wanted.left(), &wanted.place)
        {
            let after = left.split_off(wanted.read_at_once().min(left.len()));
            let except = except.at(post).into_iter().collect();
            let way = Way::Ranked {
                left: after,
                rest: *rest,
                except,
            };
            return Ok(Ordered {
                found,
                order: left,
                way,
            });
        }
        match &wanted.place {
            Some(Place::Ranked(_, _, except)) => {
                let except: BTreeSet<_> = except.at(post).into_iter().collect();
                Ok(Ordered::as_found(found, Way::Rest { more, except }))
            }
            None | Some(Place::Oldest(..)) if wanted.best_first => {
                self.rank(wanted, onlooker, thread, found, more, best).await
            }
            Some(Place::Newest(_) | Place::Oldest(..)) | None => {
                Ok(Ordered::as_found(found, Way::Newest { more }))
            }
        }
    }

    /// The first page of the best: ranks what was found with what else is to be ranked.
    async fn rank(
        &self,
        wanted: &Wanted,
        onlooker: &Onlooker,
        thread: &Thread,
        mut found: Vec<Comment>,
        mut more: bool,
        best: Option<Best>,
    ) -> Result<Ordered, Error> {
        let (store, post) = (&self.store, wanted.post);
        let best = best.filter(|_| more);
        let has = |found: &[Comment], own| found.iter().any(|said: &Comment| said.id.own == own);
        let accepted = thread.accepted.filter(|own| !has(&found, *own));
        let oldest = found.last().map(|comment| comment.id.own);
        if more && best.is_none() {
            let (next, pointed) = futures::try_join!(
                store.comments_of(post, oldest, RANKED - NEWEST),
                store.comments_at(post, accepted)
            )?;
            let mut next_found;
            (next_found, more) = next;
            let pointed = pointed.into_values();
            let pointed = pointed.filter(|said| !has(&next_found, said.id.own));
            let pointed: Vec<_> = pointed.collect();
            next_found.extend(pointed);
            self.summed(&mut next_found).await?;
            found.extend(next_found);
        }
        let by_age = found
            .iter()
            .filter(|comment| Some(comment.id.own) != accepted);
        let rest = by_age.map(|comment| comment.id.own).min();
        let rest = rest.filter(|_| more);
        found.retain(|comment| onlooker.reads(comment.clone()).is_some() && wanted.is_of(comment));
        let mut scores: BTreeMap<_, _> = best.map(|best| best.best).unwrap_or_default();
        // Of those that were read, what they are now holds, and whether they are shown.
        scores.retain(|own, _| rest.is_none_or(|rest| *own < rest));
        scores.extend(found.iter().map(|said| {
            let score = score(said.smiles, said.replies);
            (said.id.own, score)
        }));
        let mut order = ranked(&scores, thread.accepted);
        let left = order.split_off(wanted.read_at_once().min(order.len()));
        let unread = order.iter().filter(|own| !has(&found, **own)).copied();
        let unread: Vec<_> = unread.collect();
        if !unread.is_empty() {
            let mut read: Vec<_> = store
                .comments_at(post, unread)
                .await?
                .into_values()
                .collect();
            self.summed(&mut read).await?;
            found.extend(read);
        }
        let except = BTreeSet::new();
        let way = Way::Ranked { left, rest, except };
        Ok(Ordered { found, order, way })
    }

    /// A comment that was read, with what lies in the shards of its counts.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn heard(&self, mut comment: Comment) -> Result<Comment, Error> {
        self.summed(std::slice::from_mut(&mut comment)).await?;
        Ok(comment)
    }

    /// Takes in what the shards hold of those of these comments that are hot.
    async fn summed(&self, comments: &mut [Comment]) -> Result<(), Error> {
        let hot = comments.iter_mut().filter(|said| said.heat().is_hot());
        let summed = hot.map(async |said| {
            let thing = Thing::Comment(said.id);
            let shards = self.store.shards(&thing, said.heat(), true).await?;
            said.plus(&shards);
            Ok::<_, Error>(())
        });
        try_join_all(summed).await.map(drop)
    }
}

/// What was found, and in which order it is gone through: some of it may be gone.
struct Ordered {
    found: Vec<Comment>,
    order: Vec<Ulid>,
    way: Way,
}

impl Ordered {
    fn as_found(found: Vec<Comment>, way: Way) -> Self {
        let order = found.iter().map(|comment| comment.id.own).collect();
        Self { found, order, way }
    }
}
