//! Posts: creating, publishing, reading and deleting, each one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Claim, Store, feeds, keys,
    table::{Range, decode, encode, traced},
    transact::NotCommitted,
    write::Expression,
};
use crate::{
    domain::{
        feed::{Entry, Position},
        ids::{PostId, TopicId, UserId},
        photo::Photo,
        post::{Post, PostStatus},
    },
    error::{Error, Refusal},
};

/// What came of creating a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is there.
    Done,
    /// A photo is not as it was when read: claimed, ready or rejected since. Read again.
    PhotosChanged,
    /// The `Idempotency-Key` was used meanwhile. Read what it made.
    KeyUsed,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Marker {
    pub(super) author: UserId,
    pub(super) topics: Vec<TopicId>,
}

impl Store {
    /// Creates a post, published or waiting, claiming its photos as they were read.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when the author has no profile.
    pub async fn create_post(
        &self,
        post: &Post,
        photos: &[Photo],
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<Creation, Error> {
        let mut writes = vec![
            self.table
                .put_new(traced(encode(&keys::post(post.id), post)?))?,
        ];
        for photo in photos {
            writes.push(self.claim_photo(photo, &post.author, post.id)?);
        }
        let noted = writes.len();
        if let Some(claim) = claim {
            writes.push(self.note_made(claim, post.id.to_string(), now)?);
        }
        let counted = writes.len();
        if let Some(published_at) = post.published_at {
            writes.extend(self.appearance(post, published_at)?);
        }
        match self.table.transact(writes).await {
            Ok(()) => Ok(Creation::Done),
            Err(NotCommitted::Condition(index)) if (1..noted).contains(&index) => {
                Ok(Creation::PhotosChanged)
            }
            Err(NotCommitted::Condition(index)) if claim.is_some() && index == noted => {
                Ok(Creation::KeyUsed)
            }
            Err(not) => Err(not.at(counted, Error::Refused(Refusal::NotJoined)).into()),
        }
    }

    /// The writes by which a post appears: counted, listed, and marked as still being delivered.
    fn appearance(
        &self,
        post: &Post,
        published_at: Timestamp,
    ) -> Result<[TransactWriteItem; 3], Error> {
        let at = Position {
            published_at,
            post: post.id,
        };
        let marker = Marker {
            author: post.author.clone(),
            topics: post.topics.clone(),
        };
        Ok([
            self.count(&post.author, "posts", 1)?,
            self.table
                .put_any(keys::authored(&post.author, at).attributes())?,
            self.table.put_any(encode(&keys::open(at), &marker)?)?,
        ])
    }

    /// Publishes a post that waited for its photos, or marks it as needing its author, as
    /// [`Post::status_by_photos`] has it. `false` when it does not wait any more.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn settle_post(&self, post: &Post) -> Result<bool, Error> {
        let value = |v: Result<_, serde_dynamo::Error>| v.map_err(Error::internal);
        let mut update = Expression::new(match post.published_at {
            Some(_) => "SET #status = :status, photos = :photos, published_at = :at",
            None => "SET #status = :status, photos = :photos",
        })
        .name("#status", "status")
        .value(
            ":status",
            value(serde_dynamo::to_attribute_value(post.status))?,
        )
        .value(
            ":waiting",
            value(serde_dynamo::to_attribute_value(PostStatus::Processing))?,
        )
        .value(
            ":photos",
            value(serde_dynamo::to_attribute_value(&post.photos))?,
        );
        if let Some(at) = post.published_at {
            update = update.value(":at", value(serde_dynamo::to_attribute_value(at))?);
        }
        let mut writes =
            vec![
                self.table
                    .update_if(&keys::post(post.id), update, "#status = :waiting")?,
            ];
        if let Some(published_at) = post.published_at {
            writes.extend(self.appearance(post, published_at)?);
        }
        match self.table.transact(writes).await {
            Ok(()) => Ok(true),
            Err(NotCommitted::Condition(0)) => Ok(false),
            Err(not) => Err(not.into()),
        }
    }

    /// One post, whatever its status.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn post(&self, post: PostId) -> Result<Option<Post>, Error> {
        self.table.read(&keys::post(post), false).await
    }

    /// One post, as of every write acknowledged before.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn post_now(&self, post: PostId) -> Result<Option<Post>, Error> {
        self.table.read(&keys::post(post), true).await
    }

    /// Many posts, whatever their status; those that are not there are left out.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn posts(
        &self,
        posts: impl IntoIterator<Item = PostId>,
    ) -> Result<HashMap<PostId, Post>, Error> {
        let found = self
            .table
            .get_all(posts.into_iter().map(keys::post).collect())
            .await?;
        found
            .into_iter()
            .map(|item| decode::<Post>(item).map(|post| (post.id, post)))
            .collect()
    }

    /// Deletes a post as its author read it: the post, its place in their list, its count and its
    /// marker. `false` when it is not as it was read.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn delete_post(&self, author: &UserId, post: &Post) -> Result<bool, Error> {
        let status = serde_dynamo::to_attribute_value(post.status).map_err(Error::internal)?;
        let own = Expression::new("author = :me AND #status = :status")
            .text(":me", author.as_str())
            .name("#status", "status")
            .value(":status", status);
        let mut writes = vec![self.table.delete_if(&keys::post(post.id), own)?];
        if let Some(published_at) = post.published_at {
            let at = Position {
                published_at,
                post: post.id,
            };
            writes.extend([
                self.table.delete_any(&keys::authored(author, at))?,
                self.table.delete_any(&keys::open(at))?,
                self.count(author, "posts", -1)?,
            ]);
        }
        match self.table.transact(writes).await {
            Ok(()) => Ok(true),
            Err(NotCommitted::Condition(0)) => Ok(false),
            Err(not) => Err(not.into()),
        }
    }

    /// Up to `limit` of an author's published posts before a position, newest first, and whether
    /// there are more. Consistent, so that a back-fill misses nothing that was published.
    ///
    /// # Errors
    /// Only those of the table.
    pub async fn posts_by(
        &self,
        author: &UserId,
        before: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Entry>, bool), Error> {
        let range = Range {
            after: before.map(keys::at),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::authored_by(author))
        };
        let found = self.table.query(&range).await?;
        let entries = found
            .items
            .iter()
            .filter_map(|item| feeds::entry(item, Some(author)));
        Ok((entries.collect(), found.more))
    }
}
