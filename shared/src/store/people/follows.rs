//! The edges between people; their counts move with them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    engagement::{Count, Heat, Thing},
    feeds::{Following, MOST_FOLLOWED},
    ids::UserId,
    people::{Actor, Profile, Rules},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    edges::fan,
    own::{pages_of, put_on_page, take_off_page},
    profiles::member_items,
};
use crate::{
    error::{Conflict, Error, Refusal},
    keys,
    store::{
        Store,
        engagement::{Act, Counted},
    },
    table::{
        Anew, EXISTS, Expression, Range, Write, decode, delete, delete_there, encode, put, put_new,
        traced,
    },
};

#[derive(Serialize, Deserialize)]
struct Edge {
    since: Timestamp,
}

/// The writes by which an edge goes, once.
fn unfollowed(reader: &UserId, author: &UserId) -> Vec<Write<Act<()>>> {
    vec![
        delete_there(keys::follows(reader, author)).unless(Act::Came(())),
        delete(keys::fan(author, reader)),
        delete(keys::pull(author, reader)),
    ]
}

/// The same, with the author's place among those whom the reader follows.
fn unfollowed_by(reader: &UserId, author: &UserId) -> Vec<Write<Act<()>>> {
    let mut writes = unfollowed(reader, author);
    writes.push(take_off_page(reader, author));
    writes
}

/// That a reader follows fewer than one may, as far as their profile tells.
fn as_few((condition, named): (String, Expression)) -> (String, Expression) {
    let most = i64::try_from(MOST_FOLLOWED).unwrap_or(i64::MAX);
    let few = "(attribute_not_exists(following) OR following < :most)";
    (
        format!("{condition} AND {few}"),
        named.number(":most", most),
    )
}

/// That a reader's profile is as their rules have it: a block moves the version in both, in one transaction.
fn as_ruled(rules: &Rules) -> (String, Expression) {
    let (version, named) = match rules.version {
        0 => ("attribute_not_exists(v)", Expression::default()),
        version => {
            let version = i64::try_from(version).unwrap_or(i64::MAX);
            ("v = :v", Expression::default().number(":v", version))
        }
    };
    (format!("{EXISTS} AND {version}"), named)
}

impl Store {
    /// Follows a person: both edges and both counts, once. A block that was put or taken away since the actor's rules
    /// were read undoes the attempt. Of a reader on whom a crowd acts, whom they follow is counted just before: only
    /// follows of theirs that are under way at the same time may pass the limit.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] for the reader; [`Error::NotFound`] for the author, or across a block;
    /// [`Conflict::FollowLimit`].
    pub async fn follow(&self, by: &Actor, author: &UserId, now: Timestamp) -> Result<(), Error> {
        let (reader, mut rules) = (by.id(), by.rules().clone());
        let (mut heat, mut anew) = ([Heat::default(); 2], Anew::standing_on("two profiles"));
        let edge = encode(&keys::follows(reader, author), &Edge { since: now })?;
        let (edge, pushed) = (traced(edge), fan(author, reader));
        loop {
            if rules.part_from(author) {
                return Err(Error::NotFound);
            }
            if heat[0].is_hot() {
                let following = self.following(reader).await?;
                if following.len() as u64 >= MOST_FOLLOWED && !following.has(author) {
                    return Err(Error::Conflict(Conflict::FollowLimit));
                }
            }
            let relation = || {
                Ok(vec![
                    put_new(edge.clone()).unless(Act::Came(())),
                    put(pushed.clone()),
                    put_on_page(reader, author),
                ])
            };
            let mine = as_few(as_ruled(&rules));
            let moved = self.move_follow(reader, author, mine, heat, relation, 1);
            if moved.await? {
                return Ok(());
            }
            let (me, them) = self.both(reader, author).await?;
            heat = [me.heat(), them.heat()];
            // The edge was not there, or that would have been told.
            if !me.heat().is_hot() && me.following >= MOST_FOLLOWED {
                return Err(Error::Conflict(Conflict::FollowLimit));
            }
            anew.begin().await?;
            rules = self.rules(reader).await?;
        }
    }

    /// Takes a follow back, once. `rules` are the reader's, as they were read.
    ///
    /// # Errors
    /// As [`Store::follow`].
    pub async fn unfollow(
        &self,
        reader: &UserId,
        author: &UserId,
        mut rules: Rules,
    ) -> Result<(), Error> {
        let (mut heat, mut anew) = ([Heat::default(); 2], Anew::standing_on("two profiles"));
        loop {
            if rules.part_from(author) {
                return Err(Error::NotFound);
            }
            let relation = || Ok(unfollowed_by(reader, author));
            let mine = as_ruled(&rules);
            let moved = self.move_follow(reader, author, mine, heat, relation, -1);
            if moved.await? {
                return Ok(());
            }
            (heat, _) = (self.heats(reader, author).await?, anew.begin().await?);
            rules = self.rules(reader).await?;
        }
    }

    /// Undoes a follow, whatever the rules of the two say.
    pub(super) async fn undo_follow(&self, reader: &UserId, author: &UserId) -> Result<(), Error> {
        let (mut heat, mut anew) = ([Heat::default(); 2], Anew::standing_on("two profiles"));
        loop {
            let relation = || Ok(unfollowed_by(reader, author));
            let there = (EXISTS.to_owned(), Expression::default());
            let moved = self.move_follow(reader, author, there, heat, relation, -1);
            if moved.await? {
                return Ok(());
            }
            (heat, _) = (self.heats(reader, author).await?, anew.begin().await?);
        }
    }

    /// Takes an edge from or to somebody who leaves, with the count of the other one.
    pub async fn take_follow(
        &self,
        reader: &UserId,
        author: &UserId,
        leaver: &UserId,
    ) -> Result<(), Error> {
        let (other, count) = if reader == leaver {
            (author, Count::Followers)
        } else {
            (reader, Count::Following)
        };
        let mut anew = Anew::standing_on("a profile");
        loop {
            let item = self.table.get(&keys::profile(other), true).await?;
            let (mut counted, there) = (Vec::new(), item.is_some());
            if let Some(item) = item {
                let profile: Profile = decode(item)?;
                let other = Thing::Person(other.clone());
                counted.push(Counted::there(other, profile.heat(), vec![(count, -1)]));
            }
            // Whom somebody who leaves follows goes with their profile.
            let relation = || {
                Ok(if there && author == leaver {
                    unfollowed_by(reader, author)
                } else {
                    unfollowed(reader, author)
                })
            };
            if self.act((), relation, &mut counted).await? == Act::Came(()) {
                // Of an edge that was half there, these are the other half.
                let halves = [keys::fan(author, reader), keys::pull(author, reader)];
                return self.table.delete_all(&halves).await;
            }
            anew.begin().await?;
        }
    }

    /// Moves both counts with an edge. `false` when a profile is not as it was read.
    async fn move_follow(
        &self,
        reader: &UserId,
        author: &UserId,
        condition: (String, Expression),
        [mine, theirs]: [Heat; 2],
        relation: impl Fn() -> Result<Vec<Write<Act<()>>>, Error>,
        by: i64,
    ) -> Result<bool, Error> {
        let me = Thing::Person(reader.clone());
        let mine = Counted::when(me, mine, vec![(Count::Following, by)], condition);
        let them = Thing::Person(author.clone());
        let theirs = Counted::there(them, theirs, vec![(Count::Followers, by)]);
        let act = self.act((), relation, &mut [mine, theirs]).await?;
        Ok(act == Act::Came(()))
    }

    /// Both, as of every write acknowledged before.
    async fn both(&self, reader: &UserId, author: &UserId) -> Result<(Profile, Profile), Error> {
        let (mine, theirs) = futures::try_join!(self.profile(reader), self.profile(author))?;
        let mine = mine.ok_or(Error::Refused(Refusal::NotJoined))?;
        Ok((mine, theirs.ok_or(Error::NotFound)?))
    }

    /// How the counts of both are kept.
    async fn heats(&self, reader: &UserId, author: &UserId) -> Result<[Heat; 2], Error> {
        let (mine, theirs) = self.both(reader, author).await?;
        Ok([mine.heat(), theirs.heat()])
    }

    /// Whether `reader` follows `author`.
    pub async fn is_following(&self, reader: &UserId, author: &UserId) -> Result<bool, Error> {
        let edge = self
            .table
            .get(&keys::follows(reader, author), false)
            .await?;
        Ok(edge.is_some())
    }

    /// The same, as of every write acknowledged before.
    pub async fn is_following_now(&self, reader: &UserId, author: &UserId) -> Result<bool, Error> {
        let edge = self.table.get(&keys::follows(reader, author), true).await?;
        Ok(edge.is_some())
    }

    /// Everybody whom a reader follows.
    pub async fn followees(&self, reader: &UserId) -> Result<BTreeSet<UserId>, Error> {
        let edges = self
            .table
            .query_all(Range::all(keys::follows_of(reader)))
            .await?;
        Ok(edges
            .iter()
            .filter_map(keys::Key::of)
            .filter_map(|key| UserId::parse(&key.sk))
            .collect())
    }

    /// Up to `limit` of those whom a reader follows, in the order of their ids, after `after`; and whether there are
    /// more.
    pub async fn followees_after(
        &self,
        reader: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        self.people_under(keys::follows_of(reader), after, limit)
            .await
    }

    /// Up to `limit` of the people whom the sort keys of a collection name, after `after`; and whether there are
    /// more. Consistent.
    pub(super) async fn people_under(
        &self,
        collection: String,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        let range = Range {
            after: after.map(|last| last.as_str().to_owned()),
            limit: Some(limit),
            consistent: true,
            ..Range::all(collection)
        };
        let found = self.table.query(&range).await?;
        let people = found.items.iter().filter_map(keys::Key::of);
        Ok((
            people.filter_map(|key| UserId::parse(&key.sk)).collect(),
            found.more,
        ))
    }

    /// Puts members and follows as they are, without conditions and counts apart from those that the profiles carry:
    /// for loading a graph. A reader's follows come together; posts are pushed by all of them.
    pub async fn load_people(
        &self,
        profiles: &[Profile],
        edges: &[(UserId, UserId)],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut items = Vec::with_capacity(profiles.len() * 3 + edges.len() * 2);
        for profile in profiles {
            items.extend(member_items(profile, None)?);
        }
        let mut followed: BTreeMap<&UserId, Following> = BTreeMap::new();
        for (reader, author) in edges {
            items.push(encode(
                &keys::follows(reader, author),
                &Edge { since: now },
            )?);
            items.push(fan(author, reader));
            followed
                .entry(reader)
                .or_default()
                .pushed
                .insert(author.hash());
        }
        for (reader, following) in followed {
            items.extend(pages_of(reader, &following));
        }
        self.table.put_all(items).await
    }
}
