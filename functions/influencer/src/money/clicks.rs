//! How often the links of an account were followed (MONEY 15, 29).

use std::collections::{BTreeMap, btree_map::Entry};

use domain::money::{Account, noted::DayTotal};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use shared::error::Error;

use crate::App;

impl App {
    /// The clicks of an account on each day from one to another, both inclusive. Days that the janitor has not counted
    /// yet, which are today and for a while yesterday, are counted here. A click's day is that of UTC.
    pub(super) async fn clicks(
        &self,
        account: &Account,
        from: Date,
        to: Date,
    ) -> Result<BTreeMap<Date, DayTotal>, Error> {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let counting = self.store.counting().await?;
        let mut days = self.store.day_totals(account, from, to).await?;
        let mut day = counting.map_or(today, |counting| counting.day).max(from);
        while day <= to.min(today) {
            if let Entry::Vacant(missing) = days.entry(day) {
                missing.insert(self.store.clicks_on(account, day).await?);
            }
            day = day.checked_add(1.day()).map_err(Error::internal)?;
        }
        Ok(days)
    }
}
