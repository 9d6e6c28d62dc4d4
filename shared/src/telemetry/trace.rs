//! The trace that a piece of work belongs to, whichever function does it.
//!
//! A request's trace is noted on what it writes, the relay puts it into the message about that,
//! and the worker goes on with it: so one id finds every log line of it.

use std::future::Future;

use tokio::task_local;
use tracing::{Instrument, Span};

task_local! {
    static CURRENT: Trace;
}

/// A trace: 128 bits, and whether its beginner records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    sampled: bool,
}

impl Trace {
    /// A new one, recorded.
    pub fn fresh() -> Self {
        Self {
            id: rand::random_range(1..=u128::MAX),
            sampled: true,
        }
    }

    /// Reads W3C's `00-<trace id>-<parent id>-<flags>`, lower-case hex
    /// (<https://www.w3.org/TR/trace-context/#traceparent-header>).
    pub fn from_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, id) = (parts.next()?, parts.next()?);
        let (parent, flags) = (parts.next()?, parts.next()?);
        let ends = version != "00" || parts.next().is_none();
        let fits = is_hex(version, 2) && version != "ff" && is_hex(parent, 16) && is_hex(flags, 2);
        if !(fits && ends && is_hex(id, 32) && parent.bytes().any(|digit| digit != b'0')) {
            return None;
        }
        let id = u128::from_str_radix(id, 16).ok().filter(|id| *id != 0)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        Some(Self {
            id,
            sampled: flags & 1 == 1,
        })
    }

    /// Reads X-Ray's spelling of the same 128 bits, `Root=1-<8 hex>-<24 hex>;Parent=…;Sampled=1`
    /// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
    pub fn from_xray(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.split(';')
                .find_map(|part| part.trim().strip_prefix(name))
        };
        let (seconds, rest) = field("Root=1-")?.split_once('-')?;
        if !(is_hex(seconds, 8) && is_hex(rest, 24)) {
            return None;
        }
        Some(Self {
            id: u128::from_str_radix(&format!("{seconds}{rest}"), 16).ok()?,
            sampled: field("Sampled=") != Some("0"),
        })
    }

    /// 32 lower-case hex digits: `trace.id` in the log.
    pub fn id(&self) -> String {
        format!("{:032x}", self.id)
    }

    /// W3C's spelling, with a parent id of its own each time; 55 characters.
    pub fn traceparent(&self) -> String {
        let (parent, flags) = (parent(), u8::from(self.sampled));
        format!("00-{:032x}-{parent:016x}-{flags:02x}", self.id)
    }

    /// X-Ray's spelling, as the message attribute `AWSTraceHeader` wants it.
    pub fn xray(&self) -> String {
        let (id, parent, sampled) = (self.id(), parent(), u8::from(self.sampled));
        let (seconds, rest) = id.split_at(8);
        format!("Root=1-{seconds}-{rest};Parent={parent:016x};Sampled={sampled}")
    }

    /// The trace of the work that asks; `None` where none was begun.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|trace| *trace).ok()
    }
}

/// Work that belongs to a trace.
pub trait Traced: Future + Sized {
    /// Does the work as part of this trace: [`Trace::current`] is it, and log lines carry the
    /// span, which names it.
    fn in_trace(self, trace: Trace, span: Span) -> impl Future<Output = Self::Output> {
        CURRENT.scope(trace, self.instrument(span))
    }
}

impl<F: Future> Traced for F {}

fn parent() -> u64 {
    rand::random_range(1..=u64::MAX)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn both_spellings_tell_of_the_same_trace() {
        let w3c = Trace::from_traceparent(&format!("00-{ID}-00f067aa0ba902b7-01")).unwrap();
        let xray = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(Trace::from_xray(xray), Some(w3c));
        assert_eq!(w3c.id(), ID);
        assert_eq!(Trace::from_traceparent(&w3c.traceparent()), Some(w3c));
        assert_eq!(Trace::from_xray(&w3c.xray()), Some(w3c));
        let unrecorded = Trace::from_traceparent(&format!("00-{ID}-00f067aa0ba902b7-00")).unwrap();
        assert_eq!(Trace::from_xray(&unrecorded.xray()), Some(unrecorded));
        assert_ne!(unrecorded, w3c);
        let later = format!("01-{ID}-00f067aa0ba902b7-01-of-a-later-version");
        assert_eq!(Trace::from_traceparent(&later), Some(w3c));
    }

    #[test]
    fn what_is_neither_spelling_is_no_trace() {
        for bad in [
            "",
            ID,
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "Root=1-4bf92f35",
            "Root=1-4bf92f3-577b34da6a3ce929d0e0e4736",
        ] {
            assert_eq!(Trace::from_traceparent(bad), None, "{bad}");
            assert_eq!(Trace::from_xray(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn work_knows_its_trace_and_none_outside() {
        let trace = Trace::fresh();
        assert_eq!(Trace::current(), None);
        let inside = async { Trace::current() }.in_trace(trace, Span::none());
        assert_eq!(inside.await, Some(trace));
        assert_eq!(Trace::current(), None);
    }
}
