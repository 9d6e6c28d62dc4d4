//! Event filter patterns: the subset of EventBridge's that stream triggers may use.

use anyhow::{Result, bail};
use serde_json::Value;

/// Whether a record matches at least one of the patterns; without patterns all do.
pub(crate) fn wants(patterns: &[Value], record: &Value) -> bool {
    patterns.is_empty()
        || patterns
            .iter()
            .any(|pattern| matches(pattern, Some(record)))
}

/// Refuses a pattern that uses what is not known here, rather than to guess at it.
///
/// # Errors
/// Names the part that is not known.
pub(crate) fn check(pattern: &Value) -> Result<()> {
    match pattern {
        Value::Object(fields) => fields.values().try_for_each(check),
        Value::Array(tests) => tests.iter().try_for_each(|test| match test {
            Value::Object(test) => match test.iter().next() {
                Some((name, Value::String(_))) if name == "prefix" || name == "suffix" => Ok(()),
                Some((name, Value::Bool(_))) if name == "exists" => Ok(()),
                Some((name, _)) if name == "anything-but" => Ok(()),
                _ => bail!("the filter {} is not known here", Value::from(test.clone())),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
            Value::Array(_) => bail!("a filter within a list of filters"),
        }),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            bail!("a filter's values stand in a list, unlike {other}")
        }
    }
}

fn matches(pattern: &Value, data: Option<&Value>) -> bool {
    match pattern {
        Value::Object(fields) => fields
            .iter()
            .all(|(name, pattern)| matches(pattern, data.and_then(|data| data.get(name)))),
        Value::Array(tests) => tests.iter().any(|test| passes(test, data)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn passes(test: &Value, data: Option<&Value>) -> bool {
    if let Some(Value::Bool(exists)) = test.get("exists") {
        return data.is_some() == *exists;
    }
    let Some(data) = data else { return false };
    if let Value::Array(items) = data {
        return items.iter().any(|item| passes(test, Some(item)));
    }
    if let Some(Value::String(prefix)) = test.get("prefix") {
        return data.as_str().is_some_and(|text| text.starts_with(prefix));
    }
    if let Some(Value::String(suffix)) = test.get("suffix") {
        return data.as_str().is_some_and(|text| text.ends_with(suffix));
    }
    match test.get("anything-but") {
        Some(Value::Array(others)) => !others.contains(data),
        Some(other @ Value::Object(_)) => !passes(other, Some(data)),
        Some(other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))) => {
            other != data
        }
        None => test == data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({
            "eventName": "MODIFY",
            "dynamodb": {"Keys": {"PK": {"S": "POST#1"}}, "NewImage": {"status": {"S": "published"}}},
        })
    }

    #[test]
    fn a_pattern_matches_when_each_of_its_fields_does() {
        let post = json!({
            "eventName": ["INSERT", "MODIFY"],
            "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "POST#"}]}}, "NewImage": {"status": {"S": ["published"]}}},
        });
        assert!(wants(std::slice::from_ref(&post), &record()));
        let mut draft = record();
        draft["dynamodb"]["NewImage"]["status"]["S"] = json!("processing");
        assert!(!wants(&[post], &draft));
        assert!(wants(&[], &draft));
    }

    #[test]
    fn each_test_means_what_the_documentation_says() {
        let status = |test: Value| json!({"dynamodb": {"NewImage": {"status": {"S": [test]}}}});
        let absent = |test: Value| json!({"dynamodb": {"OldImage": {"status": [test]}}});
        for (pattern, expected) in [
            (status(json!("published")), true),
            (status(json!({"suffix": "ed"})), true),
            (status(json!({"anything-but": "published"})), false),
            (status(json!({"anything-but": ["draft"]})), true),
            (status(json!({"anything-but": {"prefix": "dr"}})), true),
            (status(json!({"exists": true})), true),
            (absent(json!({"exists": false})), true),
            (absent(json!({"exists": true})), false),
            (absent(json!({"anything-but": "x"})), false),
        ] {
            assert!(check(&pattern).is_ok(), "{pattern}");
            assert_eq!(
                wants(std::slice::from_ref(&pattern), &record()),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_pattern_that_is_not_known_is_refused() {
        assert!(check(&json!({"a": [{"numeric": [">", 1]}]})).is_err());
        assert!(check(&json!({"a": "b"})).is_err());
    }
}
