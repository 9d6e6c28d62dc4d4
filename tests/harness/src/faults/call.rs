//! Answers in a service's place: what a call to it is told when it is refused.

use std::hash::{DefaultHasher, Hash, Hasher};

use aws_smithy_runtime_api::{
    client::orchestrator::{HttpRequest, HttpResponse},
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::Fault;

/// Whose place is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    S3,
    Sqs,
}

/// A call, as far as an answer in the service's place needs to know it.
pub(super) struct Call {
    service: Service,
    operation: String,
    body: Value,
}

impl Call {
    pub(super) fn of(service: Service, request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        Self {
            service,
            operation: operation.to_owned(),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }

    pub(super) fn possible(&self) -> Vec<Fault> {
        let mut possible = vec![Fault::Throttled, Fault::NotReached, Fault::AnswerLost];
        match self.operation.as_str() {
            "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem" => {
                possible.extend([Fault::Conflict; 2]);
            }
            "BatchWriteItem" | "BatchGetItem" | "SendMessageBatch" => {
                possible.push(Fault::Unprocessed);
            }
            _ => {}
        }
        possible
    }

    /// Its operation, and what tells it from others of that, but not from itself when it is made again.
    pub(super) fn digest(&self) -> (String, u64) {
        let mut hasher = DefaultHasher::new();
        let mut said = self.body.clone();
        if let Some(said) = said.as_object_mut() {
            said.remove("ClientRequestToken");
        }
        said.sort_all_objects();
        said.to_string().hash(&mut hasher);
        (self.operation.clone(), hasher.finish())
    }

    pub(super) fn throttled(&self) -> HttpResponse {
        match self.service {
            Service::DynamoDb => {
                let code = match self.body.get("TransactItems") {
                    Some(_) => "ThrottlingException",
                    None => "ProvisionedThroughputExceededException",
                };
                refusal(&json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}")}))
            }
            Service::Sqs => refusal(&json!({"__type": "com.amazonaws.sqs#RequestThrottled"})),
            Service::S3 => {
                let body = "<Error><Code>SlowDown</Code><Message>later</Message></Error>";
                answer(503, "application/xml", body)
            }
        }
    }

    pub(super) fn conflict(&self) -> HttpResponse {
        let ongoing = "Transaction is ongoing for the item";
        let Some(items) = self.body["TransactItems"].as_array() else {
            return refusal(&json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
                "message": ongoing,
            }));
        };
        let mut reasons = vec![json!({"Code": "None"}); items.len()];
        reasons[0] = json!({"Code": "TransactionConflict", "Message": ongoing});
        refusal(&json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
            "CancellationReasons": reasons,
        }))
    }

    pub(super) fn unprocessed(&self) -> HttpResponse {
        let body = match self.operation.as_str() {
            "BatchWriteItem" => json!({"UnprocessedItems": self.body["RequestItems"]}),
            "BatchGetItem" => {
                json!({"Responses": {}, "UnprocessedKeys": self.body["RequestItems"]})
            }
            _ => {
                let entries = self.body["Entries"].as_array().into_iter().flatten();
                let failed = entries.map(|entry| {
                    json!({"Id": entry["Id"], "Code": "InternalError", "SenderFault": false})
                });
                json!({"Successful": [], "Failed": failed.collect::<Vec<_>>()})
            }
        };
        answer(200, "application/x-amz-json-1.0", &body.to_string())
    }
}

fn refusal(body: &Value) -> HttpResponse {
    answer(400, "application/x-amz-json-1.0", &body.to_string())
}

fn answer(status: u16, content_type: &'static str, body: &str) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", content_type);
    response
}
