//! Clicks are added up the day after (MONEY 15): account by account, day by day.

use domain::money::noted::Counting;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use shared::{error::Error, queue::is_late};

use crate::App;

/// So many accounts are counted before it is noted.
const PAGE: usize = 20;
/// A click that began before midnight is noted by then.
const SETTLED: SignedDuration = SignedDuration::from_mins(2);

/// Goes on with the days that are over.
pub(crate) async fn count(app: &App, now: Timestamp) -> Result<(), Error> {
    let settled = now.saturating_sub(SETTLED).unwrap_or(now);
    let today = settled.to_zoned(TimeZone::UTC).date();
    while !is_late() {
        let before = app.store.counting().await?;
        let at = match &before {
            Some(before) => before.clone(),
            None => Counting {
                day: today.yesterday().map_err(Error::internal)?,
                after: None,
                edition: 0,
            },
        };
        if at.day >= today {
            return Ok(());
        }
        let after = Box::pin(further(app, &at)).await?;
        if !app.store.keep_counting(before.as_ref(), &after).await? {
            // Somebody else goes on with it.
            return Ok(());
        }
    }
    Ok(())
}

async fn further(app: &App, at: &Counting) -> Result<Counting, Error> {
    let page = app.store.accounts_after(at.after.as_ref(), PAGE).await?;
    for account in &page {
        let total = app.store.clicks_on(account, at.day).await?;
        if !total.counts.is_empty() {
            app.store.note_day(account, at.day, &total).await?;
        }
    }
    let mut after = at.clone();
    match page.len() < PAGE {
        true => {
            after.day = at.day.checked_add(1.day()).map_err(Error::internal)?;
            after.after = None;
        }
        false => after.after = page.last().cloned(),
    }
    Ok(after)
}
