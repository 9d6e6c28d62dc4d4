//! The trace that a request belongs to, so that its log lines can be found together.

use http::HeaderMap;

use crate::telemetry::Trace;

/// The trace of a request: from `traceparent` (W3C), else from `X-Amzn-Trace-Id`, else fresh.
pub(super) fn trace_of(headers: &HeaderMap) -> Trace {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text("traceparent")
        .and_then(Trace::from_traceparent)
        .or_else(|| text("x-amzn-trace-id").and_then(Trace::from_xray))
        .unwrap_or_else(Trace::fresh)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(name: &'static str, value: &'static str) -> String {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )]);
        trace_of(&headers).id()
    }

    #[test]
    fn a_trace_begun_elsewhere_goes_on_and_one_that_cannot_be_read_begins_anew() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let w3c = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let xray = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1";
        assert_eq!(of("traceparent", w3c), id);
        assert_eq!(of("x-amzn-trace-id", xray), id);
        for (name, bad) in [("traceparent", xray), ("x-amzn-trace-id", w3c)] {
            let fresh = of(name, bad);
            assert_ne!(fresh, id);
            assert_ne!(fresh, of(name, bad));
        }
    }
}
