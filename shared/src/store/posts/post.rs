//! Posts: creating, changing, publishing, reading and deleting, each one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    claim::Claim,
    engagement::Subject,
    feeds::{Entry, Position},
    ids::{PhotoId, PostId, TopicId, UserId},
    posts::{Post, PostStatus, photo::Photo},
    quota::Quota,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::photos::{await_photo, claim_photo, give_up_photo};
use crate::{
    error::{Error, Refusal},
    keys,
    store::{
        Store,
        catalogue::claim_review,
        engagement::{held, held_post},
        feeds::{Marker, entry, outdated},
        idempotency::note_made,
        people::count,
        quota::spend,
    },
    table::{
        Conditional, Expression, Range, Write, delete, encode, put, put_new, readable, traced,
        update_if, value,
    },
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

/// How long it is noted that a post is on other walls: as long as the stream is kept.
const NOTED: SignedDuration = SignedDuration::from_hours(24);

/// As the relay reads it.
#[derive(Serialize)]
struct CameTo {
    status: PostStatus,
    expires_at: i64,
    post: PostId,
    author: UserId,
    published_at: Timestamp,
    edited_at: Timestamp,
    /// Those that it came to.
    topics: Vec<TopicId>,
    /// Those that it left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<TopicId>,
}

/// That a post is this author's and as it was read, save for its counts. The first edition is not
/// stored.
pub(super) fn as_read(post: &Post) -> &'static str {
    if post.edition == 0 {
        "author = :author AND #status = :before AND attribute_not_exists(edition)"
    } else {
        "author = :author AND #status = :before AND edition = :edition"
    }
}

/// An expression with what [`as_read`] names.
pub(super) fn standing_on(author: &UserId, post: &Post, text: &str) -> Result<Expression, Error> {
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
    /// [`Refusal::NotJoined`] when the author has no profile; [`Error::TooMany`] when the quota is spent.
    pub async fn create_post(
        &self,
        post: &Post,
        photos: &[Photo],
        claim: Option<&Claim>,
        quota: Option<&Quota>,
        now: Timestamp,
    ) -> Result<Creation, Error> {
        let new = put_new(traced(encode(&keys::post(post.id), post)?));
        let taken = "a post of this id was created before";
        let mut writes = vec![new.or_fail(Error::internal(taken))];
        for photo in photos {
            let claimed = claim_photo(photo, &post.author, post.id)?;
            writes.push(claimed.unless(Creation::PhotosChanged));
        }
        if let Some(review) = &post.review {
            let claimed = claim_review(&post.author, &review.id, post.id);
            writes.push(claimed.unless(Creation::ReviewChanged));
        }
        if let Some(claim) = claim {
            let made = note_made(claim, post.id.to_string(), now)?;
            writes.push(made.unless(Creation::KeyUsed));
        }
        match post.published_at {
            Some(published_at) => writes.extend(appearance(post, published_at)?),
            None => writes.push(put(keys::waiting(&post.author, post.id).attributes())),
        }
        // Nothing was said before of what is new.
        writes.extend(held_post(post, now, Creation::KeyUsed)?);
        writes.extend(quota.map(|quota| spend(quota, now)));
        self.table.transact(Creation::Done, writes).await
    }

    /// Writes what an author changed in a post, or what became of its photos, if it is as it was
    /// read. Its counts and votes move on meanwhile and are left alone. A post that is published
    /// now and was not before appears; one that the filter holds now is to be looked at. `false` when the post, an upload
    /// or what was said of it is not as it was read.
    pub async fn change_post(
        &self,
        before: &Post,
        post: &Post,
        uploads: &Uploads<'_>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut writes = vec![change(before, post)?.unless(false)];
        if let (None, Some(why)) = (&before.moderation, &post.moderation) {
            let subject = Subject::Post(post.id);
            let case = self.case_now(&subject).await?;
            let held = held(subject, &post.author, why, case.as_ref(), now, false);
            writes.extend(held?);
        }
        for photo in &uploads.claimed {
            writes.push(claim_photo(photo, &post.author, post.id)?.unless(false));
        }
        for photo in &uploads.awaited {
            writes.push(await_photo(*photo, post.id)?.unless(false));
        }
        for photo in &uploads.given_up {
            writes.push(give_up_photo(*photo, post.id).unless(false));
        }
        writes.extend(came_to(before, post)?);
        writes.extend(shown_or_not(before, post)?);
        self.table.transact(true, writes).await
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
        let found = readable::<Post>(found).into_iter();
        Ok(found.map(|post| (post.id, post)).collect())
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

/// The writes by which a post appears: counted, listed, and marked as still being delivered.
fn appearance<T>(post: &Post, published_at: Timestamp) -> Result<[Write<T>; 3], Error> {
    let at = Position {
        published_at,
        post: post.id,
    };
    let marker = Marker {
        author: post.author.clone(),
        topics: post.topics.clone(),
        published_at: None,
        again_at: None,
        expires_at: outdated(published_at),
    };
    Ok([
        count(&post.author, "posts", 1).or_fail(Error::Refused(Refusal::NotJoined)),
        put(keys::authored(&post.author, at).attributes()),
        put(encode(&keys::open(at), &marker)?),
    ])
}

/// The writes that go with a change of whether a post is seen: its place in its author's list and their count of posts.
pub(in crate::store) fn shown_or_not<T>(
    before: &Post,
    after: &Post,
) -> Result<Vec<Write<T>>, Error> {
    let seen = |post: &Post| post.status == PostStatus::Published;
    let by = match (before.published_at, after.published_at) {
        (None, Some(published_at)) => {
            let mut writes = Vec::from(appearance(after, published_at)?);
            writes.push(delete(keys::waiting(&after.author, after.id)));
            return Ok(writes);
        }
        _ if seen(before) == seen(after) => return Ok(Vec::new()),
        _ => i64::from(seen(after)) - i64::from(seen(before)),
    };
    let counted = count(&after.author, "posts", by);
    Ok(vec![
        counted.or_fail(Error::internal("an author without a profile")),
    ])
}

/// The note that an edit brought a post to other walls, or took it off some, and the marker that it is not on the former
/// yet; none where it did not. The stream's filter cannot compare topics, and lets new items through, but not each smile
/// at a post.
fn came_to<T>(before: &Post, post: &Post) -> Result<Vec<Write<T>>, Error> {
    let (Some(published_at), Some(edited_at)) = (before.published_at, post.edited_at) else {
        return Ok(Vec::new());
    };
    let mut topics = post.topics.clone();
    topics.retain(|topic| !before.topics.contains(topic));
    let mut left = before.topics.clone();
    left.retain(|topic| !post.topics.contains(topic));
    if topics.is_empty() && left.is_empty() {
        return Ok(Vec::new());
    }
    let came = !topics.is_empty();
    let marker = Marker {
        author: post.author.clone(),
        topics: topics.clone(),
        published_at: Some(published_at),
        again_at: None,
        expires_at: outdated(edited_at),
    };
    let at = Position {
        published_at: edited_at,
        post: post.id,
    };
    let note = CameTo {
        status: post.status,
        expires_at: (edited_at + NOTED).as_second(),
        post: post.id,
        author: post.author.clone(),
        published_at,
        edited_at,
        topics,
        left,
    };
    let key = keys::came_to(post.id, post.edition);
    let note = traced(encode(&key, &note)?);
    let mut writes = vec![put(note)];
    if came {
        writes.push(put(encode(&keys::open(at), &marker)?));
    }
    Ok(writes)
}

/// The write of what differs between a post as it was read and as it is to be. It goes on in
/// the trace that made it, whoever settles its photos.
pub(in crate::store) fn change(before: &Post, post: &Post) -> Result<Conditional, Error> {
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
        "sponsored",
        post.sponsored != before.sponsored,
        value(post.sponsored),
    )?;
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
    set(
        "moderation",
        post.moderation.is_some() && post.moderation != before.moderation,
        value(&post.moderation),
    )?;
    let removed = match (&before.moderation, &post.moderation) {
        (Some(_), None) => " REMOVE moderation",
        _ => "",
    };
    let update = update.saying(format!("SET {}{removed}", sets.join(", ")));
    Ok(update_if(keys::post(post.id), update, as_read(before)))
}
