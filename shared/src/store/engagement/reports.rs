//! Reports, what came of them, and appeals (ENGAGEMENT 30-32, 37).

use domain::{
    claim::Claim,
    engagement::{Appeal, Case, Moderation, Outcome, Record, Report, Statement},
    ids::{AppealId, UserId},
    quota::Quota,
};
use jiff::Timestamp;

use super::{
    Act, Piece,
    cases::{case_written, on_edition, stated},
};
use crate::{
    error::Error,
    keys::{self, EXPIRES_AT},
    store::{Store, idempotency::note_made, quota::spend},
    table::{Anew, Expression, decode, encode, put, put_if, update_if, value},
};

/// A report that is to be, with what it stands on, as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Reporting<'a> {
    /// What is reported.
    pub report: &'a Report,
    /// What was said of that before.
    pub before: Option<&'a Case>,
    /// And with this report.
    pub after: &'a Case,
    /// What is hidden by it, and what is said of that.
    pub hidden: Option<(&'a Piece, &'a Moderation)>,
    /// The request's claim on what it makes.
    pub claim: Option<&'a Claim>,
    /// How many reports a person may make in an hour.
    pub quota: &'a Quota,
}

/// What came of a report, or of an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filed {
    /// It is there.
    Done,
    /// The `Idempotency-Key` was used meanwhile. Read what it made.
    KeyUsed,
    /// What it stands on is not as it was read; or its reporter made one meanwhile. Read again.
    Moved,
}

impl Store {
    /// Makes a report, which may hide what it is about.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn report(&self, new: Reporting<'_>, now: Timestamp) -> Result<Filed, Error> {
        let report = new.report;
        let relation = || {
            // One that is decided makes room for another.
            let free = Expression::new("attribute_not_exists(PK) OR #round < :round")
                .name("#round", "round")
                .value(":round", value(report.round)?);
            let item = encode(&keys::report(&report.subject, &report.reporter), report)?;
            let mut writes = vec![put_if(item, free).unless(Act::Moved)];
            let listed = keys::reported(&report.reporter, &report.subject);
            writes.push(put(listed.attributes()));
            writes.extend(case_written(new.before, new.after, Act::Moved)?);
            if let Some((piece, why)) = new.hidden {
                writes.extend(piece.turned(Some(why), false, now)?);
                writes.push(stated(&Statement::automatic(new.after, why, now))?);
            }
            if let Some(claim) = new.claim {
                let made = note_made(claim, report.subject.to_string(), now)?;
                writes.push(made.unless(Act::Came(Filed::KeyUsed)));
            }
            writes.push(spend(new.quota, now));
            Ok(writes)
        };
        let hidden = new.hidden.map(|(piece, _)| piece.counts(true));
        let mut counted = hidden.unwrap_or_default();
        let act = Box::pin(self.act(Filed::Done, relation, &mut counted)).await?;
        Ok(match act {
            Act::Came(filed) => filed,
            Act::Moved => Filed::Moved,
        })
    }

    /// What came of a person's reports: half a read unit up to some months of very many.
    pub async fn record(&self, reporter: &UserId) -> Result<Record, Error> {
        let record = self.table.read(&keys::reporter(reporter), false).await?;
        Ok(record.unwrap_or_default())
    }

    /// Notes what came of a report, once, and that its reporter was right, or not; never in the stead of what came of it
    /// later.
    pub async fn note_outcome(
        &self,
        report: &Report,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what came of a report");
        let key = keys::report(&report.subject, &report.reporter);
        loop {
            let of_reporter = keys::reporter(&report.reporter);
            let (found, of_theirs) = futures::try_join!(
                self.table.get(&key, true),
                self.table.get(&of_reporter, true)
            )?;
            // Of whoever has left, what comes of what they reported is swept with that.
            let swept = of_theirs.as_ref().or(found.as_ref());
            let swept = swept.and_then(|item| item.get(EXPIRES_AT)).cloned();
            let found = found.map(decode::<Report>).transpose()?;
            let record = of_theirs.map(decode::<Record>).transpose()?;
            // Whoever made it may have made another since.
            let Some(found) = found.filter(|found| found.id == report.id) else {
                return Ok(());
            };
            let before = found.outcome;
            if before.is_some_and(|before| before.by >= outcome.by) {
                return Ok(());
            }
            let edition = record.as_ref().map(|record| record.edition);
            let record = record.unwrap_or_default();
            let record = record.with(before.as_ref(), outcome, now);
            let set = Expression::new("SET outcome = :outcome")
                .name("#id", "id")
                .value(":id", value(report.id)?)
                .value(":outcome", value(outcome)?);
            let (set, as_read) = match before {
                None => (set, "#id = :id AND attribute_not_exists(outcome)"),
                Some(before) => (
                    set.name("#by", "by").value(":before", value(before.by)?),
                    "#id = :id AND outcome.#by = :before",
                ),
            };
            let mut record = encode(&of_reporter, &record)?;
            record.extend(swept.map(|then| (EXPIRES_AT.to_owned(), then)));
            let writes = vec![
                update_if(key.clone(), set, as_read).unless(false),
                on_edition(record, edition).unless(false),
            ];
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// An appeal of a person's.
    pub async fn appeal_of(&self, who: &UserId, appeal: AppealId) -> Result<Option<Appeal>, Error> {
        self.table.read(&keys::appeal(who, appeal), true).await
    }

    /// Makes an appeal on a case as it was read.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn appeal(
        &self,
        appeal: &Appeal,
        before: &Case,
        after: &Case,
        claim: Option<&Claim>,
        quota: &Quota,
    ) -> Result<Filed, Error> {
        let now = appeal.created_at;
        let mut writes = case_written(Some(before), after, Filed::Moved)?;
        writes.push(put(encode(&keys::appeal(&appeal.who, appeal.id), appeal)?));
        if let Some(claim) = claim {
            let made = note_made(claim, appeal.id.to_string(), now)?;
            writes.push(made.unless(Filed::KeyUsed));
        }
        writes.push(spend(quota, now));
        self.table.transact(Filed::Done, writes).await
    }
}
