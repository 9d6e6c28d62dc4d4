//! Uploads: tickets, what became of them, and what claimed them.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    claim::Claim,
    ids::{PhotoId, PostId, UserId},
    posts::photo::{Awaited, Image, Original, Photo, PhotoStatus, Rejection},
    quota::Quota,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::{Store, idempotency::note_made, quota::spend},
    table::{
        Conditional, EXISTS, Expression, Item, Range, Write, decode, delete, delete_if, encode,
        put, put_new, readable, trace_of, traced, update_if, value,
    },
    telemetry::Trace,
};

/// The condition that a photo is this owner's, as it was read, and nobody's yet.
const FREE: &str = "#owner = :owner AND #status = :status \
    AND attribute_not_exists(post) AND attribute_not_exists(avatar)";

impl Store {
    /// Notes a ticket, and that its upload is awaited; with a claim, the one that is given for it: `false` when the key was used meanwhile.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn give_ticket(
        &self,
        photo: &Photo,
        claim: Option<&Claim>,
        quota: Option<&Quota>,
    ) -> Result<bool, Error> {
        let now = photo.created_at;
        let ticket = put_new(traced(encode(&keys::photo(photo.id), photo)?));
        let taken = "a ticket of this id was given before";
        let listed = uploaded(photo)?;
        let mut writes = vec![
            ticket.or_fail(Error::internal(taken)),
            put(marker(photo)?),
            put(listed),
        ];
        if let Some(claim) = claim {
            writes.push(note_made(claim, photo.id.to_string(), now)?.unless(false));
        }
        writes.extend(quota.map(|quota| spend(quota, now)));
        self.table.transact(true, writes).await
    }

    /// An upload, as of every write acknowledged before.
    pub async fn photo(&self, photo: PhotoId) -> Result<Option<Photo>, Error> {
        self.table.read(&keys::photo(photo), true).await
    }

    /// An upload as [`Store::photo`] reads it, and the trace of the request for its ticket.
    pub async fn ticket(&self, photo: PhotoId) -> Result<Option<(Photo, Option<Trace>)>, Error> {
        let item = self.table.get(&keys::photo(photo), true).await?;
        item.map(|item| {
            let trace = trace_of(&item);
            decode(item).map(|photo| (photo, trace))
        })
        .transpose()
    }

    /// Several uploads, each as of every write acknowledged before; `None` where there is none.
    pub async fn photos(&self, photos: &[PhotoId]) -> Result<Vec<Option<Photo>>, Error> {
        futures::future::try_join_all(photos.iter().map(|photo| self.photo(*photo))).await
    }

    /// Marks an upload as ready, or rejected; a second time changes nothing. Answers with the
    /// photo as it is now, or `None` when its ticket is gone.
    pub async fn settle_photo(
        &self,
        photo: PhotoId,
        outcome: Result<(&Image, &Original), Rejection>,
    ) -> Result<Option<Photo>, Error> {
        let update = match outcome {
            Ok((image, original)) => {
                Expression::new("SET #status = :status, image = :image, original = :original")
                    .value(":image", value(image)?)
                    .value(":original", value(original)?)
                    .value(":status", value(PhotoStatus::Ready)?)
            }
            Err(reason) => Expression::new("SET #status = :status, reason = :reason")
                .value(":reason", value(reason)?)
                .value(":status", value(PhotoStatus::Rejected)?),
        };
        let change = update
            .name("#status", "status")
            .value(":waiting", value(PhotoStatus::AwaitingUpload)?)
            .when(Some("attribute_exists(PK) AND #status = :waiting"));
        match self.table.update(&keys::photo(photo), change).await? {
            Some(item) => decode(item).map(Some),
            None => self.photo(photo).await,
        }
    }
}

impl Store {
    /// Uploads that were not settled when they could have been, those that are awaited longest
    /// first, up to `most` of each partition.
    pub async fn awaited_photos(&self, now: Timestamp, most: usize) -> Result<Vec<Awaited>, Error> {
        let shards = (0..keys::AWAITED_SHARDS).map(|shard| {
            let range = Range {
                to: Some(format!("{:.3}#~", Awaited::latest(now))),
                limit: Some(most),
                ..Range::all(keys::awaited_shard(shard))
            };
            self.table.query_all(range)
        });
        let found = futures::future::try_join_all(shards).await?;
        let awaited = found.into_iter().flatten().filter_map(|item| {
            let (since, photo) = keys::parse_since(&keys::Key::of(&item)?.sk)?;
            let marker = readable::<Marker>([item]).pop()?;
            Some(Awaited {
                photo,
                since,
                again_at: marker.again_at,
            })
        });
        Ok(awaited.collect())
    }

    /// Notes before when an upload is not to be looked for again; of one that is awaited no more,
    /// nothing.
    pub async fn look_later(&self, awaited: &Awaited, until: Timestamp) -> Result<(), Error> {
        let change = Expression::new("SET again_at = :until")
            .text(":until", until.to_string())
            .when(Some(EXISTS));
        let key = keys::awaited(awaited.since, awaited.photo);
        self.table.update(&key, change).await?;
        Ok(())
    }

    /// Says that an upload is awaited no more: it is settled, or gone.
    pub async fn stop_awaiting(&self, since: Timestamp, photo: PhotoId) -> Result<(), Error> {
        self.table.delete(&keys::awaited(since, photo)).await
    }
}

/// An upload of the last day, in its owner's list.
#[derive(Serialize, Deserialize)]
struct Uploaded {
    /// When its ticket was given out.
    since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

/// The entry of an upload in its owner's list, which lives as long as one that nothing claims.
fn uploaded(photo: &Photo) -> Result<Item, Error> {
    let entry = Uploaded {
        since: photo.created_at,
        expires_at: photo.expires_at,
    };
    encode(&keys::uploaded(&photo.owner, photo.id), &entry)
}

impl Store {
    /// Up to `limit` of a person's uploads of the last day, from a place in the list on, each with when its ticket was
    /// given out; and the place where this page ends, if there is more.
    pub async fn uploads(
        &self,
        owner: &UserId,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<(PhotoId, Timestamp)>, Option<String>), Error> {
        let range = Range {
            after,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::uploaded_by(owner))
        };
        let found = self.table.query(&range).await?;
        let last = found.items.last().and_then(keys::Key::of);
        let uploads = found.items.into_iter().filter_map(|item| {
            let photo = keys::Key::of(&item)?.sk.parse().ok()?;
            let entry = readable::<Uploaded>([item]).pop()?;
            Some((photo, entry.since))
        });
        let last = last.map(|key| key.sk).filter(|_| found.more);
        Ok((uploads.collect(), last))
    }

    /// Takes an upload that nothing has claimed from somebody who leaves, with its marker and its entry in their list.
    pub async fn take_upload(
        &self,
        owner: &UserId,
        photo: PhotoId,
        since: Timestamp,
    ) -> Result<(), Error> {
        let own = Expression::new(
            "attribute_not_exists(PK) OR (#owner = :owner AND attribute_not_exists(post) \
             AND attribute_not_exists(avatar))",
        );
        let own = own.name("#owner", "owner").text(":owner", owner.as_str());
        let writes = vec![
            // What was claimed goes with what has it.
            delete_if(keys::photo(photo), own).unless(false),
            delete(keys::awaited(since, photo)),
            delete(keys::uploaded(owner, photo)),
        ];
        if !self.table.transact(true, writes).await? {
            let rest = [keys::awaited(since, photo), keys::uploaded(owner, photo)];
            self.table.delete_all(&rest).await?;
        }
        Ok(())
    }
}

/// That an upload is awaited.
#[derive(Serialize, Deserialize)]
struct Marker {
    owner: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again_at: Option<Timestamp>,
}

/// The marker of a photo that waits for its upload.
fn marker(photo: &Photo) -> Result<Item, Error> {
    let marker = Marker {
        owner: photo.owner.clone(),
        again_at: None,
    };
    encode(&keys::awaited(photo.created_at, photo.id), &marker)
}

/// The write by which a post claims a photo of its author's, as it was when read; it lives as
/// long as the post from then on.
pub(in crate::store) fn claim_photo(
    photo: &Photo,
    owner: &UserId,
    post: PostId,
) -> Result<Conditional, Error> {
    let update = Expression::new("SET post = :post REMOVE expires_at")
        .text(":post", post.to_string())
        .text(":owner", owner.as_str())
        .name("#owner", "owner")
        .name("#status", "status")
        .value(":status", value(photo.status)?);
    Ok(update_if(keys::photo(photo.id), update, FREE))
}

/// The write by which its owner's profile claims a photo that is ready; it lives as long as it is
/// the avatar from then on.
pub(in crate::store) fn claim_avatar(photo: PhotoId, owner: &UserId) -> Result<Conditional, Error> {
    let update = Expression::new("SET avatar = :true REMOVE expires_at")
        .value(":true", AttributeValue::Bool(true))
        .text(":owner", owner.as_str())
        .name("#owner", "owner")
        .name("#status", "status")
        .value(":status", value(PhotoStatus::Ready)?);
    Ok(update_if(keys::photo(photo), update, FREE))
}

/// The write by which a photo goes, with all that the bucket holds of it: `relay` tells `photos` of
/// it.
pub(in crate::store) fn remove_photo<T>(photo: PhotoId) -> Write<T> {
    delete(keys::photo(photo))
}

/// The write that holds a claimed photo as it was when read: still without an outcome.
pub(in crate::store) fn await_photo(photo: PhotoId, post: PostId) -> Result<Conditional, Error> {
    let update = Expression::new("SET post = :post")
        .text(":post", post.to_string())
        .name("#status", "status")
        .value(":awaited", value(PhotoStatus::AwaitingUpload)?);
    let held = "post = :post AND #status = :awaited";
    Ok(update_if(keys::photo(photo), update, held))
}

/// The write by which a post gives up a photo: it goes, and its renditions after it.
pub(in crate::store) fn give_up_photo(photo: PhotoId, post: PostId) -> Conditional {
    let own =
        Expression::new("attribute_not_exists(PK) OR post = :post").text(":post", post.to_string());
    delete_if(keys::photo(photo), own)
}
