//! The table, the buckets and the queues that a template declares.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Cors, Template, kebab, strings, target};

/// A DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The id in the template.
    pub logical_id: String,
    /// The name that it gets: `TableName`, else made of the logical id.
    pub name: String,
    /// The partition key's attribute.
    pub partition_key: String,
    /// The sort key's attribute, if there is one.
    pub sort_key: Option<String>,
    /// The names of the global and local secondary indexes.
    pub indexes: Vec<String>,
    /// The attribute by which items expire.
    pub ttl_attribute: Option<String>,
    /// What stream records carry, such as `NEW_AND_OLD_IMAGES`; `None` without a stream.
    pub stream_view: Option<String>,
    /// All of the resource's properties.
    pub properties: Value,
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// The id in the template.
    pub logical_id: String,
    /// The name that it gets: `QueueName`, else the logical id in kebab case without `Queue`.
    pub name: String,
    /// How long a received message stays hidden (default 30 s).
    pub visibility: Duration,
    /// How long a message is kept (default 4 days).
    pub retention: Duration,
    /// Where a message goes that was received too often.
    pub redrive: Option<Redrive>,
}

/// A queue's redrive policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The logical id of the dead-letter queue.
    pub target: String,
    /// How often a message may be received.
    pub max_receive_count: u32,
}

/// An S3 bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The id in the template.
    pub logical_id: String,
    /// The name that it gets: `BucketName`, else made of the logical id.
    pub name: String,
    /// The first rule for browsers, if there is one.
    pub cors: Option<Cors>,
    /// Which new objects are told to which queue.
    pub notifications: Vec<Notification>,
}

/// A queue that hears of new objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The logical id of the queue.
    pub queue: String,
    /// The events, such as `s3:ObjectCreated:*`.
    pub event: String,
    /// What the key begins with; empty for all.
    pub prefix: String,
    /// What the key ends with; empty for all.
    pub suffix: String,
}

impl Notification {
    /// Whether an object of this key, made by `event` (`ObjectCreated:Put`), is told.
    pub fn wants(&self, key: &str, event: &str) -> bool {
        let pattern = self.event.trim_start_matches("s3:");
        let heard = pattern
            .strip_suffix('*')
            .map_or(pattern == event, |p| event.starts_with(p));
        heard && key.starts_with(&self.prefix) && key.ends_with(&self.suffix)
    }
}

impl Template {
    /// Every table.
    ///
    /// # Errors
    /// A table has no partition key.
    pub fn tables(&self) -> Result<Vec<Table>> {
        let tables = self.resources("AWS::DynamoDB::Table");
        tables
            .map(|(id, properties)| self.read_table(id, properties))
            .collect()
    }

    /// The system's one table.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn table(&self) -> Result<Table> {
        let [table] = <[Table; 1]>::try_from(self.tables()?)
            .map_err(|tables| anyhow::anyhow!("one table is expected, not {}", tables.len()))?;
        Ok(table)
    }

    fn read_table(&self, logical_id: &str, properties: &Value) -> Result<Table> {
        let key = |kind: &str| {
            let mut keys = properties["KeySchema"].as_array().into_iter().flatten();
            let key = keys.find(|key| key["KeyType"] == kind)?;
            key["AttributeName"].as_str().map(str::to_owned)
        };
        let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].into_iter();
        let ttl = &properties["TimeToLiveSpecification"];
        Ok(Table {
            logical_id: logical_id.to_owned(),
            name: self
                .text(&properties["TableName"])
                .unwrap_or_else(|| kebab(logical_id)),
            partition_key: key("HASH").with_context(|| format!("{logical_id} has no key"))?,
            sort_key: key("RANGE"),
            indexes: indexes
                .flat_map(|kind| properties[kind].as_array().into_iter().flatten())
                .filter_map(|index| index["IndexName"].as_str().map(str::to_owned))
                .collect(),
            ttl_attribute: (ttl["Enabled"] == json!(true))
                .then(|| ttl["AttributeName"].as_str().map(str::to_owned))
                .flatten(),
            stream_view: properties["StreamSpecification"]["StreamViewType"]
                .as_str()
                .map(str::to_owned),
            properties: properties.clone(),
        })
    }

    /// Every queue, dead-letter queues among them.
    ///
    /// # Errors
    /// A redrive policy has no target or no count.
    pub fn queues(&self) -> Result<Vec<Queue>> {
        let queues = self.resources("AWS::SQS::Queue");
        queues
            .map(|(id, properties)| self.read_queue(id, properties))
            .collect()
    }

    fn read_queue(&self, logical_id: &str, properties: &Value) -> Result<Queue> {
        let seconds =
            |name: &str, default| Duration::from_secs(properties[name].as_u64().unwrap_or(default));
        let policy = &properties["RedrivePolicy"];
        let redrive = policy.is_object().then(|| {
            let dead_letters = target(&policy["deadLetterTargetArn"]);
            let count = policy["maxReceiveCount"]
                .as_u64()
                .and_then(|count| count.try_into().ok());
            Ok::<_, anyhow::Error>(Redrive {
                target: dead_letters
                    .with_context(|| format!("{logical_id}: no target"))?
                    .to_owned(),
                max_receive_count: count.with_context(|| format!("{logical_id}: no count"))?,
            })
        });
        Ok(Queue {
            logical_id: logical_id.to_owned(),
            name: self
                .text(&properties["QueueName"])
                .unwrap_or_else(|| kebab(logical_id)),
            visibility: seconds("VisibilityTimeout", 30),
            retention: seconds("MessageRetentionPeriod", 345_600),
            redrive: redrive.transpose()?,
        })
    }

    /// Every bucket.
    pub fn buckets(&self) -> Vec<Bucket> {
        let buckets = self.resources("AWS::S3::Bucket");
        buckets
            .map(|(id, properties)| self.read_bucket(id, properties))
            .collect()
    }

    fn read_bucket(&self, logical_id: &str, properties: &Value) -> Bucket {
        let rule = |configuration: &Value, name: &str| {
            let rules = configuration["Filter"]["S3Key"]["Rules"]
                .as_array()
                .into_iter()
                .flatten();
            let mut named = rules.filter(|rule| {
                rule["Name"]
                    .as_str()
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
            });
            named
                .next()
                .and_then(|rule| self.text(&rule["Value"]))
                .unwrap_or_default()
        };
        let notified = properties["NotificationConfiguration"]["QueueConfigurations"].as_array();
        Bucket {
            logical_id: logical_id.to_owned(),
            name: self
                .text(&properties["BucketName"])
                .unwrap_or_else(|| kebab(logical_id)),
            cors: properties["CorsConfiguration"]["CorsRules"]
                .get(0)
                .map(|rule| Cors {
                    origins: self.texts(&rule["AllowedOrigins"]),
                    methods: strings(&rule["AllowedMethods"]),
                    headers: strings(&rule["AllowedHeaders"]),
                    exposed: strings(&rule["ExposedHeaders"]),
                    max_age: Duration::from_secs(rule["MaxAge"].as_u64().unwrap_or_default()),
                }),
            notifications: notified
                .into_iter()
                .flatten()
                .filter_map(|configuration| {
                    Some(Notification {
                        queue: target(&configuration["Queue"])?.to_owned(),
                        event: configuration["Event"].as_str()?.to_owned(),
                        prefix: rule(configuration, "prefix"),
                        suffix: rule(configuration, "suffix"),
                    })
                })
                .collect(),
        }
    }
}
