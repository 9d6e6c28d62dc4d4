//! The functions that a template declares, and what triggers them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Template, map, target};

/// A Lambda function, with the template's `Globals` folded in.
#[derive(Debug, Clone)]
pub struct Function {
    /// The id in the template.
    pub logical_id: String,
    /// The binary that it runs: `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// How long one invocation may take (default 3 s).
    pub timeout: Duration,
    /// Its memory in MB (default 128).
    pub memory_mb: u64,
    /// Its environment, in the template's words.
    pub environment: BTreeMap<String, Value>,
    /// What triggers it besides routes.
    pub events: Vec<EventSource>,
    /// All of the resource's properties.
    pub properties: Value,
}

/// A trigger of a function.
#[derive(Debug, Clone)]
pub enum EventSource {
    /// A queue.
    Queue(QueueEvent),
    /// The table's stream.
    Stream(StreamEvent),
    /// A schedule.
    Schedule(ScheduleEvent),
}

/// Messages of a queue, in batches.
#[derive(Debug, Clone)]
pub struct QueueEvent {
    /// The logical id of the queue.
    pub queue: String,
    /// The most messages of one invocation (default 10).
    pub batch_size: usize,
    /// How long a batch may be waited for (default 0).
    pub window: Duration,
    /// Whether the function names the messages that failed.
    pub reports_failures: bool,
    /// The most invocations at a time.
    pub maximum_concurrency: Option<usize>,
}

/// Records of a table's stream, in order.
#[derive(Debug, Clone)]
pub struct StreamEvent {
    /// The logical id of the table.
    pub table: String,
    /// The most records of one invocation (default 100).
    pub batch_size: usize,
    /// How long a batch may be waited for (default 0).
    pub window: Duration,
    /// Whether the function names the first record that failed.
    pub reports_failures: bool,
    /// Whether a failed batch is halved.
    pub bisects: bool,
    /// How often a failed batch is tried again; `None` for ever.
    pub maximum_retries: Option<u64>,
    /// The patterns of which a record must match one; empty for all records.
    pub filters: Vec<Value>,
    /// All of the event's properties.
    pub properties: Value,
}

/// A schedule.
#[derive(Debug, Clone)]
pub struct ScheduleEvent {
    /// The event's name in the template.
    pub name: String,
    /// Such as `rate(5 minutes)`.
    pub expression: String,
    /// What the function is called with.
    pub input: Value,
}

impl Function {
    /// The queues that it works off.
    pub fn queues(&self) -> impl Iterator<Item = &QueueEvent> {
        self.events.iter().filter_map(|event| match event {
            EventSource::Queue(event) => Some(event),
            EventSource::Stream(_) | EventSource::Schedule(_) => None,
        })
    }

    /// The streams that it works off.
    pub fn streams(&self) -> impl Iterator<Item = &StreamEvent> {
        self.events.iter().filter_map(|event| match event {
            EventSource::Stream(event) => Some(event),
            EventSource::Queue(_) | EventSource::Schedule(_) => None,
        })
    }

    /// The schedules that call it.
    pub fn schedules(&self) -> impl Iterator<Item = &ScheduleEvent> {
        self.events.iter().filter_map(|event| match event {
            EventSource::Schedule(event) => Some(event),
            EventSource::Queue(_) | EventSource::Stream(_) => None,
        })
    }
}

impl Template {
    /// Every function.
    ///
    /// # Errors
    /// A function names no binary, or a trigger of it no source.
    pub fn functions(&self) -> Result<Vec<Function>> {
        let functions = self.resources("AWS::Serverless::Function");
        functions
            .map(|(id, properties)| self.read_function(id, properties))
            .collect()
    }

    /// The function that runs this binary.
    ///
    /// # Errors
    /// There is none.
    pub fn function(&self, binary: &str) -> Result<Function> {
        let mut functions = self.functions()?.into_iter();
        let found = functions.find(|function| function.binary == binary);
        found.with_context(|| format!("the template has no function {binary}"))
    }

    fn read_function(&self, logical_id: &str, properties: &Value) -> Result<Function> {
        let globals = &self.document()["Globals"]["Function"];
        let number = |name: &str, default| {
            properties[name]
                .as_u64()
                .or(globals[name].as_u64())
                .unwrap_or(default)
        };
        let mut environment = map(&globals["Environment"]["Variables"]);
        environment.extend(map(&properties["Environment"]["Variables"]));
        let binary = &self.resource(logical_id)["Metadata"]["BuildProperties"]["Binary"];
        let events = map(&properties["Events"]).into_iter();
        let events = events.map(|(name, event)| {
            read_event(&name, &event).with_context(|| format!("{logical_id}, event {name}"))
        });
        Ok(Function {
            logical_id: logical_id.to_owned(),
            binary: binary
                .as_str()
                .with_context(|| format!("{logical_id} names no binary"))?
                .to_owned(),
            timeout: Duration::from_secs(number("Timeout", 3)),
            memory_mb: number("MemorySize", 128),
            environment,
            events: events.collect::<Result<_>>()?,
            properties: properties.clone(),
        })
    }
}

fn read_event(name: &str, event: &Value) -> Result<EventSource> {
    let properties = &event["Properties"];
    let seconds = &properties["MaximumBatchingWindowInSeconds"];
    let window = Duration::from_secs(seconds.as_u64().unwrap_or_default());
    let size = |default| {
        let size = properties["BatchSize"]
            .as_u64()
            .and_then(|size| size.try_into().ok());
        size.unwrap_or(default)
    };
    let responses = properties["FunctionResponseTypes"]
        .as_array()
        .into_iter()
        .flatten();
    let reports_failures = responses
        .into_iter()
        .any(|kind| kind == "ReportBatchItemFailures");
    Ok(match event["Type"].as_str().context("no type")? {
        "SQS" => EventSource::Queue(QueueEvent {
            queue: target(&properties["Queue"]).context("no queue")?.to_owned(),
            batch_size: size(10),
            window,
            reports_failures,
            maximum_concurrency: properties["ScalingConfig"]["MaximumConcurrency"]
                .as_u64()
                .and_then(|most| most.try_into().ok()),
        }),
        "DynamoDB" => EventSource::Stream(StreamEvent {
            table: target(&properties["Stream"])
                .context("no stream")?
                .to_owned(),
            batch_size: size(100),
            window,
            reports_failures,
            bisects: properties["BisectBatchOnFunctionError"] == json!(true),
            maximum_retries: properties["MaximumRetryAttempts"].as_u64(),
            filters: properties["FilterCriteria"]["Filters"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|filter| {
                    let pattern = filter["Pattern"]
                        .as_str()
                        .context("a filter is JSON text")?;
                    Ok(serde_json::from_str(pattern)?)
                })
                .collect::<Result<_>>()?,
            properties: properties.clone(),
        }),
        "Schedule" | "ScheduleV2" => {
            let expression = &properties["ScheduleExpression"];
            let expression = expression.as_str().or(properties["Schedule"].as_str());
            let input = properties["Input"]
                .as_str()
                .map_or(Ok(json!({})), serde_json::from_str)?;
            EventSource::Schedule(ScheduleEvent {
                name: name.to_owned(),
                expression: expression.context("no expression")?.to_owned(),
                input,
            })
        }
        other => anyhow::bail!("triggers of type {other} are not known here"),
    })
}
