//! Times as people and the store's systems send them.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

/// A time that was sent (RFC 3339), cut to the milliseconds that times are kept and told with; `None` for what is none.
pub fn sent(text: &str) -> Option<Timestamp> {
    let cut = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Floor);
    text.parse::<Timestamp>().ok()?.round(cut).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_cut_to_milliseconds_and_kept_so() {
        for (text, kept) in [
            ("2026-11-21T18:00:00.123456789Z", "2026-11-21T18:00:00.123Z"),
            ("2026-11-21T18:00:00.9999Z", "2026-11-21T18:00:00.999Z"),
            ("2026-11-21T20:00:00+02:00", "2026-11-21T18:00:00Z"),
            ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(sent(text), Some(kept.parse().unwrap()), "{text}");
        }
        for none in ["", "soon", "2026-11-21", "2026-11-21T18:00:00"] {
            assert_eq!(sent(none), None, "{none}");
        }
    }
}
