//! People and the edges between them.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Claim, Store, keys,
    table::{Item, NotCommitted, Range, decode, encode},
    write::Expression,
};
use crate::{
    domain::{
        ids::{TopicId, UserId},
        interests,
        people::{Handle, Profile},
        photo::Image,
    },
    error::{Conflict, Error, Refusal},
};

#[derive(Serialize, Deserialize)]
struct HandleClaim {
    user: UserId,
    /// TTL and the moment from which others may claim it; absent while its owner is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Edge {
    since: Timestamp,
}

/// What of a profile is to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// New name.
    pub display_name: Option<String>,
    /// New bio, empty to have none.
    pub bio: Option<String>,
    /// New avatar, or none.
    pub avatar: Option<Option<Image>>,
    /// New interests.
    pub interests: Option<BTreeSet<TopicId>>,
    /// The switches to turn.
    pub notify: NotifyChange,
}

/// Which switches to turn; `None` stays as it is, whatever else is turned at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotifyChange {
    /// What happens on my posts.
    pub posts: Option<bool>,
    /// Replies to my comments.
    pub replies: Option<bool>,
    /// New posts by people I follow.
    pub follows: Option<bool>,
}

fn string_set(topics: &BTreeSet<TopicId>) -> AttributeValue {
    AttributeValue::Ss(
        topics
            .iter()
            .map(|topic| topic.as_str().to_owned())
            .collect(),
    )
}

fn topic_set(topic: &TopicId) -> AttributeValue {
    AttributeValue::Ss(vec![topic.as_str().to_owned()])
}

const EXISTS: &str = "attribute_exists(PK)";

impl Store {
    /// Makes a person a member: the handle is claimed and the profile written, or neither.
    ///
    /// # Errors
    /// [`Conflict::AlreadyJoined`] and [`Conflict::HandleTaken`], in this order.
    pub async fn join(
        &self,
        profile: &Profile,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let handle_key = keys::handle(&profile.handle);
        let mut item = encode(&keys::profile(&profile.id), profile)?;
        item.insert("interests".to_owned(), string_set(&profile.interests));
        let owner = HandleClaim {
            user: profile.id.clone(),
            expires_at: None,
        };
        let free = Expression::new("attribute_not_exists(PK) OR expires_at <= :now")
            .number(":now", now.as_second());
        let mut writes = vec![
            self.table.put_new(item)?,
            self.table.put_if(encode(&handle_key, &owner)?, free)?,
        ];
        if let Some(claim) = claim {
            writes.push(self.note_made(claim, profile.id.to_string(), now)?);
        }
        self.table.transact(writes).await.map_err(|not| {
            not.at(0, Error::Conflict(Conflict::AlreadyJoined))
                .at(1, Error::Conflict(Conflict::HandleTaken))
                .at(2, Error::Conflict(Conflict::IdempotencyInProgress))
                .into()
        })
    }

    /// The profile of someone who joined, as of every write acknowledged before.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, Error> {
        self.table.read(&keys::profile(user), true).await
    }

    /// The profile of the caller of an API function.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there is none.
    pub async fn member(&self, user: &UserId) -> Result<Profile, Error> {
        self.profile(user)
            .await?
            .ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// Profiles of many, for their cards.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn profiles(
        &self,
        users: impl IntoIterator<Item = &UserId>,
    ) -> Result<HashMap<UserId, Profile>, Error> {
        let wanted = users.into_iter().map(keys::profile).collect();
        let found = self.table.get_all(wanted).await?;
        found
            .into_iter()
            .map(|item| decode::<Profile>(item).map(|profile| (profile.id.clone(), profile)))
            .collect()
    }

    /// Who has this handle, whatever its case.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn user_by_handle(&self, handle: &Handle) -> Result<Option<UserId>, Error> {
        let claim = self
            .table
            .read::<HandleClaim>(&keys::handle(handle), false)
            .await?;
        Ok(claim
            .filter(|claim| claim.expires_at.is_none())
            .map(|claim| claim.user))
    }

    /// Changes a profile; answers with what it is now.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there is none.
    pub async fn change_profile(
        &self,
        user: &UserId,
        change: ProfileChange,
    ) -> Result<Profile, Error> {
        let key = keys::profile(user);
        let (mut set, mut remove, mut values) = (Vec::new(), Vec::new(), Item::new());
        if let Some(name) = change.display_name {
            set.push("display_name = :name");
            values.insert(":name".to_owned(), AttributeValue::S(name));
        }
        match change.bio.as_deref() {
            Some("") => remove.push("bio"),
            Some(bio) => {
                set.push("bio = :bio");
                values.insert(":bio".to_owned(), AttributeValue::S(bio.to_owned()));
            }
            None => {}
        }
        match change.avatar {
            Some(None) => remove.push("avatar"),
            Some(Some(image)) => {
                let image = serde_dynamo::to_attribute_value(image).map_err(Error::internal)?;
                set.push("avatar = :avatar");
                values.insert(":avatar".to_owned(), image);
            }
            None => {}
        }
        if let Some(topics) = &change.interests {
            set.push("interests = :interests");
            values.insert(":interests".to_owned(), string_set(topics));
        }
        let switches = [
            (change.notify.posts, "notify.posts = :posts", ":posts"),
            (
                change.notify.replies,
                "notify.replies = :replies",
                ":replies",
            ),
            (
                change.notify.follows,
                "notify.follows = :follows",
                ":follows",
            ),
        ];
        for (switch, assignment, name) in switches {
            if let Some(on) = switch {
                set.push(assignment);
                values.insert(name.to_owned(), AttributeValue::Bool(on));
            }
        }
        let clause = |word: &str, parts: &[&str]| match parts {
            [] => String::new(),
            parts => format!("{word} {} ", parts.join(", ")),
        };
        let update = clause("SET", &set) + &clause("REMOVE", &remove);
        if update.is_empty() {
            return self.member(user).await;
        }
        let mut expression = Expression::new(update);
        for (name, value) in values {
            expression = expression.value(&name, value);
        }
        let changed = self
            .table
            .update(&key, expression.when(Some(EXISTS)))
            .await?;
        changed
            .map(decode)
            .transpose()?
            .ok_or(Error::Refused(Refusal::NotJoined))
    }

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
        let edge = Edge { since: now };
        let fan = keys::fan(author, reader).attributes();
        let writes = vec![
            self.table
                .put_new(encode(&keys::follows(reader, author), &edge)?)?,
            self.table.put_any(fan)?,
            self.count(reader, "following", 1)?,
            self.count(author, "followers", 1)?,
        ];
        self.settle_edge(self.table.transact(writes).await)
    }

    /// Takes a follow back, once.
    ///
    /// # Errors
    /// As [`Store::follow`].
    pub async fn unfollow(&self, reader: &UserId, author: &UserId) -> Result<(), Error> {
        let writes = vec![
            self.table
                .delete_if(&keys::follows(reader, author), Expression::new(EXISTS))?,
            self.table.delete_any(&keys::fan(author, reader))?,
            self.count(reader, "following", -1)?,
            self.count(author, "followers", -1)?,
        ];
        self.settle_edge(self.table.transact(writes).await)
    }

    /// A failed first condition says that the edge is as asked for already.
    fn settle_edge(&self, outcome: Result<(), NotCommitted>) -> Result<(), Error> {
        match outcome {
            Ok(()) | Err(NotCommitted::Condition(0)) => Ok(()),
            Err(not) => Err(not
                .at(2, Error::Refused(Refusal::NotJoined))
                .at(3, Error::NotFound)
                .into()),
        }
    }

    /// Moves a count of a profile that must be there.
    pub(super) fn count(
        &self,
        user: &UserId,
        what: &str,
        by: i64,
    ) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, Error> {
        let update = Expression::new("ADD #count :by")
            .name("#count", what)
            .number(":by", by);
        self.table.update_if(&keys::profile(user), update, EXISTS)
    }

    /// Whether `reader` follows `author`.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn is_following(&self, reader: &UserId, author: &UserId) -> Result<bool, Error> {
        Ok(self
            .table
            .get(&keys::follows(reader, author), false)
            .await?
            .is_some())
    }

    /// Everybody whom a reader follows.
    ///
    /// # Errors
    /// Only those of the table.
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
    ///
    /// # Errors
    /// Only those of the table.
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

    /// Adds a topic to a person's interests; there already, nothing changes.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`].
    pub async fn follow_topic(&self, user: &UserId, topic: &TopicId) -> Result<(), Error> {
        let update = Expression::new("ADD interests :topic").value(":topic", topic_set(topic));
        let changed = self
            .table
            .update(&keys::profile(user), update.when(Some(EXISTS)))
            .await?;
        changed.map(drop).ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// Takes a topic out of a person's interests, unless only the least number would be left.
    ///
    /// # Errors
    /// [`Error::Invalid`] when fewer than [`interests::MINIMUM`] would remain;
    /// [`Refusal::NotJoined`].
    pub async fn unfollow_topic(&self, user: &UserId, topic: &TopicId) -> Result<(), Error> {
        let key = keys::profile(user);
        let least = i64::try_from(interests::MINIMUM).unwrap_or(i64::MAX);
        let update = Expression::new("DELETE interests :topic")
            .value(":topic", topic_set(topic))
            .text(":id", topic.as_str())
            .number(":least", least);
        let enough =
            "attribute_exists(PK) AND (size(interests) > :least OR NOT contains(interests, :id))";
        if self
            .table
            .update(&key, update.when(Some(enough)))
            .await?
            .is_some()
        {
            return Ok(());
        }
        self.member(user).await?;
        Err(Error::invalid(
            "",
            format!("at least {} interests must remain", interests::MINIMUM),
        ))
    }

    /// Puts members and mutual follows as they are, without conditions and counts apart from those
    /// that the profiles carry: for loading a graph.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn load_people(
        &self,
        profiles: &[Profile],
        edges: &[(UserId, UserId)],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut items = Vec::with_capacity(profiles.len() * 2 + edges.len() * 2);
        for profile in profiles {
            let mut item = encode(&keys::profile(&profile.id), profile)?;
            item.insert("interests".to_owned(), string_set(&profile.interests));
            items.push(item);
            let owner = HandleClaim {
                user: profile.id.clone(),
                expires_at: None,
            };
            items.push(encode(&keys::handle(&profile.handle), &owner)?);
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
