//! What follows for a person from what of theirs is hidden, and shown again: nobody decides on that (ENGAGEMENT 36).

use domain::{
    engagement::{Action, Case, Ground, HiddenBy, SUSPENSION, Statement, Subject},
    ids::UserId,
};
use jiff::Timestamp;
use shared::{error::Error, store::Suspension};

use crate::App;

impl App {
    /// What follows for whoever has so many strikes by what was done: enough of them suspend, and too few do no longer.
    pub(crate) async fn follows(
        &self,
        author: &UserId,
        action: Action,
        count: u64,
        now: Timestamp,
    ) -> Result<Option<Suspension>, Error> {
        match action {
            Action::Hide if count >= self.strikes => {
                self.suspension(author, count, now).await.map(Some)
            }
            Action::Restore if count < self.strikes => self.forgiveness(author, now).await,
            Action::Hide | Action::Restore | Action::StripBadge | Action::Suspend => Ok(None),
        }
    }

    /// What follows from so many strikes.
    async fn suspension(
        &self,
        author: &UserId,
        count: u64,
        now: Timestamp,
    ) -> Result<Suspension, Error> {
        let subject = Subject::Person(author.clone());
        let before = self.store.case_now(&subject).await?;
        let new = || Case::new(subject.clone(), author.clone(), now);
        let case = before.clone().unwrap_or_else(new);
        let until = now.checked_add(SUSPENSION).unwrap_or(Timestamp::MAX);
        let until = case.suspension().map_or(until, |was| was.max(until));
        let statement = Statement {
            id: case.next_statement(now),
            author: author.clone(),
            subject,
            by: HiddenBy::Moderator,
            automated: true,
            action: Action::Suspend,
            reason: format!("Moderators hid {count} of your posts and comments within 180 days."),
            ground: Ground::Terms,
            until: Some(until),
            decided_at: now,
            on_appeal: None,
            strikes: Some(count),
            warns: false,
            rounds: (case.round, case.round),
        };
        Ok(Suspension {
            before,
            after: case.suspended(&statement),
            statement,
            until: Some(until),
        })
    }

    /// What follows from a strike that is taken back, where there are not enough any more: who is suspended for strikes
    /// is no longer, or as long as a moderator said before.
    async fn forgiveness(
        &self,
        author: &UserId,
        now: Timestamp,
    ) -> Result<Option<Suspension>, Error> {
        let subject = Subject::Person(author.clone());
        let Some(before) = self.store.case_now(&subject).await? else {
            return Ok(None);
        };
        if before.struck_until.is_none_or(|until| until <= now) {
            return Ok(None);
        }
        let after = before.clone().forgiven();
        let until = after.suspension().filter(|until| *until > now);
        let statement = Statement {
            id: before.next_statement(now),
            author: author.clone(),
            subject,
            by: HiddenBy::Moderator,
            automated: true,
            action: until.map_or(Action::Restore, |_| Action::Suspend),
            reason: "One of the decisions for which you were suspended was taken back.".to_owned(),
            ground: Ground::Terms,
            until,
            decided_at: now,
            on_appeal: None,
            strikes: None,
            warns: false,
            rounds: (before.round, before.round),
        };
        Ok(Some(Suspension {
            before: Some(before),
            after,
            statement,
            until,
        }))
    }
}
