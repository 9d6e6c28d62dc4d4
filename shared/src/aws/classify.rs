//! SDK errors, told apart once: what may pass (unavailable, retryable) and what is our fault.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::Error;

/// Codes with which AWS says "later". A single write that meets a transaction on its item is told of
/// the conflict by itself, a transaction in its reasons.
const TRANSIENT: [&str; 13] = [
    "InternalServerError",
    "InternalFailure",
    "ItemCollectionSizeLimitExceededException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "KmsThrottled",
];

/// Turns what the SDK says into our error; the cause keeps the whole chain.
pub fn classify<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    if is_transient(&error) {
        Error::unavailable(error)
    } else {
        Error::internal(error)
    }
}

/// Whether the same call may succeed later.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK's enum is not exhaustive"
)]
pub fn is_transient<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            true
        }
        SdkError::ServiceError(service) => {
            service.raw().status().is_server_error()
                || service
                    .err()
                    .code()
                    .is_some_and(|code| TRANSIENT.contains(&code))
        }
        _ => false,
    }
}
