//! Posts: creating, changing, publishing, reading and deleting, each one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    claim::Claim,
    feeds::{Entry, Position},
    ids::{PhotoId, PostId, TopicId, UserId},
    posts::{Post, PostStatus, photo::Photo},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    error::{Error, Refusal},
    keys,
    store::{
        Store,
        feeds::{Marker, entry},
    },
    table::{Expression, NotCommitted, Range, decode, encode, traced},
};

/// What came of creating a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is there.
    Done,
    /// A photo is not as it was when read: claimed, ready or rejected since. Read again.
    PhotosChanged,
    /// The review is shared meanwhile, or gone. Read again.
    ReviewChanged,
    /// The `Idempotency-Key` was used meanwhile. Read what it made.
    KeyUsed,
}

/// What a change of a post does to uploads.
#[derive(Debug, Default)]
pub struct Uploads<'a> {
    /// New in the post: claimed as they were read.
    pub claimed: Vec<&'a Photo>,
    /// In it before and after, and read as awaited: nothing may have come of them since, or the
    /// post would wait for news that it was told before it asked.
    pub awaited: Vec<PhotoId>,
    /// In it no more: they go.
    pub given_up: Vec<PhotoId>,
}

/// How long it is noted that a post came to other walls: as long as the stream is kept.
const NOTED: SignedDuration = SignedDuration::from_hours(24);

/// As the relay reads it.
#[derive(Serialize)]
struct CameTo {
    status: PostStatus,
    expires_at: i64,
    post: PostId,
    author: UserId,
    published_at: Timestamp,
    topics: Vec<TopicId>,
}

fn value<T: Serialize>(value: T) -> Result<AttributeValue, Error> {
    serde_dynamo::to_attribute_value(value).map_err(Error::internal)
}

/// That a post is this author's and as it was read, save for its counts. The first edition is not
/// stored.
fn as_read(post: &Post) -> &'static str {
    if post.edition == 0 {
        "author = :author AND #status = :before AND attribute_not_exists(edition)"
    } else {
        "author = :author AND #status = :before AND edition = :edition"
    }
}

/// An expression with what [`as_read`] names.
fn standing_on(author: &UserId, post: &Post, text: &str) -> Result<Expression, Error> {
    let read = Expression::new(text)
        .text(":author", author.as_str())
        .name("#status", "status")
        .value(":before", value(post.status)?);
    Ok(if post.edition == 0 {
        read
    } else {
        read.value(":edition", value(post.edition)?)
    })
}

impl Store {
    /// Creates a post, published or waiting, claiming its photos as they were read, and its
    /// review.
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
        let reviewed = writes.len();
        if let Some(review) = &post.review {
            writes.push(self.claim_review(&post.author, &review.id, post.id)?);
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
            Err(NotCommitted::Condition(index)) if (1..reviewed).contains(&index) => {
                Ok(Creation::PhotosChanged)
            }
            Err(NotCommitted::Condition(index)) if (reviewed..noted).contains(&index) => {
                Ok(Creation::ReviewChanged)
            }
            Err(NotCommitted::Condition(index)) if (noted..counted).contains(&index) => {
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
            again_at: None,
        };
        Ok([
            self.count(&post.author, "posts", 1)?,
            self.table
                .put_any(keys::authored(&post.author, at).attributes())?,
            self.table.put_any(encode(&keys::open(at), &marker)?)?,
        ])
    }

    /// Writes what an author changed in a post, or what became of its photos, if it is as it was
    /// read. Its counts and votes move on meanwhile and are left alone. A post that is published
    /// now and was not before appears. `false` when the post or an upload is not as it was read.
    pub async fn change_post(
        &self,
        before: &Post,
        post: &Post,
        uploads: &Uploads<'_>,
    ) -> Result<bool, Error> {
        let mut writes = vec![self.change(before, post)?];
        for photo in &uploads.claimed {
            writes.push(self.claim_photo(photo, &post.author, post.id)?);
        }
        for photo in &uploads.awaited {
            writes.push(self.await_photo(*photo, post.id)?);
        }
        for photo in &uploads.given_up {
            writes.push(self.give_up_photo(*photo, post.id)?);
        }
        let conditional = writes.len();
        writes.extend(self.came_to(before, post)?);
        if let (None, Some(published_at)) = (before.published_at, post.published_at) {
            writes.extend(self.appearance(post, published_at)?);
        }
        match self.table.transact(writes).await {
            Ok(()) => Ok(true),
            Err(NotCommitted::Condition(index)) if index < conditional => Ok(false),
            Err(not) => Err(not.into()),
        }
    }

    /// The note that an edit brought a post to other walls; none where it did not. The stream's
    /// filter cannot compare topics, and lets new items through, but not each smile at a post.
    fn came_to(&self, before: &Post, post: &Post) -> Result<Option<TransactWriteItem>, Error> {
        let (Some(published_at), Some(edited_at)) = (before.published_at, post.edited_at) else {
            return Ok(None);
        };
        let mut topics = post.topics.clone();
        topics.retain(|topic| !before.topics.contains(topic));
        if topics.is_empty() {
            return Ok(None);
        }
        let note = CameTo {
            status: post.status,
            expires_at: (edited_at + NOTED).as_second(),
            post: post.id,
            author: post.author.clone(),
            published_at,
            topics,
        };
        let key = keys::came_to(post.id, post.edition);
        let note = traced(encode(&key, &note)?);
        self.table.put_any(note).map(Some)
    }

    /// The write of what differs between a post as it was read and as it is to be. It goes on in
    /// the trace that made it, whoever settles its photos.
    fn change(&self, before: &Post, post: &Post) -> Result<TransactWriteItem, Error> {
        let mut sets = vec!["edition = :next".to_owned()];
        let update = standing_on(&before.author, before, "")?;
        let mut update = update.value(":next", value(before.edition + 1)?);
        let mut set = |name: &str, differs: bool, new: Result<AttributeValue, Error>| {
            if differs {
                sets.push(format!("#{name} = :{name}"));
                update = std::mem::take(&mut update)
                    .name(&format!("#{name}"), name)
                    .value(&format!(":{name}"), new?);
            }
            Ok::<_, Error>(())
        };
        set("status", post.status != before.status, value(post.status))?;
        set("text", post.text != before.text, value(&post.text))?;
        set("photos", post.photos != before.photos, value(&post.photos))?;
        set(
            "products",
            post.products != before.products,
            value(&post.products),
        )?;
        set("topics", post.topics != before.topics, value(&post.topics))?;
        set("poll", post.poll != before.poll, value(&post.poll))?;
        set(
            "votes",
            post.votes.len() != before.votes.len(),
            value(&post.votes),
        )?;
        set(
            "published_at",
            post.published_at != before.published_at,
            value(post.published_at),
        )?;
        set(
            "edited_at",
            post.edited_at != before.edited_at,
            value(post.edited_at),
        )?;
        let update = update.saying(format!("SET {}", sets.join(", ")));
        self.table
            .update_if(&keys::post(post.id), update, as_read(before))
    }

    /// One post, whatever its status.
    pub async fn post(&self, post: PostId) -> Result<Option<Post>, Error> {
        self.table.read(&keys::post(post), false).await
    }

    /// One post, as of every write acknowledged before.
    pub async fn post_now(&self, post: PostId) -> Result<Option<Post>, Error> {
        self.table.read(&keys::post(post), true).await
    }

    /// Many posts, whatever their status; those that are not there are left out.
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

    /// Deletes a post as its author read it: the post, its photos, its place in their list, its
    /// count, its marker and its hold on a review. `false` when it is not as it was read.
    pub async fn delete_post(&self, author: &UserId, post: &Post) -> Result<bool, Error> {
        let own = standing_on(author, post, as_read(post))?;
        let mut writes = vec![self.table.delete_if(&keys::post(post.id), own)?];
        for photo in post.photo_ids() {
            writes.push(self.give_up_photo(photo, post.id)?);
        }
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
        let released = writes.len();
        if let Some(review) = &post.review {
            writes.push(self.release_review(author, &review.id, post.id)?);
        }
        let mut outcome = self.table.transact(writes.clone()).await;
        if matches!(outcome, Err(NotCommitted::Condition(index)) if index == released) {
            // The store took the review back: nothing is held any more.
            writes.truncate(released);
            outcome = self.table.transact(writes).await;
        }
        match outcome {
            Ok(()) => Ok(true),
            Err(NotCommitted::Condition(0)) => Ok(false),
            Err(not) => Err(not.into()),
        }
    }

    /// Up to `limit` of an author's published posts before a position, newest first, and whether
    /// there are more. Consistent, so that a back-fill misses nothing that was published.
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
            .filter_map(|item| entry(item, Some(author)));
        Ok((entries.collect(), found.more))
    }
}
