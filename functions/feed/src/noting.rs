//! Noting that a reader opened their feed: edges go by how often they do (FEEDS 1).

use domain::{
    feeds::{Candidates, Rate, is_worth_noting},
    ids::UserId,
};
use jiff::Timestamp;

use crate::{App, skeleton::Sources};

/// What is to be noted: the rate as it was read, and as it is.
pub(crate) struct Note {
    before: Option<Rate>,
    rate: Rate,
}

/// What is to be noted of a first page of these candidates, if chance has it so.
pub(crate) fn note(
    app: &App,
    sources: &Sources,
    candidates: Option<&Candidates>,
    now: Timestamp,
) -> Option<Note> {
    let candidates = candidates?;
    if !is_worth_noting(&candidates.places, !candidates.has_more(), now) {
        return None;
    }
    let before = sources.rate;
    let drawn = app.ids.chance() < Rate::chance(before.as_ref(), now);
    drawn.then(|| {
        let pulled = sources.reader.following.pulled.len();
        let rate = Rate::noted(before.as_ref(), pulled, now);
        Note { before, rate }
    })
}

impl Note {
    /// Writes it. What fails is told in the log alone: the reader has their page for all that.
    pub(crate) async fn write(self, app: &App, reader: &UserId) {
        let noted = app
            .store
            .note_rate(reader, self.before.as_ref(), &self.rate);
        if let Err(error) = noted.await {
            let cause = error.cause().map(tracing::field::display);
            tracing::warn!(cause, "how often a reader comes was not noted");
        }
    }
}
