//! How often readers open their feed, as it is noted (FEEDS 1).

use domain::{feeds::Rate, ids::UserId};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, encode, traced, value},
};

impl Store {
    /// Notes how often a reader opens their feed, if nobody noted it since it was read: one write.
    pub async fn note_rate(
        &self,
        reader: &UserId,
        before: Option<&Rate>,
        rate: &Rate,
    ) -> Result<(), Error> {
        let nobody = "attribute_not_exists(PK)";
        let as_read = match before {
            Some(before) => Expression::new(format!("{nobody} OR #at = :read"))
                .name("#at", "at")
                .value(":read", value(before.at)?),
            None => Expression::new(nobody),
        };
        let item = traced(encode(&keys::rate(reader), rate)?);
        self.table.put_when(item, as_read).await?;
        Ok(())
    }
}
