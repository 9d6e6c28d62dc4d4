//! Posts that are shown for sponsors: who begins it, and which run.

use domain::{
    claim::Claim,
    feeds::Sponsorship,
    ids::SponsorshipId,
    posts::{Post, PostStatus},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use ulid::Ulid;

use crate::{
    error::Error,
    keys,
    store::{Store, idempotency::note_made, posts::change},
    table::{Range, Write, delete_there, encode, put_new, readable},
};

/// One that has ended is listed for so long.
const LISTED: SignedDuration = SignedDuration::from_hours(90 * 24);

#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    sponsorship: &'a Sponsorship,
    expires_at: i64,
}

impl Store {
    /// Has a published post, as it was read, shown for a sponsor from some time on, and says so on it. `false` where the
    /// post is not so any more, or the `Idempotency-Key` was used meanwhile.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn sponsor(
        &self,
        sponsorship: &Sponsorship,
        post: &Post,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let ended = sponsorship.ends_at.saturating_add(LISTED);
        let kept = Kept {
            sponsorship,
            expires_at: ended.unwrap_or(Timestamp::MAX).as_second(),
        };
        let item = encode(&keys::sponsorship(sponsorship.id), &kept)?;
        let sponsored = Post {
            sponsored: true,
            status: PostStatus::Published,
            ..post.clone()
        };
        let mut writes: Vec<Write<bool>> = vec![
            put_new(item).or_fail(Error::internal("a sponsorship of this id is there")),
            change(post, &sponsored)?.unless(false),
        ];
        if let Some(claim) = claim {
            writes.push(note_made(claim, sponsorship.id.to_string(), now)?.unless(false));
        }
        self.table.transact(true, writes).await
    }

    /// One that is listed still.
    pub async fn sponsorship(&self, id: SponsorshipId) -> Result<Option<Sponsorship>, Error> {
        self.table.read(&keys::sponsorship(id), true).await
    }

    /// Up to `limit` of them, those that end last first, before that of an id; and whether there are more.
    pub async fn sponsorships(
        &self,
        before: Option<SponsorshipId>,
        limit: usize,
    ) -> Result<(Vec<Sponsorship>, bool), Error> {
        let range = Range {
            after: before.map(|id| id.to_string()),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::SPONSORED.to_owned())
        };
        let found = self.table.query(&range).await?;
        Ok((readable(found.items), found.more))
    }

    /// All that have not ended, begun or not: their ids are in the order of their ends.
    pub async fn running_sponsorships(&self, now: Timestamp) -> Result<Vec<Sponsorship>, Error> {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let range = Range {
            from: Some(Ulid::from_parts(millis, 0).to_string()),
            ..Range::all(keys::SPONSORED.to_owned())
        };
        Ok(readable(self.table.query_all(range).await?))
    }

    /// Ends one at once. `false` where there is none.
    pub async fn end_sponsorship(&self, id: SponsorshipId) -> Result<bool, Error> {
        let key = keys::sponsorship(id);
        let ended = delete_there(key).unless(false);
        self.table.transact(true, vec![ended]).await
    }
}
