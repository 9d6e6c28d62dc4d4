//! Times as answers tell them.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat,
        schema::{SchemaType, Type},
    },
};

/// A time, UTC: exactly three digits of a second and `Z` (PRODUCT §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub Timestamp);

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

/// A shape of its own, which generators take for the time that it is.
impl ToSchema for Time {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_of_a_second_whatever_it_is() {
        for (time, told) in [
            ("2026-11-21T18:00:00Z", "2026-11-21T18:00:00.000Z"),
            ("2026-11-21T18:00:00.120Z", "2026-11-21T18:00:00.120Z"),
            ("2026-11-21T18:00:00.123999999Z", "2026-11-21T18:00:00.123Z"),
            ("2026-11-21T20:00:00+02:00", "2026-11-21T18:00:00.000Z"),
        ] {
            let time = Time(time.parse().unwrap());
            assert_eq!(serde_json::to_value(time).unwrap(), told);
        }
    }
}
