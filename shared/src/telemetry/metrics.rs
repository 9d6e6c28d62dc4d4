//! Metrics, as lines of CloudWatch's embedded metric format on standard output
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! The format is one JSON object, so this writes it: the crates for it bring a global recorder and
//! a flushing thread. Dimensions are a function's name and a route's pattern, never an id.

use std::{io::Write, sync::OnceLock, time::Duration};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all metrics; stacks are told apart by the name of the function.
pub const NAMESPACE: &str = "Spark";
/// The dimension that every metric has: the name of the deployed function.
pub const FUNCTION: &str = "FunctionName";
/// The further dimension of a request's metrics: the route's pattern, or `none`.
pub const ROUTE: &str = "Route";
/// A line holds at most this many values of a metric.
const VALUES: usize = 100;

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident, $unit:literal, $by_route:literal;)*) => {
        /// Everything that is measured.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Metric {
            $($(#[$doc])* $name,)*
        }

        impl Metric {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in CloudWatch.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// CloudWatch's name of its unit.
            pub fn unit(self) -> &'static str {
                match self {
                    $(Self::$name => $unit,)*
                }
            }

            /// Its dimensions: the function, and for a request's metrics the route.
            pub fn dimensions(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => if $by_route { &[FUNCTION, ROUTE] } else { &[FUNCTION] },)*
                }
            }
        }
    };
}

metrics! {
    /// How long a request took inside the function; its sample count is the number of requests.
    Latency, "Milliseconds", true;
    /// Answers of 400 to 499.
    ClientErrors, "Count", true;
    /// Answers of 500 to 599.
    ServerErrors, "Count", true;
    /// Messages, or records of the stream, that were worked off.
    Handled, "Count", false;
    /// Messages, or records of the stream, that will come again.
    Failed, "Count", false;
    /// How long after it was sent, or committed, a message or record was begun with.
    Age, "Milliseconds", false;
    /// Messages that the relay sent.
    Relayed, "Count", false;
    /// Records that the relay could not read.
    Unreadable, "Count", false;
    /// Items that could not be read, and were left out of the page that they were on.
    LeftOut, "Count", false;
    /// Entries written to timelines.
    Deliveries, "Count", false;
    /// From a post's appearance to its last delivery.
    DeliveryTime, "Milliseconds", false;
    /// Posts that have been open for longer than a delivery takes, whenever the janitor looks.
    Overdue, "Count", false;
    /// That more posts are open than an instance keeps in memory: it goes by the newest.
    OpenBookFull, "Count", false;
    /// Uploads that became photos.
    PhotosReady, "Count", false;
    /// Uploads that were rejected.
    PhotosRejected, "Count", false;
    /// Good lines of feeds.
    FeedLines, "Count", false;
    /// Lines of feeds that were reported as bad.
    BadFeedLines, "Count", false;
}

static DEPLOYED_AS: OnceLock<String> = OnceLock::new();

/// Writes metrics from now on, as those of the function of this name. Until then, and so in tests
/// and the local cloud, there are none.
pub fn start(function: impl Into<String>) {
    if DEPLOYED_AS.set(function.into()).is_err() {
        tracing::debug!("metrics were started before");
    }
}

/// Notes a count of something this function did.
pub fn count(metric: Metric, count: usize) {
    values(&[(metric, vec![count as f64])]);
}

/// Notes how long something took.
pub fn duration(metric: Metric, took: Duration) {
    values(&[(metric, vec![milliseconds(took)])]);
}

/// Notes several metrics in one line. A metric without values is left out.
pub fn values(values: &[(Metric, Vec<f64>)]) {
    write(None, None, values);
}

/// Notes one request: how long it took, and whose fault its failure was.
pub fn request(route: &str, status: u16, took: Duration) {
    let mut measured = vec![(Metric::Latency, vec![milliseconds(took)])];
    match status {
        400..=499 => measured.push((Metric::ClientErrors, vec![1.0])),
        500..=599 => measured.push((Metric::ServerErrors, vec![1.0])),
        _ => {}
    }
    write(Some(route), Some(status), &measured);
}

/// How long ago that was, by the real time; nothing for what is yet to come.
pub fn since(then: Timestamp) -> Duration {
    now().duration_since(then).try_into().unwrap_or_default()
}

/// In thousandths of a second, to three places.
pub fn milliseconds(took: Duration) -> f64 {
    (took.as_micros() as f64) / 1_000.0
}

fn write(route: Option<&str>, status: Option<u16>, values: &[(Metric, Vec<f64>)]) {
    let Some(function) = DEPLOYED_AS.get() else {
        return;
    };
    if let Some(mut line) = line(function, route, status, values, now()) {
        line.push('\n');
        if let Err(error) = std::io::stdout().lock().write_all(line.as_bytes()) {
            tracing::warn!(%error, "a metric was not written");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a metric is filed by the real time, also where the clock was turned"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn line(
    function: &str,
    route: Option<&str>,
    status: Option<u16>,
    values: &[(Metric, Vec<f64>)],
    at: Timestamp,
) -> Option<String> {
    let (mut fields, mut directives) = (Map::new(), Vec::new());
    for (metric, values) in values.iter().filter(|(_, values)| !values.is_empty()) {
        let values = &values[..values.len().min(VALUES)];
        let value = if let [value] = values {
            json!(value)
        } else {
            json!(values)
        };
        fields.insert(metric.name().to_owned(), value);
        directives.push(json!({
            "Namespace": NAMESPACE,
            "Dimensions": [metric.dimensions()],
            "Metrics": [{ "Name": metric.name(), "Unit": metric.unit() }],
        }));
    }
    if directives.is_empty() {
        return None;
    }
    fields.insert(FUNCTION.to_owned(), json!(function));
    fields.extend(route.map(|route| (ROUTE.to_owned(), json!(route))));
    fields.extend(status.map(|status| ("Status".to_owned(), json!(status))));
    let about = json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": directives });
    fields.insert("_aws".to_owned(), about);
    Some(Value::Object(fields).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(route: Option<&str>, values: &[(Metric, Vec<f64>)]) -> Value {
        let at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let line = line("spark-Feed", route, None, values, at).unwrap();
        assert!(!line.contains('\n'));
        serde_json::from_str(&line).unwrap()
    }

    /// What CloudWatch's specification asks of a line.
    #[test]
    fn a_line_holds_every_metric_and_dimension_that_it_declares() {
        let values = [
            (Metric::Handled, vec![3.0]),
            (Metric::Failed, Vec::new()),
            (Metric::Age, vec![12.5; 130]),
        ];
        let line = written(None, &values);
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_000_u64);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!(directives.len(), 2);
        for directive in directives {
            assert_eq!(directive["Namespace"], NAMESPACE);
            for name in directive["Dimensions"][0].as_array().unwrap() {
                assert!(line[name.as_str().unwrap()].is_string(), "{name}");
            }
            let metric = &directive["Metrics"][0];
            assert!(!line[metric["Name"].as_str().unwrap()].is_null());
        }
        assert_eq!(line["Handled"], 3.0);
        assert_eq!(line["Age"].as_array().unwrap().len(), VALUES);
        assert!(line.get("Failed").is_none());
    }

    #[test]
    fn a_request_is_told_by_its_route() {
        let line = written(Some("/v1/posts/{post_id}"), &[(Metric::Latency, vec![1.0])]);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([[FUNCTION, ROUTE]]));
        assert_eq!(line[ROUTE], "/v1/posts/{post_id}");
    }

    #[test]
    fn nothing_measured_is_no_line() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(
            line("f", None, None, &[(Metric::Age, Vec::new())], at),
            None
        );
    }
}
