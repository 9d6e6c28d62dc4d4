//! Transactions: all writes or none, with what a refusal means told by its place among them.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};

use super::{ATTEMPTS, Table, pause};
use crate::{
    aws::{classify, is_transient},
    error::{Cause, Error},
};

/// Why a transaction was not committed.
#[derive(Debug)]
pub enum NotCommitted {
    /// The condition of the write at this index did not hold.
    Condition(usize),
    /// It could not be tried, or not understood.
    Error(Error),
}

impl NotCommitted {
    /// What a failed condition at `index` means; other failures stay.
    #[must_use]
    pub fn at(self, index: usize, meaning: Error) -> Self {
        match self {
            Self::Condition(failed) if failed == index => Self::Error(meaning),
            Self::Condition(_) | Self::Error(_) => self,
        }
    }
}

impl From<NotCommitted> for Error {
    fn from(not: NotCommitted) -> Self {
        match not {
            NotCommitted::Condition(index) => {
                Self::internal(format!("unexpected failed condition of write {index}"))
            }
            NotCommitted::Error(error) => error,
        }
    }
}

impl Table {
    /// Commits all writes or none. Conflicts with other transactions and throttling are retried
    /// with jitter, under one client request token, so that a commit whose answer was lost is not
    /// made twice.
    pub(crate) async fn transact(
        &self,
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), NotCommitted> {
        let token = format!("{:032x}", rand::random::<u128>());
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .client_request_token(&token)
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(()),
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
                Some(Verdict::Condition(index)) => return Err(NotCommitted::Condition(index)),
                Some(Verdict::Again) => {}
                None if transient => {}
                Some(Verdict::Fault) | None => return Err(NotCommitted::Error(classify(error))),
            }
            last = Some(error);
            pause(attempt).await;
        }
        let cause = last.map_or_else(|| "no attempt was made".into(), Cause::from);
        Err(NotCommitted::Error(Error::Unavailable(cause)))
    }
}

/// What the reasons of a cancelled transaction come down to.
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
