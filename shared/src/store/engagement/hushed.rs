//! What somebody who leaves told moderators (ENGAGEMENT 49): that they did stays for half a year, without their words.

use domain::{
    engagement::Subject,
    ids::{AppealId, UserId},
    people::leaving::RULES_KEPT,
};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{EXISTS, Expression},
};

impl Store {
    /// Has a report say no more than that there was one, and for what; it is swept in half a year.
    pub async fn hush_report(
        &self,
        subject: &Subject,
        user: &UserId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let hush = Expression::new("SET expires_at = :then REMOVE detail")
            .number(":then", (now + RULES_KEPT).as_second())
            .when(Some(EXISTS));
        self.table
            .update(&keys::report(subject, user), hush)
            .await?;
        Ok(())
    }

    /// Has an appeal that is to be decided give no reason any more.
    pub async fn hush_appeal(&self, user: &UserId, appeal: AppealId) -> Result<(), Error> {
        let Some(appeal) = self.appeal_of(user, appeal).await? else {
            return Ok(());
        };
        let hush = Expression::new("SET #appeal.#text = :none ADD edition :one")
            .name("#appeal", "appeal")
            .name("#text", "text")
            .name("#id", "id")
            .text(":none", "")
            .text(":id", appeal.id.to_string())
            .number(":one", 1)
            .when(Some("#appeal.#id = :id"));
        self.table
            .update(&keys::case(&appeal.subject), hush)
            .await?;
        Ok(())
    }
}
