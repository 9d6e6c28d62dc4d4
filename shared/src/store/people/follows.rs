//! The edges between people; their counts move with them.

use std::collections::BTreeSet;

use domain::{ids::UserId, people::Profile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::profiles::{count, member_items};
use crate::{
    error::{Error, Refusal},
    keys,
    store::Store,
    table::{Range, delete, delete_there, encode, put, put_new, traced},
};

#[derive(Serialize, Deserialize)]
struct Edge {
    since: Timestamp,
}

impl Store {
    /// Follows a person: both edges and both counts, once.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] for the reader, [`Error::NotFound`] for the author.
    pub async fn follow(
        &self,
        reader: &UserId,
        author: &UserId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let edge = encode(&keys::follows(reader, author), &Edge { since: now })?;
        let writes = vec![
            put_new(traced(edge)).unless(()),
            put(keys::fan(author, reader).attributes()),
            count(reader, "following", 1).or_fail(Error::Refused(Refusal::NotJoined)),
            count(author, "followers", 1).or_fail(Error::NotFound),
        ];
        self.table.transact((), writes).await
    }

    /// Takes a follow back, once.
    ///
    /// # Errors
    /// As [`Store::follow`].
    pub async fn unfollow(&self, reader: &UserId, author: &UserId) -> Result<(), Error> {
        let writes = vec![
            delete_there(keys::follows(reader, author)).unless(()),
            delete(keys::fan(author, reader)),
            count(reader, "following", -1).or_fail(Error::Refused(Refusal::NotJoined)),
            count(author, "followers", -1).or_fail(Error::NotFound),
        ];
        self.table.transact((), writes).await
    }

    /// Whether `reader` follows `author`.
    pub async fn is_following(&self, reader: &UserId, author: &UserId) -> Result<bool, Error> {
        Ok(self
            .table
            .get(&keys::follows(reader, author), false)
            .await?
            .is_some())
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

    /// Up to `limit` of those whom an author's posts are pushed to, in the order of their ids,
    /// after `after`; and whether there are more. Consistent, so that an edge committed before a
    /// post is never missed by its delivery.
    pub async fn fans_after(
        &self,
        author: &UserId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<UserId>, bool), Error> {
        let range = Range {
            after: after.map(|reader| reader.as_str().to_owned()),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::fans_of(author))
        };
        let found = self.table.query(&range).await?;
        let fans = found.items.iter().filter_map(keys::Key::of);
        Ok((
            fans.filter_map(|key| UserId::parse(&key.sk)).collect(),
            found.more,
        ))
    }

    /// Puts members and mutual follows as they are, without conditions and counts apart from those
    /// that the profiles carry: for loading a graph.
    pub async fn load_people(
        &self,
        profiles: &[Profile],
        edges: &[(UserId, UserId)],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut items = Vec::with_capacity(profiles.len() * 2 + edges.len() * 2);
        for profile in profiles {
            items.extend(member_items(profile)?);
        }
        for (reader, author) in edges {
            items.push(encode(
                &keys::follows(reader, author),
                &Edge { since: now },
            )?);
            items.push(keys::fan(author, reader).attributes());
        }
        self.table.put_all(items).await
    }
}
