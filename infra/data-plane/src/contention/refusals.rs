//! Refusals in DynamoDB's words.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

/// Of which service a refusal's type is.
const NAMESPACE: &str = "com.amazonaws.dynamodb.v20120810#";
const ONGOING: &str = "Transaction is ongoing for the item";
const THROTTLED: &str = "The level of configured provisioned throughput for the table was exceeded. \
    Consider increasing your provisioning level with the UpdateTable API.";

/// Why something may not begin.
pub(super) enum Refusal {
    /// A write by itself met a transaction.
    Conflict,
    /// A transaction met something on these of its items.
    Cancelled(Vec<bool>),
    /// The same transaction is under way.
    InProgress,
}

impl Refusal {
    pub(super) fn answer(&self) -> Response {
        match self {
            Self::Conflict => refused("TransactionConflictException", ONGOING),
            Self::Cancelled(conflicts) => {
                let met = |met| if met { "TransactionConflict" } else { "None" };
                let codes: Vec<_> = conflicts.iter().copied().map(met).collect();
                cancelled(&codes, ONGOING)
            }
            Self::InProgress => refused(
                "TransactionInProgressException",
                "The transaction with the given request token is already in progress.",
            ),
        }
    }
}

/// A call that came too fast.
pub(super) fn throttled(operation: &str, body: &Value) -> Response {
    match body["TransactItems"].as_array() {
        Some(items) if operation == "TransactWriteItems" => {
            let mut codes = vec!["None"; items.len()];
            if let Some(first) = codes.first_mut() {
                *first = "ProvisionedThroughputExceeded";
            }
            cancelled(&codes, THROTTLED)
        }
        _ => refused("ProvisionedThroughputExceededException", THROTTLED),
    }
}

/// What was done.
pub(super) fn done(answer: &Value) -> Response {
    told(StatusCode::OK, answer)
}

fn cancelled(codes: &[&str], message: &str) -> Response {
    let reason = |code: &&str| match *code {
        "None" => json!({ "Code": "None" }),
        code => json!({ "Code": code, "Message": message }),
    };
    let all = codes.join(", ");
    let answer = json!({
        "__type": format!("{NAMESPACE}TransactionCanceledException"),
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{all}]"),
        "CancellationReasons": codes.iter().map(reason).collect::<Vec<_>>(),
    });
    told(StatusCode::BAD_REQUEST, &answer)
}

fn refused(code: &str, message: &str) -> Response {
    let answer = json!({ "__type": format!("{NAMESPACE}{code}"), "message": message });
    told(StatusCode::BAD_REQUEST, &answer)
}

fn told(status: StatusCode, answer: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (status, kind, answer.to_string()).into_response()
}
