//! How far a post's delivery has come, noted by name.

use std::ops::Range;

use domain::{
    feeds::{Block, Blocks, PLAN_KEPT, Plan, Ranges},
    ids::PostId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Expression, Item, decode, encode},
};

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// How many followers its author had.
    pub followers: u64,
    /// To how many timelines it came.
    pub delivered: u64,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Into how many ranges it was cut; `None` where one message does all, or none was worked off yet.
    pub plan: Option<Plan>,
    /// What came of it, once it is over.
    pub reach: Option<Reach>,
}

#[derive(Deserialize)]
struct Planned {
    s: u32,
    followers: u64,
}

impl From<Planned> for Plan {
    fn from(Planned { s, followers }: Planned) -> Self {
        Self {
            ranges: s,
            followers,
        }
    }
}

/// The numbers that an item holds under a letter and a number.
fn numbered(item: &Item, letter: char) -> impl Iterator<Item = (u32, u64)> {
    item.iter().filter_map(move |(name, value)| {
        let number = name.strip_prefix(letter)?.parse().ok()?;
        Some((number, value.as_n().ok()?.parse().ok()?))
    })
}

fn expiring(now: Timestamp, text: &str) -> Expression {
    let until = now.as_second() + PLAN_KEPT.as_secs();
    Expression::new(text).number(":until", until)
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// Notes into how many ranges a post's delivery is cut, unless that was noted before; the plan that stands.
    pub async fn plan_delivery(
        &self,
        post: PostId,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Plan, Error> {
        let planned = expiring(
            now,
            "SET s = if_not_exists(s, :s), followers = if_not_exists(followers, :followers), \
             expires_at = if_not_exists(expires_at, :until)",
        );
        let planned = planned
            .number(":s", plan.ranges.into())
            .number(":followers", count(plan.followers));
        let key = keys::delivery_plan(post);
        let item = self.table.update(&key, planned.when(None)).await?;
        Ok(decode::<Planned>(item.unwrap_or_default())?.into())
    }

    /// Notes that a range was served, to so many readers; its block as it is with that.
    pub async fn note_range(
        &self,
        post: PostId,
        ranges: Ranges,
        range: u32,
        readers: u64,
        now: Timestamp,
    ) -> Result<Block, Error> {
        let number = ranges.block_of(range);
        let noted = expiring(now, "SET #range = :readers, expires_at = :until")
            .name("#range", &format!("r{range}"))
            .number(":readers", count(readers));
        let key = keys::ranges_done(post, ranges.count, number);
        let item = self.table.update(&key, noted.when(None)).await?;
        let done = numbered(&item.unwrap_or_default(), 'r').collect();
        Ok(Block { number, done })
    }

    /// Notes that a block is whole, and how many readers it had; all that are.
    pub async fn note_block(
        &self,
        post: PostId,
        ranges: Ranges,
        block: u32,
        readers: u64,
        now: Timestamp,
    ) -> Result<Blocks, Error> {
        let noted = expiring(now, "SET #block = :readers, expires_at = :until")
            .name("#block", &format!("b{block}"))
            .number(":readers", count(readers));
        let key = keys::blocks_done(post, ranges.count);
        let item = self.table.update(&key, noted.when(None)).await?;
        Ok(numbered(&item.unwrap_or_default(), 'b').collect())
    }

    /// Which ranges of these blocks of a plan are done.
    pub async fn ranges_done(
        &self,
        post: PostId,
        ranges: Ranges,
        blocks: Range<u32>,
    ) -> Result<Vec<Block>, Error> {
        let keys = blocks.map(|block| keys::ranges_done(post, ranges.count, block));
        let items = self.table.get_all(keys.collect()).await?;
        let blocks = items.iter().filter_map(|item| {
            let keys::Item::RangesDone(_, _, number) = keys::Item::at(&Key::of(item)?)? else {
                return None;
            };
            let done = numbered(item, 'r').collect();
            Some(Block {
                number: u32::try_from(number).ok()?,
                done,
            })
        });
        Ok(blocks.collect())
    }

    /// Notes what came of a delivery.
    pub async fn note_reach(&self, post: PostId, reach: Reach) -> Result<(), Error> {
        let noted = encode(&keys::reach(post), &reach)?;
        self.table.put_all(vec![noted]).await
    }

    /// Takes that away, of a post that is gone.
    pub async fn forget_reach(&self, post: PostId) -> Result<(), Error> {
        self.table.delete(&keys::reach(post)).await
    }

    /// How a delivery was planned, and what came of it.
    pub async fn progress(&self, post: PostId) -> Result<Progress, Error> {
        let keys = vec![keys::delivery_plan(post), keys::reach(post)];
        let mut progress = Progress::default();
        for item in self.table.get_all(keys).await? {
            if Key::of(&item) == Some(keys::reach(post)) {
                progress.reach = Some(decode(item)?);
            } else {
                progress.plan = Some(decode::<Planned>(item)?.into());
            }
        }
        Ok(progress)
    }
}
