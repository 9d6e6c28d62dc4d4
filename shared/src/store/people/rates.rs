//! How often readers open their feed, as it is noted (FEEDS 1).

use domain::{feeds::Rate, ids::UserId};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Expression, value},
};

impl Store {
    /// Notes how often a reader opens their feed, if nobody noted it since it was read: one write.
    pub async fn note_rate(
        &self,
        reader: &UserId,
        before: Option<&Rate>,
        rate: &Rate,
    ) -> Result<(), Error> {
        let (named, condition) = match before {
            Some(before) => {
                let named = Expression::new("").value(":before", value(before.at)?);
                (named, "attribute_not_exists(PK) OR #at = :before")
            }
            None => (Expression::new(""), "attribute_not_exists(PK)"),
        };
        let mut set = "SET reads = :reads, #at = :at, since = :since, stands_since = :stands, \
                       expires_at = :then"
            .to_owned();
        let mut named = named
            .name("#at", "at")
            .value(":reads", value(rate.reads)?)
            .value(":at", value(rate.at)?)
            .value(":since", value(rate.since)?)
            .value(":stands", value(rate.stands_since)?)
            .number(":then", rate.expires_at);
        match rate.bucket {
            Some(bucket) => {
                set.push_str(", bucket = :bucket");
                named = named.value(":bucket", value(bucket)?);
            }
            None => set.push_str(" REMOVE bucket"),
        }
        let noted = named.saying(set).when(Some(condition));
        self.table.update(&keys::rate(reader), noted).await?;
        Ok(())
    }
}
