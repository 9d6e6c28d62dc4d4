//! Where in a list a thing is to be.

use domain::engagement::{Place, neighbours};

use crate::error::Error;

/// Where in a list a thing is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Where it is; a new one first.
    Front,
    /// Where it is; a new one last.
    End,
    /// At so manieth place, from 0, of the list without it; beyond its end, last.
    At(usize),
}

impl Spot {
    /// Where a new thing comes to stand.
    pub(super) fn among(self, places: &[Place]) -> Result<Place, Error> {
        let (before, after) = match self {
            Self::Front => (None, places.first()),
            Self::End => (places.last(), None),
            Self::At(position) => neighbours(places, position),
        };
        Place::between(before, after).ok_or_else(no_room)
    }

    /// Where a thing goes that is at this place; `None` where it stays.
    pub(super) fn moves(self, own: &Place, places: &[Place]) -> Result<Option<Place>, Error> {
        let Self::At(position) = self else {
            return Ok(None);
        };
        let others = places.iter().filter(|place| *place != own);
        let others: Vec<_> = others.cloned().collect();
        let (before, after) = neighbours(&others, position);
        let is_behind = before.is_none_or(|before| before < own);
        let stays = is_behind && after.is_none_or(|after| own < after);
        if stays {
            return Ok(None);
        }
        Place::between(before, after).map(Some).ok_or_else(no_room)
    }
}

pub(super) fn no_room() -> Error {
    Error::internal("a list whose places are used up")
}

/// The last of these places before one.
pub(super) fn last_before(places: &[Place], place: &Place) -> Option<Place> {
    places.iter().filter(|one| *one < place).max().cloned()
}
