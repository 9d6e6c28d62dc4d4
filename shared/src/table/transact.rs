//! Transactions: all writes or none, each with what its refusal means.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};

use super::{ATTEMPTS, Table, Write, pause, write::Refusal};
use crate::{
    aws::{classify, is_transient},
    error::{Cause, Error},
};

impl Table {
    /// Commits all writes or none: answers with `done`, or with what the first refused write means.
    /// Conflicts with other transactions and throttling are retried with jitter, under one client
    /// request token, so that a commit whose answer was lost is not made twice.
    pub(crate) async fn transact<T>(&self, done: T, writes: Vec<Write<T>>) -> Result<T, Error> {
        let built = writes.into_iter().map(|write| write.build(&self.name));
        let (items, refusals): (Vec<_>, Vec<_>) = built.collect::<Result<_, _>>()?;
        match self.commit(items).await? {
            None => Ok(done),
            Some(index) => meaning(refusals, index),
        }
    }

    /// The place of the first write whose condition did not hold; `None` once all are made.
    async fn commit(&self, items: Vec<TransactWriteItem>) -> Result<Option<usize>, Error> {
        let token = format!("{:032x}", rand::random::<u128>());
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(&token)
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(None),
                Err(error) => error,
            };
            let transient = is_transient(&error);
            let cancelled = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    Some(verdict(cancelled.cancellation_reasons()))
                }
                Some(_) | None => None,
            };
            match cancelled {
                Some(Verdict::Condition(index)) => return Ok(Some(index)),
                Some(Verdict::Again) => {}
                None if transient => {}
                Some(Verdict::Fault) | None => return Err(classify(error)),
            }
            last = Some(error);
            pause(attempt).await;
        }
        let cause = last.map_or_else(|| "no attempt was made".into(), Cause::from);
        Err(Error::Unavailable(cause))
    }
}

/// What it means that the write at `index` was refused.
fn meaning<T>(refusals: Vec<Refusal<T>>, index: usize) -> Result<T, Error> {
    let refusal = refusals.into_iter().nth(index).flatten();
    refusal.unwrap_or_else(|| {
        let unforeseen = format!("write {index} was refused without a condition");
        Err(Error::internal(unforeseen))
    })
}

/// What the reasons of a cancelled transaction come down to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Condition(usize),
    Again,
    Fault,
}

fn verdict(reasons: &[CancellationReason]) -> Verdict {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let is_condition = |reason| code(reason) == "ConditionalCheckFailed";
    if let Some(index) = reasons.iter().position(is_condition) {
        return Verdict::Condition(index);
    }
    let passing = [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ];
    if reasons
        .iter()
        .any(|reason| passing.contains(&code(reason).as_str()))
    {
        return Verdict::Again;
    }
    Verdict::Fault
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        let reason = |code: &&str| CancellationReason::builder().code(*code).build();
        codes.iter().map(reason).collect()
    }

    #[test]
    fn the_first_condition_that_does_not_hold_decides_whatever_else_stood_in_the_way() {
        for (codes, expected) in [
            (
                &["None", "ConditionalCheckFailed"][..],
                Verdict::Condition(1),
            ),
            (
                &["TransactionConflict", "None", "ConditionalCheckFailed"],
                Verdict::Condition(2),
            ),
            (&["None", "TransactionConflict"], Verdict::Again),
            (&["ThrottlingError"], Verdict::Again),
            (&["ProvisionedThroughputExceeded"], Verdict::Again),
            (&["ValidationError", "None"], Verdict::Fault),
            (&[], Verdict::Fault),
        ] {
            assert_eq!(verdict(&reasons(codes)), expected, "{codes:?}");
        }
    }

    #[test]
    fn a_refused_write_answers_with_its_own_meaning() {
        let refusals = || vec![Some(Ok("already")), None, Some(Err(Error::NotFound))];
        assert_eq!(meaning(refusals(), 0).unwrap(), "already");
        assert!(matches!(meaning(refusals(), 2), Err(Error::NotFound)));
    }

    #[test]
    fn a_refusal_that_no_condition_explains_is_a_fault_of_ours() {
        for index in [0, 1] {
            let unforeseen = meaning::<()>(vec![None], index);
            assert!(matches!(unforeseen, Err(Error::Internal(_))), "{index}");
        }
    }
}
