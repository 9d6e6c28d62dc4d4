//! A post goes: with its photos, its place in its author's list, and all that it counted for.

use domain::{
    feeds::Position,
    ids::{PostId, UserId},
    posts::{Post, PostStatus},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{
    photos::give_up_photo,
    post::{as_read, standing_on},
};
use crate::{
    error::Error,
    keys,
    store::{
        Store,
        catalogue::release_review,
        engagement::{moved, unearned},
        people::count,
    },
    table::{Expression, Write, delete, delete_if, value},
};

/// How long it is known of a post that is gone that it was there.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Store {
    /// Deletes a post as its author read it: the post, its photos, its place in their list, its
    /// count, its marker, its hold on a review, and what it and the answer that it accepts have earned. `false` when it
    /// is not as it was read.
    pub async fn delete_post(&self, author: &UserId, post: &Post) -> Result<bool, Error> {
        let mut writes = deletion(author, post, true)?;
        if let Some(review) = &post.review {
            let released = release_review(author, &review.id, post.id);
            writes.push(released.unless(Deletion::ReviewGone));
        }
        let mut came = self.table.transact(Deletion::Done, writes).await?;
        if came == Deletion::ReviewGone {
            // The store took the review back: nothing is held any more.
            came = self
                .table
                .transact(Deletion::Done, deletion(author, post, true)?)
                .await?;
        }
        Ok(came == Deletion::Done)
    }

    /// Deletes a post of somebody who leaves, as it was read: as [`Store::delete_post`], save what is counted with them
    /// and what they wrote in the store, which go by themselves. `false` when it is not as it was read.
    pub async fn take_post(&self, author: &UserId, post: &Post) -> Result<bool, Error> {
        let writes = deletion(author, post, false)?;
        let came = self.table.transact(Deletion::Done, writes).await?;
        Ok(came == Deletion::Done)
    }

    /// Whether a post was there that is gone since a month at most.
    pub async fn was_there(&self, post: PostId, now: Timestamp) -> Result<bool, Error> {
        let noted: Option<Noted> = self.table.read(&keys::gone(post), false).await?;
        Ok(noted.is_some_and(|noted| noted.expires_at > now.as_second()))
    }

    /// Notes, for a month, that a post was there.
    pub async fn note_gone(&self, post: PostId, now: Timestamp) -> Result<(), Error> {
        let until = Expression::new("SET expires_at = :then")
            .number(":then", (now + REMEMBERED).as_second());
        self.table
            .update(&keys::gone(post), until.when(None))
            .await?;
        Ok(())
    }
}

/// That a post was there.
#[derive(Deserialize)]
struct Noted {
    /// Seconds since 1970.
    expires_at: i64,
}

/// What came of deleting a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deletion {
    Done,
    /// It is not as it was read.
    Changed,
    /// Its review is held by it no more.
    ReviewGone,
}

/// The writes by which a post goes, save that it lets its review go; what is counted with its author moves, or not.
fn deletion(author: &UserId, post: &Post, counted: bool) -> Result<Vec<Write<Deletion>>, Error> {
    // What it has earned goes with it: a badge counts what is there.
    let (earned, taken) = unearned(author, post.earned);
    let taken = taken.filter(|_| counted);
    // An answer to a question that is gone earns nothing more.
    let answered = match &post.accepted {
        None => "attribute_not_exists(#accepted)",
        Some(_) => "#accepted.#own = :answer",
    };
    let own = format!("{} AND {earned} AND {answered}", as_read(post));
    let mut own = standing_on(author, post, &own)?.name("#accepted", "accepted");
    if let Some(accepted) = &post.accepted {
        own = own
            .name("#own", "own")
            .value(":answer", value(accepted.own)?);
    }
    if post.earned > 0 {
        own = own.value(":earned", value(post.earned)?);
    }
    let mut writes = vec![delete_if(keys::post(post.id), own).unless(Deletion::Changed)];
    writes.extend(taken);
    let answerer = post.accepted.as_ref().map(|accepted| &accepted.by);
    writes.extend(answerer.and_then(|answerer| moved(post, answerer, -1)));
    for photo in post.photo_ids() {
        let given_up = give_up_photo(photo, post.id);
        writes.push(given_up.or_fail(Error::internal("a photo of another post")));
    }
    if let Some(published_at) = post.published_at {
        let at = Position {
            published_at,
            post: post.id,
        };
        writes.extend([delete(keys::authored(author, at)), delete(keys::open(at))]);
        // What is hidden is not counted.
        if counted && post.status == PostStatus::Published {
            let counted = count(author, "posts", -1);
            writes.push(counted.or_fail(Error::internal("an author without a profile")));
        }
    } else {
        writes.push(delete(keys::waiting(author, post.id)));
    }
    Ok(writes)
}
