//! Who is interested in what: a profile's interests, and under each topic those who chose it.
//!
//! Both change in one transaction, so that a topic never lists somebody who left it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    ids::{TopicId, UserId},
    people::{Profile, interests},
};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{EXISTS, Expression, NotCommitted, Range, string_set},
};

impl Store {
    /// Adds a topic to a person's interests; there already, nothing changes.
    ///
    /// # Errors
    /// [`crate::error::Refusal::NotJoined`].
    pub async fn follow_topic(&self, user: &UserId, topic: &TopicId) -> Result<(), Error> {
        let profile = self.member(user).await?;
        let update = Expression::new("ADD interests :topic")
            .value(":topic", string_set([topic]))
            .text(":id", topic.as_str());
        let others = format!("{EXISTS} AND NOT contains(interests, :id)");
        let mut writes = vec![
            self.table
                .update_if(&keys::profile(user), update, &others)?,
        ];
        writes.extend(self.list_interests(&profile, [topic], [])?);
        match self.table.transact(writes).await {
            Ok(()) | Err(NotCommitted::Condition(0)) => Ok(()),
            Err(not) => Err(not.into()),
        }
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
        let mut writes = vec![self.table.update_if(&keys::profile(user), update, enough)?];
        writes.extend(self.list_interests(&profile, [], [topic])?);
        match self.table.transact(writes).await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Condition(0)) => {}
            Err(not) => return Err(not.into()),
        }
        if !self.member(user).await?.interests.contains(topic) {
            return Ok(());
        }
        let detail = format!("at least {} interests must remain", interests::MINIMUM);
        Err(Error::invalid("", detail))
    }

    /// The writes that list a person under topics, and no longer under others.
    pub(in crate::store) fn list_interests<'a>(
        &self,
        profile: &Profile,
        chosen: impl IntoIterator<Item = &'a TopicId>,
        left: impl IntoIterator<Item = &'a TopicId>,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let key = |topic| keys::interested(topic, profile.joined_at, &profile.id);
        let chosen = chosen
            .into_iter()
            .map(|topic| self.table.put_any(key(topic).attributes()));
        let left = left
            .into_iter()
            .map(|topic| self.table.delete_any(&key(topic)));
        chosen.chain(left).collect()
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
