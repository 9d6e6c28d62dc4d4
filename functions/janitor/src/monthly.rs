//! Once a month the best of the influencers are invited to be Onsite Associates (MONEY 10): some are looked at, it is noted
//! who is best so far, and so on until all are.

use domain::{
    ids::InvitationId,
    money::invitations::{Invitation, Round},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use shared::{error::Error, queue::is_late};
use ulid::Ulid;

use crate::App;

/// So many are looked at before it is noted.
const PAGE: usize = 20;

/// Goes on with this month's round, on the 1st or as soon after as somebody looks.
pub(crate) async fn invite(app: &App, now: Timestamp) -> Result<(), Error> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let month = today.strftime("%Y-%m").to_string();
    while !is_late() {
        let before = app.store.round(&month).await?;
        if before.done {
            return Ok(());
        }
        let after = Box::pin(further(app, &before, today, now)).await?;
        if !app.store.keep_round(&month, &before, &after).await? {
            // Somebody else goes on with it.
            return Ok(());
        }
    }
    Ok(())
}

async fn further(app: &App, before: &Round, today: Date, now: Timestamp) -> Result<Round, Error> {
    let mut after = before.clone();
    if before.chosen {
        // By its month and place an id is the same: one that was invited before this was noted is not invited again.
        for (place, best) in (0_u128..).zip(&before.best) {
            let id = InvitationId(id_of(today, place));
            app.store
                .invite(&best.user, &Invitation::new(id, now))
                .await?;
        }
        return Ok(Round {
            done: true,
            ..Round::default()
        });
    }
    let page = app
        .store
        .influencers_after(before.after.as_ref(), PAGE)
        .await?;
    for user in &page {
        if let Some(candidate) = Box::pin(app.store.candidate(user)).await? {
            after.take(&candidate, now);
        }
    }
    after.after = page.last().cloned().or(after.after);
    after.chosen = page.len() < PAGE;
    Ok(after)
}

/// The id of this month's invitation at a place: in the order of time.
fn id_of(today: Date, place: u128) -> Ulid {
    let first = today.first_of_month().to_zoned(TimeZone::UTC);
    let millis = first.map(|first| first.timestamp().as_millisecond());
    let millis = millis.map_or(0, |millis| u64::try_from(millis).unwrap_or_default());
    Ulid::from_parts(millis, place)
}
