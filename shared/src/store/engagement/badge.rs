//! What people have earned by what they shared (ENGAGEMENT 40-41): it moves with what each post has earned, and the
//! badge with it.

use domain::{
    engagement::{Badge, Count, Thing, Thresholds, earned, most},
    ids::{PostId, UserId},
    posts::Post,
};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Anew, Conditional, EXISTS, Expression, Write, update, update_if, value},
};

/// The condition that a post has earned so much, under `:earned`; and the write by which its author has earned that no
/// more, where it is anything.
pub(in crate::store) fn unearned<T>(
    author: &UserId,
    earned: u64,
) -> (&'static str, Option<Write<T>>) {
    let Some(points) = i64::try_from(earned).ok().filter(|points| *points > 0) else {
        return ("attribute_not_exists(earned)", None);
    };
    let taken = Expression::new("ADD points :less, posts :one")
        .number(":less", -points)
        .number(":one", -1);
    let taken = update(keys::badge(author), taken);
    ("earned = :earned", Some(taken))
}

impl Store {
    /// What a person has earned, as of every write acknowledged before.
    pub async fn badge(&self, user: &UserId) -> Result<Badge, Error> {
        let badge = self.table.read(&keys::badge(user), true).await?;
        Ok(badge.unwrap_or_default())
    }

    /// Adds up what a post has earned its author, and moves the difference to what it had earned before into what they
    /// have earned; their badge with it. While a crowd acts on a post that has earned the most it can, that is left to
    /// the `look` at it.
    pub async fn mark(&self, post: PostId, by: &Thresholds, look: bool) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what a post has earned");
        loop {
            let Some(post) = self.post_now(post).await? else {
                return Ok(());
            };
            let author = post.author.clone();
            let settled = post.heat().is_hot() && post.earned == most(&post);
            if settled && !look {
                return Ok(());
            }
            let after = earned(&post, self.smiles_by_others(&post).await?);
            if after == post.earned || self.earn(&author, Some((&post, after)), by).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Gives a person the badge that they have earned, or takes it: what they have earned was moved by others.
    pub async fn weigh(&self, user: &UserId, by: &Thresholds) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what a person has earned");
        while !self.earn(user, None, by).await? {
            anew.begin().await?;
        }
        Ok(())
    }

    /// How many others smile at a post.
    async fn smiles_by_others(&self, post: &Post) -> Result<u64, Error> {
        let own = self.acts_now(&post.author, post.id);
        let (own, smiles) = if post.heat().is_hot() {
            let thing = Thing::Post(post.id);
            let shards = self.shards(&thing, post.heat(), true);
            let (own, shards) = futures::try_join!(own, shards)?;
            (own, shards.plus(Count::Smiles, post.smiles))
        } else {
            (own.await?, post.smiles)
        };
        Ok(smiles.saturating_sub(u64::from(own.smile.is_some())))
    }

    /// Moves what a person has earned, by what a post has earned now if one is named, and the badge as it should be
    /// then, all as they were read. `false` when something is not as it was read.
    async fn earn(
        &self,
        user: &UserId,
        moved: Option<(&Post, u64)>,
        by: &Thresholds,
    ) -> Result<bool, Error> {
        let before = self.badge(user).await?;
        let mut after = before;
        let mut writes = Vec::new();
        if let Some((post, earned)) = moved {
            after = after.moved(post.earned, earned);
            writes.push(marked(post, earned)?.unless(false));
        }
        after = after.weighed(by);
        if writes.is_empty() && after == before {
            return Ok(true);
        }
        writes.push(earned_now(user, &before, &after)?.unless(false));
        if before.is_shown() != after.is_shown() {
            // Whoever has left wears none.
            writes.push(worn(user, after.is_shown())?.unless(true));
        }
        self.table.transact(true, writes).await
    }
}

/// The write of what a post has earned, if its smiles and whoever sees it are as they were read.
fn marked(post: &Post, earned: u64) -> Result<Conditional, Error> {
    let (had, _) = unearned::<()>(&post.author, post.earned);
    let update = if earned > 0 {
        Expression::new("SET earned = :now").value(":now", value(earned)?)
    } else {
        Expression::new("REMOVE earned")
    };
    let mut update = update
        .name("#status", "status")
        .value(":status", value(post.status)?);
    if post.earned > 0 {
        update = update.value(":earned", value(post.earned)?);
    }
    let mut condition = format!("{EXISTS} AND #status = :status AND {had}");
    // Those of a hot one are beside it: the next look sees what came meanwhile.
    if !post.heat().is_hot() {
        condition += " AND attribute_not_exists(heat) AND smiles = :smiles";
        update = update.value(":smiles", value(post.smiles)?);
    }
    Ok(update_if(keys::post(post.id), update, condition))
}

/// The writes by which a moderator takes a badge, as it was read, or gives back what is earned of it.
pub(super) fn stripped<T: Copy>(
    user: &UserId,
    before: &Badge,
    stripped: bool,
    moved: T,
) -> Result<Vec<Write<T>>, Error> {
    let after = Badge {
        stripped,
        ..*before
    };
    let (update, conditions) = flags_as_read(before)?;
    let update = update
        .saying("SET stripped = :stripped")
        .value(":stripped", value(stripped)?);
    let taken = update_if(keys::badge(user), update, conditions.join(" AND "));
    let mut writes = vec![taken.unless(moved)];
    if before.is_shown() != after.is_shown() {
        writes.push(worn(user, after.is_shown())?.unless(moved));
    }
    Ok(writes)
}

/// The conditions that a badge is given, and taken by a moderator, as it was read; with what they name.
fn flags_as_read(before: &Badge) -> Result<(Expression, Vec<String>), Error> {
    let (mut update, mut conditions) = (Expression::default(), Vec::new());
    for (name, was) in [("given", before.given), ("stripped", before.stripped)] {
        let equal = format!("{name} = :was_{name}");
        conditions.push(match was {
            false => format!("(attribute_not_exists({name}) OR {equal})"),
            true => equal,
        });
        update = update.value(&format!(":was_{name}"), value(was)?);
    }
    Ok((update, conditions))
}

/// The write of what a person has earned, if it is as it was read.
fn earned_now(user: &UserId, before: &Badge, after: &Badge) -> Result<Conditional, Error> {
    let (mut update, mut conditions) = flags_as_read(before)?;
    for (name, was) in [
        ("points", before.points),
        ("posts", before.posts),
        ("answers", before.answers),
    ] {
        let equal = format!("{name} = :was_{name}");
        conditions.push(match was {
            0 => format!("(attribute_not_exists({name}) OR {equal})"),
            _ => equal,
        });
        update = update.value(&format!(":was_{name}"), value(was)?);
    }
    let update = update
        .saying("SET points = :points, posts = :posts, given = :given")
        .value(":points", value(after.points)?)
        .value(":posts", value(after.posts)?)
        .value(":given", value(after.given)?);
    let condition = conditions.join(" AND ");
    Ok(update_if(keys::badge(user), update, condition))
}

/// The write by which a person's profile shows the badge, or no more.
fn worn(user: &UserId, shown: bool) -> Result<Conditional, Error> {
    let update = if shown {
        Expression::new("SET enthusiast = :true").value(":true", value(true)?)
    } else {
        Expression::new("REMOVE enthusiast")
    };
    Ok(update_if(keys::profile(user), update, EXISTS))
}
