//! Transactions: all writes or none, each with what its refusal means.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};

use super::{Table, Write, write::Refusal};
use crate::{
    aws::{call, classify, is_transient},
    error::Error,
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

    /// Tries once to commit all writes or none, with a client request token of its own, so that the next try is
    /// judged by itself: where the answer to this one is lost, the relation that it wrote tells.
    ///
    /// # Errors
    /// What the first refused write means, and what will not pass.
    pub(crate) async fn attempt<T>(
        &self,
        done: T,
        writes: Vec<Write<T>>,
    ) -> Result<Attempt<T>, Error> {
        let built = writes.into_iter().map(|write| write.build(&self.name));
        let (items, refusals): (Vec<_>, Vec<_>) = built.collect::<Result<_, _>>()?;
        let request = self.client.transact_write_items();
        let request = request.set_transact_items(Some(items));
        let request = request.client_request_token(token());
        let Err(error) = Box::pin(request.send()).await else {
            return Ok(Attempt::Answered(done));
        };
        match cancelled(&error) {
            Some(Verdict::Condition(index)) => meaning(refusals, index).map(Attempt::Answered),
            Some(Verdict::Again) => Ok(Attempt::Passed(conflicts(&error))),
            Some(Verdict::Fault) => Err(classify(error)),
            None if is_transient(&error) => Ok(Attempt::Passed(Vec::new())),
            None => Err(classify(error)),
        }
    }

    /// The place of the first write whose condition did not hold; `None` once all are made.
    async fn commit(&self, items: Vec<TransactWriteItem>) -> Result<Option<usize>, Error> {
        let request = self.client.transact_write_items();
        let request = request
            .set_transact_items(Some(items))
            .client_request_token(token());
        let passes = |error: &_| is_transient(error) || cancelled(error) == Some(Verdict::Again);
        match call(|| request.clone().send(), passes).await {
            Ok(_) => Ok(None),
            Err(error) => match cancelled(&error) {
                Some(Verdict::Condition(index)) => Ok(Some(index)),
                Some(Verdict::Again) => Err(Error::unavailable(error)),
                Some(Verdict::Fault) | None => Err(classify(error)),
            },
        }
    }
}

/// What came of one try at a transaction.
#[derive(Debug)]
pub(crate) enum Attempt<T> {
    /// It is committed, or one of its conditions does not hold.
    Answered(T),
    /// Nothing of it is known to be committed, and the next try may be. These writes met other transactions on
    /// their items.
    Passed(Vec<usize>),
}

fn token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The places of the writes that met other transactions.
fn conflicts(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Vec<usize> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return Vec::new();
    };
    let reasons = cancelled.cancellation_reasons().iter().enumerate();
    let met = reasons.filter(|(_, reason)| reason.code() == Some("TransactionConflict"));
    met.map(|(index, _)| index).collect()
}

/// Why a transaction was cancelled, if that is what the error says.
fn cancelled(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Option<Verdict> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) =
        error.as_service_error()?
    else {
        return None;
    };
    Some(verdict(cancelled.cancellation_reasons()))
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
