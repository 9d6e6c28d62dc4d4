//! The SAM template as typed answers: what the local cloud makes, and what tests compare the code with.

mod api;
mod functions;
mod storage;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub use api::{Cors, JwtAuthorizer, Route, RouteKey};
pub use functions::{EventSource, Function, QueueEvent, ScheduleEvent, StreamEvent};
pub use storage::{Bucket, Notification, Queue, Redrive, Table};
pub use yaml::parse as yaml;

/// A parsed template. Intrinsic functions are kept in CloudFormation's long form
/// (`{"Ref": "Table"}`, `{"Fn::GetAtt": ["Table", "Arn"]}`, `{"Fn::Sub": "…"}`).
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
}

impl Template {
    /// Reads a template file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a template.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{}", path.display()))
    }

    /// Parses the text of a template.
    ///
    /// # Errors
    /// The text is not YAML, or has no `Resources`.
    pub fn parse(text: &str) -> Result<Self> {
        let document = yaml::parse(text)?;
        ensure!(
            document["Resources"].is_object(),
            "a template has Resources"
        );
        Ok(Self { document })
    }

    /// What a parameter is unless said otherwise; `None` where it has no default, or is none.
    pub fn default_of(&self, parameter: &str) -> Option<String> {
        self.text(&self.document["Parameters"][parameter]["Default"])
    }

    /// The template with another default for a parameter.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.document["Parameters"][name]["Default"] = Value::from(value);
        self
    }

    /// The whole document, for questions that have no method here.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Logical id and `Properties` of every resource of a type such as `AWS::SQS::Queue`.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.document["Resources"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }

    /// One resource, with its `Type`, `Metadata` and `Properties`; `Null` if there is none.
    pub fn resource(&self, logical_id: &str) -> &Value {
        &self.document["Resources"][logical_id]
    }

    /// The text of a value: a literal, or `Ref` and `Sub` of parameters with a default and of
    /// `AWS::StackName` (`spark`), `AWS::Region`, `AWS::AccountId` and `AWS::Partition`.
    /// `None` where it depends on what a deployment makes.
    pub fn text(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Object(map) => {
                if let Some(name) = map.get("Ref").and_then(Value::as_str) {
                    return self.variable(name);
                }
                let text = map.get("Fn::Sub")?.as_str()?;
                substitute(text, |name| self.variable(name))
            }
            Value::Null | Value::Array(_) => None,
        }
    }

    fn texts(&self, values: &Value) -> Vec<String> {
        values
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|value| self.text(value))
            .collect()
    }

    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "AWS::StackName" => Some("spark".to_owned()),
            "AWS::Region" => Some(crate::REGION.to_owned()),
            "AWS::AccountId" => Some(crate::ACCOUNT.to_owned()),
            "AWS::Partition" => Some("aws".to_owned()),
            _ => self.text(&self.document["Parameters"][name]["Default"]),
        }
    }
}

/// The logical id that a `Ref`, `GetAtt` or `Sub` points at first; AWS's own names are skipped.
pub fn target(value: &Value) -> Option<&str> {
    if let Some(name) = value["Ref"].as_str() {
        return Some(name);
    }
    if let Some(name) = value["Fn::GetAtt"][0].as_str() {
        return Some(name);
    }
    let text = value["Fn::Sub"]
        .as_str()
        .or_else(|| value["Fn::Sub"][0].as_str())?;
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.split('.').next().unwrap_or(name))
        .find(|name| !name.starts_with("AWS::"))
}

fn substitute(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = text.split("${");
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        out.push_str(&lookup(name)?);
        out.push_str(rest);
    }
    Some(out)
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn map(value: &Value) -> BTreeMap<String, Value> {
    let items = value.as_object().into_iter().flatten();
    items
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// `PhotosQueue` → `photos`, `PhotosDlq` → `photos-dlq`: the name where the template gives none.
fn kebab(logical_id: &str) -> String {
    let mut out = String::new();
    for (at, letter) in logical_id
        .strip_suffix("Queue")
        .unwrap_or(logical_id)
        .char_indices()
    {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_points_at_its_logical_id_in_every_form() {
        for value in [
            serde_json::json!({"Ref": "Table"}),
            serde_json::json!({"Fn::GetAtt": ["Table", "Arn"]}),
            serde_json::json!({"Fn::Sub": "arn:${AWS::Partition}:x/${Table.Arn}/*"}),
        ] {
            assert_eq!(target(&value), Some("Table"));
        }
        assert_eq!(target(&serde_json::json!("Table")), None);
    }

    #[test]
    fn a_queue_without_a_name_is_called_after_its_consumer() {
        assert_eq!(kebab("PhotosQueue"), "photos");
        assert_eq!(kebab("RelayDlq"), "relay-dlq");
    }

    #[test]
    fn text_knows_literals_parameters_and_the_stack() {
        let template = Template::parse(
            "Parameters: {Stage: {Default: test}}\nResources: {A: {Type: X, Properties: {N: !Sub '${AWS::StackName}-${Stage}', M: !Ref B}}}",
        )
        .unwrap();
        let properties = &template.resource("A")["Properties"];
        assert_eq!(
            template.text(&properties["N"]).as_deref(),
            Some("spark-test")
        );
        assert_eq!(template.text(&properties["M"]), None);
    }
}
