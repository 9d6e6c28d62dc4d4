//! Counts that hold under a crowd (ENGAGEMENT 4-8): in the thing itself, or in shards beside it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Count, Heat, Shards, Thing},
    posts::PostStatus,
};
use futures::future::try_join_all;

use crate::{
    aws::Tries,
    error::Error,
    keys,
    store::Store,
    table::{Attempt, Conditional, EXISTS, Expression, Item, Range, Write, update_if, value},
};

/// A thing whose counts an act moves, as it was read.
#[derive(Debug)]
pub(in crate::store) struct Counted {
    thing: Thing,
    heat: Heat,
    moves: Vec<(Count, i64)>,
    /// Placeholders that the condition on the thing itself names, beside it.
    condition: (String, Expression),
    /// What is taken out of the thing itself in the same write, while it is cold.
    removed: Option<&'static str>,
    /// Whether the condition is of use only while it is cold as it was read.
    held: bool,
    conflicts: u32,
}

/// What came of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Act<T> {
    /// This.
    Came(T),
    /// Nothing: a thing is not as it was read. Read it again.
    Moved,
}

impl Counted {
    /// A post, which must be published.
    pub(in crate::store) fn post(
        thing: Thing,
        heat: Heat,
        moves: Vec<(Count, i64)>,
    ) -> Result<Self, Error> {
        let names = Expression::new("")
            .name("#status", "status")
            .value(":published", value(PostStatus::Published)?);
        Ok(Self::when(
            thing,
            heat,
            moves,
            ("#status = :published".to_owned(), names),
        ))
    }

    /// A thing, where this holds of it while it is cold.
    pub(in crate::store) fn when(
        thing: Thing,
        heat: Heat,
        moves: Vec<(Count, i64)>,
        condition: (String, Expression),
    ) -> Self {
        Self {
            thing,
            heat,
            moves,
            condition,
            removed: None,
            held: false,
            conflicts: 0,
        }
    }

    /// The same, and this attribute, of a placeholder's name in its condition, goes while it is cold.
    pub(in crate::store) fn removing(self, removed: &'static str) -> Self {
        let removed = Some(removed);
        Self { removed, ..self }
    }

    /// A thing that must be there.
    pub(in crate::store) fn there(thing: Thing, heat: Heat, moves: Vec<(Count, i64)>) -> Self {
        let condition = (EXISTS.to_owned(), Expression::default());
        Self::when(thing, heat, moves, condition)
    }

    /// The same, of which the act needs the condition: it is begun anew once the thing is hot, where nothing asks for
    /// that any more.
    pub(in crate::store) fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// The write that moves its counts: in the thing while it is cold, else in a shard.
    fn write(&self) -> Conditional {
        if !self.heat.is_hot() {
            let (condition, names) = &self.condition;
            let sets = self.moves.iter().enumerate().map(|(index, (count, _))| {
                let path = count.path();
                format!("{path} = if_not_exists({path}, :zero) + :by{index}")
            });
            let sets: Vec<_> = sets.collect();
            let removed = self.removed.map(|name| format!(" REMOVE {name}"));
            let removed = removed.unwrap_or_default();
            let update = names.clone();
            let update = update.saying(format!("SET {}{removed}", sets.join(", ")));
            let update = self.amounts(update).number(":zero", 0);
            let condition = format!("{condition} AND attribute_not_exists(heat)");
            return update_if(keys::thing(&self.thing), update, condition);
        }
        let shard = rand::random_range(0..self.heat.shards);
        let adds = self.moves.iter().enumerate();
        let adds = adds.map(|(index, (count, _))| format!("{} :by{index}", count.attribute()));
        let adds: Vec<_> = adds.collect();
        let update = Expression::new(format!("ADD acts :one, {}", adds.join(", ")));
        let update = self.amounts(update).number(":one", 1);
        let key = keys::shard(&self.thing, self.heat, shard);
        update_if(key, update, "attribute_not_exists(closed)")
    }

    fn amounts(&self, update: Expression) -> Expression {
        let moves = self.moves.iter().enumerate();
        moves.fold(update, |update, (index, (_, by))| {
            update.number(&format!(":by{index}"), *by)
        })
    }
}

impl Store {
    /// Does an act with the moves of its counts, however many act on the same things at once: after conflicts the
    /// counts are spread over shards, and tries go on. `relation` makes the act's own writes anew for each.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the time was not enough.
    pub(in crate::store) async fn act<T: Copy>(
        &self,
        done: T,
        relation: impl Fn() -> Result<Vec<Write<Act<T>>>, Error>,
        counted: &mut [Counted],
    ) -> Result<Act<T>, Error> {
        let mut tries = Tries::in_a_crowd();
        loop {
            let mut writes = relation()?;
            let first = writes.len();
            let moves = counted.iter().map(Counted::write);
            writes.extend(moves.map(|write| write.unless(Act::Moved)));
            match Box::pin(self.table.attempt(Act::Came(done), writes)).await? {
                Attempt::Answered(act) => return Ok(act),
                Attempt::Passed(conflicts) => {
                    for index in conflicts {
                        let Some(thing) = index.checked_sub(first) else {
                            continue;
                        };
                        if let Some(thing) = counted.get_mut(thing) {
                            let was = thing.heat;
                            let there = self.rise(thing).await?;
                            if !there || (thing.held && thing.heat != was) {
                                return Ok(Act::Moved);
                            }
                        }
                    }
                    tries.after("what many act on at once").await?;
                }
            }
        }
    }

    /// Notes a conflict at a thing, and spreads its counts where there were enough. `false` when it is not as it was
    /// read.
    async fn rise(&self, counted: &mut Counted) -> Result<bool, Error> {
        counted.conflicts += 1;
        let Some(shards) = counted.heat.risen(counted.conflicts) else {
            return Ok(true);
        };
        let known = i64::try_from(counted.heat.shards).unwrap_or_default();
        let more = i64::try_from(shards).unwrap_or_default();
        let (update, condition) = if counted.heat.is_hot() {
            let update = Expression::new("SET heat = :more").number(":known", known);
            (update, "heat = :known".to_owned())
        } else {
            let update = Expression::new("SET heat = :more ADD gen :one").number(":one", 1);
            (update, format!("{EXISTS} AND attribute_not_exists(heat)"))
        };
        let update = update.number(":more", more);
        let key = keys::thing(&counted.thing);
        let risen = self.table.update(&key, update.when(Some(&condition)));
        let item = match risen.await? {
            Some(item) => Some(item),
            None => self.table.get(&key, true).await?,
        };
        let Some(item) = item else { return Ok(false) };
        counted.heat = heat_of(&item);
        counted.conflicts = 0;
        Ok(true)
    }

    /// What the shards of a hot thing hold: 8 Queries, which see every act acknowledged before where they are to be
    /// exact.
    pub async fn shards(&self, thing: &Thing, heat: Heat, exact: bool) -> Result<Shards, Error> {
        let items = self.shard_items(thing, heat.generation, exact).await?;
        sum(&items)
    }

    /// The shards of a thing from one time that it was hot.
    pub(super) async fn shard_items(
        &self,
        thing: &Thing,
        generation: u64,
        exact: bool,
    ) -> Result<Vec<Item>, Error> {
        let pages = (0..keys::COUNT_PAGES).map(|page| {
            let range = Range {
                from: Some(format!("{generation}#")),
                to: Some(format!("{generation}#~")),
                consistent: exact,
                ..Range::all(keys::shard_page(thing, page))
            };
            self.table.query_all(range)
        });
        let pages = try_join_all(pages).await?;
        Ok(pages.into_iter().flatten().collect())
    }
}

/// What shards hold together.
pub(super) fn sum(items: &[Item]) -> Result<Shards, Error> {
    let mut shards = Shards::default();
    for (name, part) in items.iter().flatten() {
        if let (Some(count), AttributeValue::N(part)) = (Count::of_attribute(name), part) {
            shards.add(count, part.parse().map_err(Error::internal)?);
        }
    }
    Ok(shards)
}

/// How the counts of a thing are kept, as its item says.
pub(super) fn heat_of(item: &Item) -> Heat {
    let number = |name: &str| {
        let text = item.get(name)?.as_n().ok()?;
        text.parse().ok()
    };
    Heat {
        shards: number("heat").unwrap_or_default(),
        generation: number("gen").unwrap_or_default(),
    }
}
