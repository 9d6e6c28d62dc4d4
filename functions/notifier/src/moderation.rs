//! What was decided on something of somebody's, and on what they reported.

use domain::engagement::{Fact, NoticeKind, Slot};
use jiff::Timestamp;
use shared::{
    error::Error,
    queue::messages::{ReportDecided, Stated},
    table::Anew,
};

use crate::App;

impl App {
    /// Tells somebody what was decided on something of theirs, with the statement.
    pub async fn stated(&self, stated: &Stated) -> Result<(), Error> {
        let statement = self.store.statement(&stated.author, stated.statement);
        let Some(statement) = statement.await? else {
            return Ok(());
        };
        let slot = Slot {
            owner: statement.author.clone(),
            kind: NoticeKind::Moderation,
            subject: statement.subject.clone(),
        };
        let at = statement.decided_at;
        let fact = Fact::Decided(Box::new(statement));
        self.tell_once(&slot, &fact, at).await
    }

    /// Tells somebody what came of their report, as it stands.
    pub async fn report_decided(&self, decided: &ReportDecided) -> Result<(), Error> {
        let report = self
            .store
            .report_on(&decided.subject, &decided.reporter, true);
        let Some(outcome) = report.await?.and_then(|report| report.outcome) else {
            return Ok(());
        };
        let slot = Slot {
            owner: decided.reporter.clone(),
            kind: NoticeKind::ReportDecided,
            subject: decided.subject.clone(),
        };
        self.tell_once(&slot, &Fact::Report(outcome), outcome.at)
            .await
    }

    async fn tell_once(&self, slot: &Slot, fact: &Fact, at: Timestamp) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what somebody was told");
        loop {
            let Some(profile) = self.store.profile(&slot.owner).await? else {
                return Ok(());
            };
            let (now, read_to) = (self.clock.now(), profile.read_to);
            let told = self.store.tell_fact(slot, fact.clone(), at, read_to, now);
            if told.await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }
}
