//! The rows of the rate table that were added to the first (MONEY 22).

use domain::money::rates::{Rate, first};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, Range, decode, encode},
};

impl Store {
    /// Every row, those of the first among them, in the order in which they become effective.
    pub async fn rates(&self) -> Result<Vec<Rate>, Error> {
        let range = Range {
            consistent: true,
            ..Range::all(keys::RATES.to_owned())
        };
        let added = self.table.query_all(range).await?.into_iter();
        let added = added.map(decode::<Rate>).collect::<Result<Vec<_>, _>>()?;
        let mut rates = first();
        rates.extend(added);
        rates.sort_by(|a, b| {
            let place = |rate: &Rate| (rate.effective_from, rate.announced_at);
            place(a).cmp(&place(b)).then_with(|| a.id.cmp(&b.id))
        });
        Ok(rates)
    }

    /// One of the rows that were added.
    pub async fn rate(&self, id: &str) -> Result<Option<Rate>, Error> {
        self.table.read(&keys::rate_row(id), true).await
    }

    /// Adds a row, for ever. Where one of its id is there, that one.
    pub async fn add_rate(&self, rate: &Rate) -> Result<Rate, Error> {
        let key = keys::rate_row(&rate.id);
        let new = Expression::new("attribute_not_exists(PK)");
        if self.table.put_when(encode(&key, rate)?, new).await? {
            return Ok(rate.clone());
        }
        let there = self.table.read(&key, true).await?;
        there.ok_or_else(|| Error::internal("a row of the rate table is gone"))
    }
}
