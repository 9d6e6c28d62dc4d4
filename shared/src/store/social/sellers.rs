//! Sellers: for which brands they see what, and what they ask of influencers (MONEY 35).

use domain::{
    claim::Claim,
    ids::{BriefId, UserId},
    money::briefs::{Brief, Running, Sent, Status},
    posts::Post,
    quota::{Per, Quota},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Conflict, Error},
    keys,
    store::{Store, idempotency::note_made, quota::spend_in},
    table::{Expression, Found, Range, Write, encode, put_if, put_new, readable, value},
};

/// For which brands somebody sees what, as the store spells them.
#[derive(Serialize, Deserialize)]
struct Mapped {
    brands: Vec<String>,
}

impl Store {
    /// Which brands somebody sees as a seller.
    pub async fn brands_of(&self, user: &UserId) -> Result<Vec<String>, Error> {
        let mapped: Option<Mapped> = self.table.read(&keys::seller(user), true).await?;
        Ok(mapped.map(|mapped| mapped.brands).unwrap_or_default())
    }

    /// Has somebody see these brands as a seller, and no others.
    pub async fn map_seller(&self, user: &UserId, brands: Vec<String>) -> Result<(), Error> {
        let key = keys::seller(user);
        if brands.is_empty() {
            return self.table.delete(&key).await;
        }
        let item = encode(&key, &Mapped { brands })?;
        self.table.put_all(vec![item]).await
    }

    /// Sends a brief. `false` when the `Idempotency-Key` was used meanwhile.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn send_brief(
        &self,
        brief: &Brief,
        to: &UserId,
        claim: Option<&Claim>,
        quota: &Quota,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let sent = Sent {
            id: brief.id,
            to: to.clone(),
        };
        let there = || Error::internal("a brief of this id was sent before");
        let lies = put_new(encode(&keys::brief(to, brief.id), brief)?);
        let listed = put_new(encode(&keys::sent_brief(&quota.user, brief.id), &sent)?);
        let mut writes = vec![lies.or_fail(there()), listed.or_fail(there())];
        if let Some(claim) = claim {
            writes.push(note_made(claim, brief.id.to_string(), now)?.unless(false));
        }
        writes.push(spend_in(Per::Day, quota, now));
        self.table.transact(true, writes).await
    }

    /// One brief to somebody.
    pub async fn brief(&self, to: &UserId, id: BriefId) -> Result<Option<Brief>, Error> {
        self.table.read(&keys::brief(to, id), true).await
    }

    /// To whom somebody sent a brief.
    pub async fn sent_brief(&self, by: &UserId, id: BriefId) -> Result<Option<Sent>, Error> {
        self.table.read(&keys::sent_brief(by, id), true).await
    }

    /// Up to `limit` of the briefs to somebody before one, newest first, and whether there are more.
    pub async fn briefs_to(
        &self,
        user: &UserId,
        before: Option<BriefId>,
        limit: usize,
    ) -> Result<(Vec<Brief>, bool), Error> {
        let found = self.briefs(keys::briefs_to(user), before, limit).await?;
        Ok((readable(found.items), found.more))
    }

    /// Up to `limit` of the briefs that somebody sent before one, newest first, and whether there are more.
    pub async fn briefs_by(
        &self,
        user: &UserId,
        before: Option<BriefId>,
        limit: usize,
    ) -> Result<(Vec<Sent>, bool), Error> {
        let found = self.briefs(keys::briefs_by(user), before, limit).await?;
        Ok((readable(found.items), found.more))
    }

    async fn briefs(
        &self,
        list: String,
        before: Option<BriefId>,
        limit: usize,
    ) -> Result<Found, Error> {
        let range = Range {
            // What runs of them stands behind all ids.
            from: Some("0".to_owned()),
            to: Some("8".to_owned()),
            after: before.map(|id| id.to_string()),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(list)
        };
        self.table.query(&range).await
    }

    /// How briefs stand that were sent; those to whoever has left are not there any more.
    pub async fn sent_briefs(&self, sent: &[Sent]) -> Result<Vec<Brief>, Error> {
        let keys = sent.iter().map(|sent| keys::brief(&sent.to, sent.id));
        Ok(readable(self.table.get_all(keys.collect()).await?))
    }

    /// Accepts a brief, or declines it, once. `false` when something is not as it was read.
    ///
    /// # Errors
    /// [`Conflict::BriefAnswered`] when something else was said before; [`Conflict::BriefLimit`] when as many run as may.
    pub async fn answer_brief(
        &self,
        user: &UserId,
        before: &Brief,
        answer: Status,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if before.status != Status::Sent {
            return Err(Error::Conflict(Conflict::BriefAnswered));
        }
        let after = Brief {
            status: answer,
            answered_at: Some(now),
            ..before.clone()
        };
        let unanswered = Expression::new("#status = :sent")
            .name("#status", "status")
            .value(":sent", value(Status::Sent)?);
        let item = encode(&keys::brief(user, before.id), &after)?;
        let mut writes: Vec<Write<bool>> = vec![put_if(item, unanswered).unless(false)];
        if answer == Status::Accepted {
            let running = self.running_briefs(user).await?;
            let more = running.with(&after, now);
            let more = more.ok_or(Error::Conflict(Conflict::BriefLimit))?;
            let item = encode(&keys::running_briefs(user), &more)?;
            writes.push(match running.edition {
                0 => put_new(item).unless(false),
                edition => {
                    let as_read = Expression::new("edition = :edition");
                    put_if(item, as_read.value(":edition", value(edition)?)).unless(false)
                }
            });
        }
        self.table.transact(true, writes).await
    }

    /// Which briefs somebody accepted that run: what their posts are paid for by.
    pub async fn running_briefs(&self, user: &UserId) -> Result<Running, Error> {
        let running = self.table.read(&keys::running_briefs(user), true).await?;
        Ok(running.unwrap_or_default())
    }

    /// Says on a post that is to appear that it is paid for, if it is by a brief that its author accepted.
    pub async fn label_paid(&self, post: &mut Post, now: Timestamp) -> Result<(), Error> {
        if !post.sponsored && post.named_products().next().is_some() {
            let running = self.running_briefs(&post.author).await?;
            post.sponsored = running.pay_for(post, now);
        }
        Ok(())
    }
}
