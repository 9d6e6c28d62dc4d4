//! The log: one JSON object a line, at the level that `RUST_LOG` asks for; and between its lines,
//! in a deployed function, those of the metrics.

use tracing_subscriber::EnvFilter;

use super::Config;
use crate::telemetry::metrics;

/// Starts logging to standard output, as CloudWatch expects it. A second call does nothing.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    if let Some(function) = Config::function_name() {
        metrics::start(function);
    }
}
