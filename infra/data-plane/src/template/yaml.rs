//! YAML with CloudFormation's short tags, read into JSON with the long forms.

use anyhow::{Result, bail};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

/// Reads YAML of a template, or of a part of one.
///
/// # Errors
/// The text is not YAML, or names a key twice.
pub fn parse(text: &str) -> Result<Value> {
    convert(serde_yaml_ng::from_str::<Yaml>(text)?)
}

fn convert(yaml: Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => Value::Bool(truth),
        Yaml::Number(number) => serde_json::to_value(number)?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(convert).collect::<Result<_>>()?)
        }
        Yaml::Mapping(items) => {
            let mut map = Map::new();
            for (key, value) in items {
                map.insert(name(key)?, convert(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let (name, value) = (tag.trim_start_matches('!'), convert(tagged.value)?);
            let (name, value) = match (name, value) {
                ("Ref" | "Condition", value) => (name.to_owned(), value),
                ("GetAtt", Value::String(path)) => {
                    let (id, attribute) = path.split_once('.').unwrap_or((&path, ""));
                    ("Fn::GetAtt".to_owned(), serde_json::json!([id, attribute]))
                }
                (name, value) => (format!("Fn::{name}"), value),
            };
            Value::Object(Map::from_iter([(name, value)]))
        }
    })
}

fn name(key: Yaml) -> Result<String> {
    Ok(match convert(key)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other @ (Value::Null | Value::Array(_) | Value::Object(_)) => bail!("no key: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_the_long_forms() {
        let json = parse("a: !Ref T\nb: !GetAtt T.Arn\nc: !Sub '${T}'\nd: !If [x, 1, 2]\n7: y");
        let expected = serde_json::json!({
            "a": {"Ref": "T"}, "b": {"Fn::GetAtt": ["T", "Arn"]}, "c": {"Fn::Sub": "${T}"},
            "d": {"Fn::If": ["x", 1, 2]}, "7": "y",
        });
        assert_eq!(json.unwrap(), expected);
    }
}
