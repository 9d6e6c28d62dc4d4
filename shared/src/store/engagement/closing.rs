//! What moderators know of what is gone, and of somebody who leaves: it is left for half a year, and then swept
//! (ENGAGEMENT 49). Whoever comes back takes up what they left.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Case, Subject},
    ids::UserId,
    people::leaving::RULES_KEPT,
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::cases::{on_edition, place};
use crate::{
    error::Error,
    keys::{self, EXPIRES_AT, Key},
    store::Store,
    table::{EXISTS, Expression, Item, Range, decode, delete, encode, put},
};

impl Store {
    /// Closes the case of what is gone, as it was read: nothing is to be looked at any more. `false` when it is not as it
    /// was read.
    pub async fn close_case(&self, before: &Case, now: Timestamp) -> Result<bool, Error> {
        if before.gone {
            return Ok(true);
        }
        let after = before.clone().closed();
        let swept = |mut item: Item| {
            let then = (now + RULES_KEPT).as_second().to_string();
            item.insert(EXPIRES_AT.to_owned(), AttributeValue::N(then));
            item
        };
        let case = swept(encode(&keys::case(&after.subject), &after)?);
        let mut writes = vec![on_edition(case, Some(before.edition)).unless(false)];
        let (was, is) = (place(before), place(&after));
        if was != is || after.decisions.is_empty() {
            writes.push(delete(was));
        }
        // What nobody decided is not among what was.
        if !after.decisions.is_empty() {
            writes.push(put(swept(is.attributes())));
        }
        self.table.transact(true, writes).await
    }

    /// Has what was decided on somebody who leaves, and what came of their reports, be swept in half a year: up to
    /// `limit` statements after a place, and what lies by itself with the first of them. The place where this page ends,
    /// if there is more.
    pub async fn leave_decided(
        &self,
        user: &UserId,
        after: Option<String>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        if after.is_none() {
            for key in [keys::strikes(user), keys::reporter(user)] {
                self.sweep(&key, now).await?;
            }
            if let Some(case) = self.case_now(&Subject::Person(user.clone())).await? {
                // Whoever wrote in it meanwhile is told by the second turn.
                self.close_case(&case, now).await?;
            }
        }
        let statements = keys::statements_to(user);
        let (statements, last) = self.keys_in(statements, after, limit).await?;
        let swept = statements.iter().map(|key| self.sweep(key, now));
        try_join_all(swept).await?;
        Ok(last)
    }

    async fn sweep(&self, key: &Key, now: Timestamp) -> Result<(), Error> {
        let then = (now + RULES_KEPT).as_second();
        let swept = Expression::new("SET expires_at = :then").number(":then", then);
        self.table.update(key, swept.when(Some(EXISTS))).await?;
        Ok(())
    }

    /// Has what was decided on somebody who comes back stay with them.
    pub(in crate::store) async fn take_up_decided(&self, user: &UserId) -> Result<(), Error> {
        let statements = Range {
            consistent: true,
            ..Range::all(keys::statements_to(user))
        };
        let statements = self.table.query_all(statements).await?;
        let mut left: Vec<_> = statements.iter().filter_map(Key::of).collect();
        left.extend([keys::strikes(user), keys::reporter(user)]);
        let kept = left.iter().map(|key| {
            let kept = Expression::new(format!("REMOVE {EXPIRES_AT}"));
            self.table.update(key, kept.when(Some(EXISTS)))
        });
        try_join_all(kept).await?;
        let person = keys::case(&Subject::Person(user.clone()));
        let there = Expression::new(format!("REMOVE {EXPIRES_AT}, gone ADD edition :one"));
        let there = there.number(":one", 1).when(Some(EXISTS));
        let case = self.table.update(&person, there).await?;
        let case: Option<Case> = case.map(decode).transpose()?;
        match case.filter(|case| !case.decisions.is_empty()) {
            Some(case) => {
                let listed = put(place(&case).attributes());
                self.table.transact((), vec![listed]).await
            }
            None => Ok(()),
        }
    }
}
