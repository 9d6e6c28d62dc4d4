//! Edges between readers and authors: who is served by delivery, who looks posts up, and who goes over from one to the
//! other (FEEDS 1).
//!
//! A follow is `FOLLOWS#`, and the author on a page of the reader's. A delivery goes by `FANS#`, which every change of
//! the edge marks anew: whoever has an author pushed or pulled from then on does so only while it is as it was read, so
//! that of two who move an edge at once one gives up, and at every instant posts have a way.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::{BACK_FILL, Entry, HORIZON, HashRange},
    ids::UserId,
};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys::{self, EXPIRES_AT, Key},
    store::Store,
    table::{Expression, Item, Range},
};

/// What tells how an edge was read from how it is after any change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(u32);

const MARK: &str = "mark";

impl Mark {
    /// Another than all before.
    pub(super) fn anew() -> Self {
        Self(rand::random())
    }
}

/// An edge by which posts are pushed from now on.
pub(super) fn fan(author: &UserId, reader: &UserId) -> Item {
    let mut item = keys::fan(author, reader).attributes();
    let mark = Mark::anew().0.to_string();
    item.insert(MARK.to_owned(), AttributeValue::N(mark));
    item
}

/// A change of an edge, with its mark.
pub(super) fn marked(mark: Mark, change: &str) -> Expression {
    Expression::new(format!("SET {MARK} = :anew{change}")).number(":anew", mark.0.into())
}

/// The same of an edge that is as it was read, by which posts are pushed for good; with the condition.
pub(super) fn as_marked(was: Mark, mark: Mark, change: &str) -> (Expression, String) {
    let change = marked(mark, change).number(":mark", was.0.into());
    let firm = format!("{MARK} = :mark AND attribute_not_exists({EXPIRES_AT})");
    (change, firm)
}

fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Whether posts are still pushed by an edge.
fn serves(item: &Item, now: Timestamp) -> bool {
    number(item, EXPIRES_AT).is_none_or(|until| until > now.as_second())
}

impl Store {
    /// The readers in a part of those to whom an author's posts are pushed. Consistent, so that an edge committed
    /// before a post is never missed by its delivery: a read unit for some 60.
    pub async fn fans_between(
        &self,
        author: &UserId,
        range: HashRange,
        now: Timestamp,
    ) -> Result<Vec<UserId>, Error> {
        let Some((from, to)) = keys::spread_in(range) else {
            return Ok(Vec::new());
        };
        let range = Range {
            from: Some(from),
            to: Some(to),
            consistent: true,
            ..Range::all(keys::fans_of(author))
        };
        let fans = self.table.query_all(range).await?;
        let fans = fans.iter().filter(|fan| serves(fan, now));
        let fans = fans.filter_map(Key::of);
        Ok(fans.filter_map(|key| keys::parse_spread(&key.sk)).collect())
    }

    /// Up to `limit` of those who follow an author, in the order of what stands for them, after `after`; and whether
    /// there are more. Consistent.
    pub async fn followers_after(
        &self,
        author: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        let under = async |collection: String| {
            let range = Range {
                after: after.map(keys::spread),
                limit: Some(limit),
                consistent: true,
                ..Range::all(collection)
            };
            self.table.query(&range).await
        };
        let (pushed, pulled) =
            futures::try_join!(under(keys::fans_of(author)), under(keys::pulls_of(author)))?;
        let found = pushed.items.iter().chain(&pulled.items);
        let mut found: Vec<_> = found.filter_map(Key::of).map(|key| key.sk).collect();
        found.sort_unstable();
        found.dedup();
        // What one of the two did not tell comes after all that it did.
        let more = pushed.more || pulled.more || found.len() > limit;
        found.truncate(limit);
        let readers = found.iter().filter_map(|sk| keys::parse_spread(sk));
        Ok((readers.collect(), more))
    }

    /// The mark of an edge by which posts are pushed for good; `None` where there is none.
    pub async fn edge_mark(&self, reader: &UserId, author: &UserId) -> Result<Option<Mark>, Error> {
        let edge = self.table.get(&keys::fan(author, reader), true).await?;
        let edge = edge.filter(|edge| !edge.contains_key(EXPIRES_AT));
        let mark = edge.and_then(|edge| number(&edge, MARK));
        Ok(mark.and_then(|mark| Some(Mark(mark.try_into().ok()?))))
    }

    /// Delivers an author's latest posts to a reader, save those too old for a home feed; says how many. Consistent, so
    /// that nothing is missed that was published before.
    pub async fn back_fill(
        &self,
        reader: &UserId,
        author: &UserId,
        now: Timestamp,
    ) -> Result<usize, Error> {
        let (posts, _) = self.posts_by(author, None, BACK_FILL).await?;
        let recent = |entry: &Entry| now.duration_since(entry.at.published_at) <= HORIZON;
        let posts = posts.into_iter().filter(recent);
        let deliveries: Vec<_> = posts.map(|entry| (reader.clone(), entry)).collect();
        self.deliver(&deliveries).await?;
        Ok(deliveries.len())
    }
}
