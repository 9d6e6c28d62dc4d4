//! The capacity that each function consumes: DynamoDB is asked for it with every call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Serialize;
use serde_json::Value;
use shared::runtime::Context;

/// What begins the answer's part about capacity. Within a stored text its quotes are escaped.
const CONSUMED: &str = "\"ConsumedCapacity\":";
const ASK: &str = "\"ReturnConsumedCapacity\":\"TOTAL\"";

/// What one operation of one function used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Used {
    /// Answers, those to repeated requests among them.
    pub requests: u64,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

/// By function, then by DynamoDB's name of the operation.
pub type Capacity = BTreeMap<String, BTreeMap<String, Used>>;

/// By function, the actions that its role must allow for what it did, such as `dynamodb:GetItem`.
pub type Actions = BTreeMap<String, BTreeSet<String>>;

/// What all functions used so far.
#[derive(Clone, Default)]
pub(crate) struct Meter {
    used: Arc<Mutex<Capacity>>,
    actions: Arc<Mutex<Actions>>,
}

impl Meter {
    /// The same context, with its table's calls counted under a function's name.
    pub(crate) fn attach(&self, function: &str, context: Context) -> Context {
        let probe = Probe {
            function: function.to_owned(),
            meter: self.clone(),
        };
        let config = context
            .dynamodb
            .config()
            .to_builder()
            .interceptor(probe)
            .build();
        Context {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(config),
            ..context
        }
    }

    pub(crate) fn read(&self) -> Capacity {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn actions(&self) -> Actions {
        self.actions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn needs(&self, function: &str, actions: impl Iterator<Item = String>) {
        let mut all = self.actions.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(function.to_owned()).or_default().extend(actions);
    }

    fn add(&self, function: &str, operation: &str, units: f64) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = used.entry(function.to_owned()).or_default();
        let used = used.entry(operation.to_owned()).or_default();
        used.requests += 1;
        match operation {
            "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems" => used.rcu += units,
            _ => used.wcu += units,
        }
    }
}

struct Probe {
    function: String,
    meter: Meter,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}

impl Intercept for Probe {
    fn name(&self) -> &'static str {
        "capacity"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let operation = bag
            .load::<Metadata>()
            .map(Metadata::name)
            .unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        self.meter.needs(&self.function, needed(operation, body));
        let Some(asking) = request.body().bytes().and_then(ask) else {
            return Ok(());
        };
        request
            .headers_mut()
            .insert("content-length", asking.len().to_string());
        *request.body_mut() = SdkBody::from(asking);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = bag
            .load::<Metadata>()
            .map(Metadata::name)
            .unwrap_or_default();
        let units = context
            .response()
            .body()
            .bytes()
            .map(consumed)
            .unwrap_or_default();
        self.meter.add(&self.function, operation, units);
        Ok(())
    }
}

/// The actions that IAM checks for an operation: for a transaction, those of its items.
fn needed(operation: &str, body: &[u8]) -> impl Iterator<Item = String> {
    let names = if operation == "TransactWriteItems" {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let items = body["TransactItems"].as_array().into_iter().flatten();
        let kinds = items.filter_map(|item| item.as_object()?.keys().next().cloned());
        let single = |kind: String| match kind.as_str() {
            "ConditionCheck" => "ConditionCheckItem".to_owned(),
            _ => kind + "Item",
        };
        kinds.map(single).collect()
    } else {
        vec![operation.to_owned()]
    };
    names.into_iter().map(|name| format!("dynamodb:{name}"))
}

/// The request with the wish to know its capacity, unless it has it.
fn ask(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let rest = body
        .strip_prefix('{')
        .filter(|_| !body.contains("\"ReturnConsumedCapacity\":"))?;
    let comma = if rest.starts_with('}') { "" } else { "," };
    Some(format!("{{{ASK}{comma}{rest}"))
}

/// The units in an answer, summed over the tables that it names.
fn consumed(body: &[u8]) -> f64 {
    let part = std::str::from_utf8(body)
        .ok()
        .and_then(|body| body.split_once(CONSUMED));
    let Some((_, part)) = part else { return 0.0 };
    let value = serde_json::Deserializer::from_str(part)
        .into_iter::<Value>()
        .next();
    match value {
        Some(Ok(Value::Array(tables))) => tables.iter().map(units).sum(),
        Some(Ok(table)) => units(&table),
        Some(Err(_)) | None => 0.0,
    }
}

fn units(table: &Value) -> f64 {
    table["CapacityUnits"].as_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_asks_for_its_capacity_once() {
        let asking = ask(br#"{"TableName":"t"}"#).unwrap();
        assert_eq!(
            asking,
            r#"{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}"#
        );
        assert_eq!(ask(asking.as_bytes()), None);
        assert_eq!(ask(b"{}").unwrap(), r#"{"ReturnConsumedCapacity":"TOTAL"}"#);
    }

    #[test]
    fn a_transaction_needs_what_its_items_need() {
        let body = br#"{"TransactItems":[{"Put":{}},{"ConditionCheck":{}},{"Delete":{}}]}"#;
        let needs: Vec<_> = needed("TransactWriteItems", body).collect();
        let expected = ["PutItem", "ConditionCheckItem", "DeleteItem"];
        assert_eq!(needs, expected.map(|name| format!("dynamodb:{name}")));
        assert_eq!(
            needed("Query", b"{}").collect::<Vec<_>>(),
            ["dynamodb:Query"]
        );
    }

    #[test]
    fn units_are_read_wherever_they_stand_and_never_out_of_a_stored_text() {
        let one = br#"{"Item":{"t":{"S":"\"ConsumedCapacity\":{"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#;
        assert!((consumed(one) - 0.5).abs() < f64::EPSILON);
        let two =
            br#"{"ConsumedCapacity":[{"CapacityUnits":2.0},{"CapacityUnits":4.0}],"Responses":{}}"#;
        assert!((consumed(two) - 6.0).abs() < f64::EPSILON);
        assert!(consumed(b"{}").abs() < f64::EPSILON);
    }
}
