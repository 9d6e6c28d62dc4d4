//! Cursors: a position in a list, bound to who reads what, encrypted, good for a day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    error::{Error, Malformed},
    runtime::{Clock, Context},
    seal::Seal,
};

/// How long a cursor can be used (PRODUCT: one older than 24 h is refused).
pub const CURSOR_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Makes and reads cursors.
#[derive(Debug, Clone)]
pub struct Cursors {
    seal: Seal,
    clock: Clock,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    /// Seconds since 1970 at which the cursor ends.
    e: i64,
    /// The position.
    p: T,
}

impl Cursors {
    /// Cursors under the configured secret, timed by the shared clock.
    pub fn new(context: &Context) -> Self {
        Self {
            seal: Seal::new(&context.config.seal_secret),
            clock: context.clock.clone(),
        }
    }

    /// The cursor of a position. `list` names the list among all lists, with whatever tells it
    /// apart (`posts of <author>`, `topic <id> new`); `viewer` is who reads it, `None` when it is
    /// the same for all.
    ///
    /// # Errors
    /// [`Error::Internal`] when the position cannot be written as JSON.
    pub fn encode<T: Serialize>(
        &self,
        list: &str,
        viewer: Option<&str>,
        position: &T,
    ) -> Result<String, Error> {
        let ends = self
            .clock
            .now()
            .saturating_add(CURSOR_LIFE)
            .unwrap_or(Timestamp::MAX);
        let sealed = Sealed {
            e: ends.as_second(),
            p: position,
        };
        self.seal
            .seal(&purpose(list, viewer), &sealed)
            .map_err(Error::internal)
    }

    /// The position that was encoded for this list and viewer.
    ///
    /// # Errors
    /// [`Malformed::Cursor`] when it is forged, another viewer's or another list's,
    /// [`Malformed::CursorExpired`] when it is older than [`CURSOR_LIFE`].
    pub fn decode<T: DeserializeOwned>(
        &self,
        list: &str,
        viewer: Option<&str>,
        cursor: &str,
    ) -> Result<T, Error> {
        let Some(sealed) = self.seal.open::<Sealed<T>>(&purpose(list, viewer), cursor) else {
            let detail = "This cursor was not given out for this list and reader.";
            return Err(Error::Malformed(Malformed::Cursor, detail.to_owned()));
        };
        if self.clock.now().as_second() > sealed.e {
            let detail = "This cursor is older than 24 hours; start from the first page.";
            return Err(Error::Malformed(
                Malformed::CursorExpired,
                detail.to_owned(),
            ));
        }
        Ok(sealed.p)
    }
}

/// List and viewer are authenticated, not stored: a cursor opens only where both are the same.
fn purpose(list: &str, viewer: Option<&str>) -> String {
    match viewer {
        Some(viewer) => format!("cursor\0{list}\0{viewer}"),
        None => format!("cursor\0{list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is written where it arises"
    )]
    fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Malformed {
        let Err(Error::Malformed(why, _)) = result else {
            panic!("{result:?}")
        };
        why
    }

    #[test]
    fn a_cursor_is_good_for_its_list_and_viewer_for_a_day() {
        let (clock, handle) = Clock::shifted();
        let cursors = Cursors {
            seal: Seal::new("secret"),
            clock,
        };
        let cursor = cursors.encode("feed", Some("ana"), &7).unwrap();
        assert_eq!(
            cursors.decode::<u8>("feed", Some("ana"), &cursor).unwrap(),
            7
        );
        for (list, viewer) in [
            ("feed", Some("ben")),
            ("feed", None),
            ("stream", Some("ana")),
        ] {
            assert_eq!(
                refusal(cursors.decode::<u8>(list, viewer, &cursor)),
                Malformed::Cursor
            );
        }
        handle.advance(SignedDuration::from_mins(24 * 60 - 1));
        assert_eq!(
            cursors.decode::<u8>("feed", Some("ana"), &cursor).unwrap(),
            7
        );
        handle.advance(SignedDuration::from_mins(2));
        let late = cursors.decode::<u8>("feed", Some("ana"), &cursor);
        assert_eq!(refusal(late), Malformed::CursorExpired);
    }

    #[test]
    fn what_was_never_a_cursor_is_refused() {
        let cursors = Cursors {
            seal: Seal::new("secret"),
            clock: Clock::system(),
        };
        for text in ["", "1", "%00", "AAAA", &"A".repeat(10_000)] {
            assert_eq!(
                refusal(cursors.decode::<u8>("feed", None, text)),
                Malformed::Cursor
            );
        }
    }
}
