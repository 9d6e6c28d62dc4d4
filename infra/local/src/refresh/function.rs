//! A function of the template: what it says of itself, laid over the frames of its kind.

use anyhow::{Context, Result};
use data_plane::template::{target, yaml};
use serde_json::Value;
use shared::{keys::items, runtime::Config};

use super::part::Part;
use super::routes::{Route, camel};
use super::sources::{Own, Sources};
use super::yaml::{Entry, block, entries, fill, indent, lay_over};

/// A message stays hidden for this many times what its worker may take, as AWS advises.
const VISIBILITY: u64 = 6;

/// The resources of a function.
pub(super) fn resources(own: &Own, sources: &Sources) -> Result<String> {
    let made = make(own, sources).with_context(|| own.part.path.clone())?;
    let read = yaml(&made).with_context(|| format!("{}, in its frames", own.part.path));
    read.map(|_| made)
}

fn make(own: &Own, sources: &Sources) -> Result<String> {
    let part = &own.part;
    let id = camel(own.name);
    let seconds = part.document["Properties"]["Timeout"].as_u64();
    let seconds = seconds.unwrap_or(sources.timeout);
    let values = [
        ("Name", id.as_str()),
        ("name", own.name),
        ("timeout", &(1_000 * seconds).to_string()),
    ];
    let framed = |frame: &str| entries(&fill(frame, &values));

    let function = framed(&sources.frames.function);
    let queues = queues(&part.document, own.name).into_iter().map(|queue| {
        let visibility = VISIBILITY * (seconds + queue.window);
        let values = [
            ("Name", camel(&queue.name)),
            ("name", queue.name),
            ("visibility", visibility.to_string()),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        entries(&fill(&sources.frames.queue, &values))
    });
    let queues: Vec<_> = queues.collect();
    let of_queues = |section: &str| -> String {
        let blocks = queues.iter().map(|queue| block(queue, section));
        blocks.collect()
    };
    let mut statements = block(&function, "Statements");
    statements += part.comment("Statements");
    statements += &fill(&part.block("Statements"), &[("writes", &writes(part)?)]);
    statements += &of_queues("Statements");
    let secrets = secrets(own, sources)?;
    if !secrets.is_empty() {
        statements += &fill(&block(&function, "Secrets"), &[("secrets", &secrets)]);
    }
    let properties = part.comment("Properties").to_owned() + &part.block("Properties");
    let mut made = part.head().to_owned();
    made += &fill(
        &block(&function, "Resources"),
        &[
            ("environment", &environment(own, sources)?),
            ("properties", &properties),
            ("statements", &statements),
        ],
    );
    made += &of_queues("Resources");
    if let Some(routes) = &own.routes {
        let http = framed(&sources.frames.http);
        made += &block(&http, "Resources");
        made += part.comment("Routes");
        made.extend(routes.iter().map(|own| route(&http, own)));
    }
    let mut alarms = entries(&block(&function, "Alarms"));
    alarms.extend(entries(&of_queues("Alarms")));
    made += part.comment("Alarms");
    made += &alarmed(alarms, own, &framed(&sources.frames.alarm));
    Ok(made)
}

/// A queue of a function's own.
struct Queue {
    /// The function's name, or that and more: `fanout-bulk`.
    name: String,
    /// How long a batch may be waited for, in seconds.
    window: u64,
}

/// The queues that a function works off: its own by their names, in the order of its events.
fn queues(own: &Value, function: &str) -> Vec<Queue> {
    let id = camel(function);
    let events = own["Properties"]["Events"].as_object();
    let events = events.into_iter().flatten();
    let queues = events.filter_map(|(_, event)| {
        let event = &event["Properties"];
        let queue = target(&event["Queue"])?.strip_suffix("Queue")?;
        let more = queue.strip_prefix(&id)?;
        let window = &event["MaximumBatchingWindowInSeconds"];
        Some(Queue {
            name: function.to_owned() + &kebab(more),
            window: window.as_u64().unwrap_or_default(),
        })
    });
    queues.collect()
}

/// `BulkThings` as `-bulk-things`.
fn kebab(camel: &str) -> String {
    let letters = camel.chars().map(|letter| {
        let dash = if letter.is_ascii_uppercase() { "-" } else { "" };
        format!("{dash}{}", letter.to_ascii_lowercase())
    });
    letters.collect()
}

/// The condition that holds a statement to the kinds of item that a function's `Writes` names.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
fn writes(part: &Part) -> Result<String> {
    let mut keys = Vec::new();
    for name in part.words("Writes") {
        let line = items::LINES.iter().find(|line| line.name == name);
        let line = line.with_context(|| format!("{name} is no kind of item"))?;
        keys.push(format!("\"{}\"", line.partitions()));
    }
    keys.dedup();
    let keys = keys.join(", ");
    Ok(format!(
        "{{ForAllValues:StringLike: {{dynamodb:LeadingKeys: [{keys}]}}}}"
    ))
}

/// What a variable is.
fn setting<'s>(name: &str, sources: &'s Sources) -> Result<&'s Entry> {
    let settings = &sources.settings;
    let known = settings.sections.iter().find(|entry| entry.key == name);
    known.with_context(|| format!("{name} is not in {}", settings.path))
}

/// Where the secrets are that a function reads, parted by commas.
fn secrets(own: &Own, sources: &Sources) -> Result<String> {
    let named = own.part.words("Settings").into_iter();
    let named = named.filter(|name| Config::SECRETS.contains(name));
    let arns = named.map(|name| {
        let arn = setting(name, sources)?.text.split_once(": ");
        let (_, arn) = arn.with_context(|| format!("{name} is no ARN"))?;
        Ok(arn.trim_end())
    });
    Ok(arns.collect::<Result<Vec<_>>>()?.join(", "))
}

/// The variables that a function is given.
fn environment(own: &Own, sources: &Sources) -> Result<String> {
    let mut variables = String::new();
    for name in own.part.words("Settings") {
        variables += &setting(name, sources)?.text;
    }
    if variables.is_empty() {
        return Ok(variables);
    }
    let comment = own.part.comment("Settings");
    let variables = indent(&variables, 4);
    Ok(format!("{comment}Environment:\n  Variables:\n{variables}"))
}

fn route(http: &[Entry], route: &Route) -> String {
    let user = block(http, "User");
    let values = [
        ("Route", route.logical_id()),
        ("key", route.key.clone()),
        ("user", if route.user { user } else { String::new() }),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    fill(&block(http, "Route"), &values)
}

/// The alarms of the frames and those of the function; one of the same name changes the frame's.
fn alarmed(mut alarms: Vec<Entry>, own: &Own, frame: &[Entry]) -> String {
    for alarm in entries(&own.part.block("Alarms")) {
        match alarms.iter_mut().find(|framed| framed.key == alarm.key) {
            Some(framed) => {
                let mut properties = entries(&framed.block());
                lay_over(&mut properties, entries(&alarm.block()));
                framed.comment += &alarm.comment;
                framed.text = format!("{}:\n{}", alarm.key, indent(&whole(&properties), 2));
            }
            None => alarms.push(alarm),
        }
    }
    let alarms = alarms.iter().map(|alarm| {
        let mut properties = entries(&block(frame, "Properties"));
        lay_over(&mut properties, entries(&alarm.block()));
        let values = [
            ("Alarm", alarm.key.as_str()),
            ("properties", &whole(&properties)),
        ];
        alarm.comment.clone() + &fill(&block(frame, "Resources"), &values)
    });
    alarms.collect()
}

fn whole(entries: &[Entry]) -> String {
    entries.iter().map(Entry::whole).collect()
}
