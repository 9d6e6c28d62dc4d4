//! Who is interested in what: a profile's interests, and under each topic those who chose it.
//!
//! Both change in one transaction, so that a topic never lists somebody who left it.

use std::collections::BTreeSet;

use domain::{
    ids::{TopicId, UserId},
    people::{Actor, Profile, interests},
};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{EXISTS, Expression, Range, Write, delete, put, string_set, update_if},
};

impl Store {
    /// Adds a topic to a person's interests; there already, nothing changes. `profile` is theirs.
    pub async fn follow_topic(
        &self,
        by: &Actor,
        profile: &Profile,
        topic: &TopicId,
    ) -> Result<(), Error> {
        let update = Expression::new("ADD interests :topic")
            .value(":topic", string_set([topic]))
            .text(":id", topic.as_str());
        let others = format!("{EXISTS} AND NOT contains(interests, :id)");
        let new = update_if(keys::profile(by.id()), update, others);
        let mut writes = vec![new.unless(())];
        writes.extend(list_interests(profile, [topic], []));
        self.table.transact((), writes).await
    }

    /// Takes a topic out of a person's interests, unless only the least number would be left.
    ///
    /// # Errors
    /// [`Error::Invalid`] when fewer than [`interests::MINIMUM`] would remain;
    /// [`crate::error::Refusal::NotJoined`].
    pub async fn unfollow_topic(&self, user: &UserId, topic: &TopicId) -> Result<(), Error> {
        let profile = self.member(user).await?;
        let least = i64::try_from(interests::MINIMUM).unwrap_or(i64::MAX);
        let update = Expression::new("DELETE interests :topic")
            .value(":topic", string_set([topic]))
            .text(":id", topic.as_str())
            .number(":least", least);
        let enough = "size(interests) > :least AND contains(interests, :id)";
        let left = update_if(keys::profile(user), update, enough);
        let mut writes = vec![left.unless(false)];
        writes.extend(list_interests(&profile, [], [topic]));
        if self.table.transact(true, writes).await? {
            return Ok(());
        }
        if !self.member(user).await?.interests.contains(topic) {
            return Ok(());
        }
        let detail = format!("at least {} interests must remain", interests::MINIMUM);
        Err(Error::invalid("", detail))
    }

    /// Up to `limit` of those who chose one of these topics, the latest to join first: one round.
    pub async fn interested(
        &self,
        topics: impl IntoIterator<Item = &TopicId>,
        limit: usize,
    ) -> Result<BTreeSet<UserId>, Error> {
        let lists = topics.into_iter().map(|topic| {
            let pk = keys::interested_in(topic);
            let range = Range {
                descending: true,
                limit: Some(limit),
                ..Range::all(pk)
            };
            self.table.query_all(range)
        });
        let found = futures::future::try_join_all(lists).await?;
        let keys = found.iter().flatten().filter_map(keys::Key::of);
        Ok(keys
            .filter_map(|key| UserId::parse(key.sk.split_once('#')?.1))
            .collect())
    }
}

/// The writes that list a person under topics, and no longer under others.
pub(in crate::store) fn list_interests<'a, T>(
    profile: &Profile,
    chosen: impl IntoIterator<Item = &'a TopicId>,
    left: impl IntoIterator<Item = &'a TopicId>,
) -> Vec<Write<T>> {
    let key = |topic| keys::interested(topic, profile.joined_at, &profile.id);
    let chosen = chosen.into_iter().map(|topic| put(key(topic).attributes()));
    let left = left.into_iter().map(|topic| delete(key(topic)));
    chosen.chain(left).collect()
}
