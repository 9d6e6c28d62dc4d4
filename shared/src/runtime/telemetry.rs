//! The log: one JSON object a line, at the level that `RUST_LOG` asks for; and between its lines,
//! in a deployed function, those of the metrics.

use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use super::{Config, config};
use crate::telemetry::metrics;

/// Starts logging to standard output, as CloudWatch expects it. A second call does nothing.
pub fn init() {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(wanted(config::variable("RUST_LOG").as_deref()))
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    if let Some(function) = Config::function_name() {
        metrics::start(function);
    }
}

/// What `RUST_LOG` asks for, as `level` or `target=level`, parted by commas; `info` where it
/// asks for nothing, or for what cannot be read.
fn wanted(asked: Option<&str>) -> Targets {
    asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(Level::INFO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_as_talkative_as_it_is_asked_to_be() {
        let asked = wanted(Some("warn,shared=debug"));
        assert!(asked.would_enable("shared::store", &Level::DEBUG));
        assert!(!asked.would_enable("hyper", &Level::INFO));
        for asked in [None, Some("loudly=please")] {
            let wanted = wanted(asked);
            assert!(wanted.would_enable("hyper", &Level::INFO));
            assert!(!wanted.would_enable("hyper", &Level::DEBUG));
        }
    }
}
