//! Folding the counts of what a crowd has left (ENGAGEMENT 7): shards are added to the thing, and closed.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::engagement::{Heat, Thing};
use jiff::{SignedDuration, Timestamp};

use super::counts::{heat_of, sum};
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Anew, Conditional, Expression, Item, Write, update, update_if},
};

/// With fewer acts than this since the last look, a crowd has left.
const CROWD: u64 = 60;
/// A thing has at most this many shards.
const MOST: u64 = 64;
/// Closed shards keep their figures so long: whoever read the thing before it was folded adds them still.
const ASTRIDE: SignedDuration = SignedDuration::from_hours(24);

/// What a look at a hot thing comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is hot no more, or is hot anew: another look is not due.
    Over,
    /// A crowd acts on it still: its shards took so many acts by now.
    Hot(u64),
}

impl Store {
    /// Looks at a thing that was hot for the so-manieth time, whose shards had taken so many acts at the last look.
    /// Once the crowd has left, its shards are added to it and closed, all at once, so that its counts are exact before
    /// and after: an act that comes in between begins anew. Where it is gone its shards go too.
    pub async fn look_at(
        &self,
        thing: &Thing,
        generation: u64,
        acts: u64,
        now: Timestamp,
    ) -> Result<Look, Error> {
        let mut anew = Anew::standing_on("what a crowd acts on");
        let key = keys::thing(thing);
        loop {
            let (item, shards) = futures::try_join!(
                self.table.get(&key, true),
                self.shard_items(thing, generation, true)
            )?;
            let Some(item) = item else {
                self.close_all(thing, generation, now).await?;
                return Ok(Look::Over);
            };
            let heat = heat_of(&item);
            if !heat.is_hot() || heat.generation != generation {
                return Ok(Look::Over);
            }
            let taken: u64 = shards.iter().map(acts_of).sum();
            if taken.saturating_sub(acts) >= CROWD {
                return Ok(Look::Hot(taken));
            }
            if self.fold(thing, heat, &shards, now).await? {
                return Ok(Look::Over);
            }
            anew.begin().await?;
        }
    }

    /// Adds shards to their thing and closes all that it may have, if all are as they were read.
    async fn fold(
        &self,
        thing: &Thing,
        heat: Heat,
        shards: &[Item],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut writes = vec![added(thing, heat, shards)?.unless(false)];
        let read = shards
            .iter()
            .filter_map(|item| Some((Key::of(item)?, item)));
        let read: HashMap<_, _> = read.collect();
        for number in 0..heat.shards {
            let key = keys::shard(thing, heat, number);
            let close = closed(now);
            let close = match read.get(&key) {
                // Every act that a shard takes moves this.
                Some(item) => {
                    let acts = i64::try_from(acts_of(item)).map_err(Error::internal)?;
                    update_if(key, close.number(":acts", acts), "acts = :acts")
                }
                None => update_if(key, close, "attribute_not_exists(PK)"),
            };
            writes.push(close.unless(false));
        }
        self.table.transact(true, writes).await
    }

    /// Closes all shards of a thing that is gone: an act under way finds out.
    pub async fn close_all(
        &self,
        thing: &Thing,
        generation: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let heat = Heat {
            shards: MOST,
            generation,
        };
        let close = |number| update(keys::shard(thing, heat, number), closed(now));
        let writes: Vec<Write<()>> = (0..MOST).map(close).collect();
        self.table.transact((), writes).await
    }
}

/// The write by which what lies in shards is the thing's own again.
fn added(thing: &Thing, heat: Heat, shards: &[Item]) -> Result<Conditional, Error> {
    let shards = sum(shards)?;
    let parts = shards.all().filter(|(_, part)| *part != 0).enumerate();
    let (mut sets, mut update) = (Vec::new(), Expression::default());
    for (index, (count, part)) in parts {
        let path = count.path();
        sets.push(format!(
            "{path} = if_not_exists({path}, :zero) + :by{index}"
        ));
        update = update.number(&format!(":by{index}"), part);
    }
    let mut text = "REMOVE heat".to_owned();
    if !sets.is_empty() {
        update = update.number(":zero", 0);
        text = format!("SET {} {text}", sets.join(", "));
    }
    let number = |number: u64| AttributeValue::N(number.to_string());
    let update = update
        .saying(text)
        .value(":heat", number(heat.shards))
        .value(":gen", number(heat.generation));
    let condition = "heat = :heat AND gen = :gen";
    Ok(update_if(keys::thing(thing), update, condition))
}

/// That a shard takes no act any more.
fn closed(now: Timestamp) -> Expression {
    Expression::new("SET closed = :true, expires_at = :then")
        .value(":true", AttributeValue::Bool(true))
        .number(":then", (now + ASTRIDE).as_second())
}

/// How many acts a shard took.
fn acts_of(item: &Item) -> u64 {
    let acts = item.get("acts").and_then(|acts| acts.as_n().ok());
    acts.and_then(|acts| acts.parse().ok()).unwrap_or_default()
}
