//! Cursors: a position in a list, bound to who reads what, encrypted, good for a day.

use domain::ids::UserId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Page, PageParams, page::fitting};
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
            seal: Seal::new(context.config.cursor_key()),
            clock: context.clock.clone(),
        }
    }

    /// A list by its name among all lists, with whatever tells it apart (`posts of <author>`,
    /// `topic <id> new`); `viewer` is who reads it, `None` when it is the same for all.
    pub fn list<'a>(&'a self, name: &'a str, viewer: Option<&'a UserId>) -> List<'a> {
        List {
            cursors: self,
            name,
            viewer: viewer.map(UserId::as_str),
        }
    }
}

/// A list, of which pages begin and end at places of the type that it knows itself.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    cursors: &'a Cursors,
    name: &'a str,
    viewer: Option<&'a str>,
}

impl List<'_> {
    /// Where a page begins; `None` at the start of the list.
    ///
    /// # Errors
    /// [`Malformed::Cursor`] when the cursor is forged, another viewer's or another list's,
    /// [`Malformed::CursorExpired`] when it is older than [`CURSOR_LIFE`].
    pub fn place<T: DeserializeOwned>(&self, page: &PageParams) -> Result<Option<T>, Error> {
        let cursor = page.cursor.as_deref();
        cursor.map(|cursor| self.decode(cursor)).transpose()
    }

    /// A page of these items, or of as many of the first as fit into an answer. `after` is the place after so many items,
    /// where the next page begins; `None` at the end of the list.
    ///
    /// # Errors
    /// [`Error::Internal`] when an item or a place cannot be written as JSON.
    pub fn page<I: Serialize, T: Serialize>(
        &self,
        mut items: Vec<I>,
        after: impl FnOnce(usize) -> Option<T>,
    ) -> Result<Page<I>, Error> {
        items.truncate(fitting(&items)?);
        let next = after(items.len());
        let next_cursor = next.map(|place| self.encode(&place)).transpose()?;
        Ok(Page { items, next_cursor })
    }

    fn encode<T: Serialize>(&self, position: &T) -> Result<String, Error> {
        let ends = self.cursors.clock.now().saturating_add(CURSOR_LIFE);
        let sealed = Sealed {
            e: ends.unwrap_or(Timestamp::MAX).as_second(),
            p: position,
        };
        let purpose = purpose(self.name, self.viewer);
        let sealed = self.cursors.seal.seal(&purpose, &sealed);
        sealed.map_err(Error::internal)
    }

    fn decode<T: DeserializeOwned>(&self, cursor: &str) -> Result<T, Error> {
        let purpose = purpose(self.name, self.viewer);
        let Some(sealed) = self.cursors.seal.open::<Sealed<T>>(&purpose, cursor) else {
            let detail = "This cursor was not given out for this list and reader.";
            return Err(Error::Malformed(Malformed::Cursor, detail.to_owned()));
        };
        if self.cursors.clock.now().as_second() > sealed.e {
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

    fn person(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn cursors(clock: Clock) -> Cursors {
        let seal = Seal::new("secret");
        Cursors { seal, clock }
    }

    /// Where the page begins that this cursor asks for.
    fn read(
        cursors: &Cursors,
        list: &str,
        viewer: Option<&str>,
        cursor: &str,
    ) -> Result<Option<u8>, Error> {
        let viewer = viewer.map(person);
        let page = PageParams {
            limit: 20,
            cursor: Some(cursor.to_owned()),
        };
        cursors.list(list, viewer.as_ref()).place(&page)
    }

    #[test]
    fn a_cursor_is_good_for_its_list_and_viewer_for_a_day() {
        let (clock, handle) = Clock::shifted();
        let (cursors, ana) = (cursors(clock), person("ana"));
        let page = cursors.list("feed", Some(&ana)).page(vec![()], |_| Some(7));
        let cursor = page.unwrap().next_cursor.unwrap();
        let own = || read(&cursors, "feed", Some("ana"), &cursor);
        assert_eq!(own().unwrap(), Some(7));
        for (list, viewer) in [
            ("feed", Some("ben")),
            ("feed", None),
            ("stream", Some("ana")),
        ] {
            let foreign = read(&cursors, list, viewer, &cursor);
            assert_eq!(refusal(foreign), Malformed::Cursor);
        }
        handle.advance(SignedDuration::from_mins(24 * 60 - 1));
        assert_eq!(own().unwrap(), Some(7));
        handle.advance(SignedDuration::from_mins(2));
        assert_eq!(refusal(own()), Malformed::CursorExpired);
    }

    #[test]
    fn a_list_begins_without_a_cursor_and_ends_without_one() {
        let cursors = cursors(Clock::system());
        let list = cursors.list("feed", None);
        let page = PageParams {
            limit: 20,
            cursor: None,
        };
        assert_eq!(list.place::<u8>(&page).unwrap(), None);
        let last = list.page(vec![1], |_| None::<u8>).unwrap();
        assert_eq!((last.items, last.next_cursor), (vec![1], None));
    }

    #[test]
    fn what_was_never_a_cursor_is_refused() {
        let cursors = cursors(Clock::system());
        for text in ["", "1", "%00", "AAAA", &"A".repeat(10_000)] {
            let refused = refusal(read(&cursors, "feed", None, text));
            assert_eq!(refused, Malformed::Cursor);
        }
    }
}
