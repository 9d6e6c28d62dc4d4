//! The trace that a request belongs to, so that its log lines can be found together.

use http::HeaderMap;

/// The trace id of a request: 32 lower-case hex digits, from `traceparent` (W3C), else from
/// `X-Amzn-Trace-Id`, else fresh.
pub(super) fn trace_id(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text("traceparent")
        .and_then(from_traceparent)
        .or_else(|| text("x-amzn-trace-id").and_then(from_amazon))
        .unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()))
}

/// `00-<trace id>-<parent id>-<flags>`.
fn from_traceparent(text: &str) -> Option<String> {
    let mut parts = text.trim().split('-');
    let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let fits = is_hex(version, 2) && version != "ff" && is_hex(parent, 16) && is_hex(flags, 2);
    (fits && is_hex(id, 32) && id.bytes().any(|digit| digit != b'0')).then(|| id.to_owned())
}

/// `Root=1-<8 hex>-<24 hex>;Parent=…`: X-Ray's spelling of the same 128 bits.
fn from_amazon(text: &str) -> Option<String> {
    let root = text
        .split(';')
        .find_map(|part| part.trim().strip_prefix("Root=1-"))?;
    let (seconds, rest) = root.split_once('-')?;
    (is_hex(seconds, 8) && is_hex(rest, 24)).then(|| format!("{seconds}{rest}"))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(name: &'static str, value: &'static str) -> String {
        trace_id(&HeaderMap::from_iter([(
            http::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )]))
    }

    #[test]
    fn a_trace_begun_elsewhere_goes_on() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(
            of(
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            ),
            id
        );
        assert_eq!(
            of(
                "x-amzn-trace-id",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1"
            ),
            id
        );
    }

    #[test]
    fn a_header_that_cannot_be_read_begins_a_new_trace() {
        for bad in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "4bf92f3577b34da6a3ce929d0e0e4736",
        ] {
            let id = of("traceparent", bad);
            assert!(is_hex(&id, 32) && !bad.contains(&id), "{bad}");
        }
    }
}
