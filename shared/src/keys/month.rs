//! Months, by which collections that grow without end are parted.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A calendar month, UTC: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Date);

impl Month {
    /// The month that holds `at`.
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// The moment at which it begins.
    pub fn start(self) -> Timestamp {
        let midnight = self.0.to_zoned(TimeZone::UTC);
        midnight.map_or(Timestamp::MIN, |midnight| midnight.timestamp())
    }

    /// The one before.
    pub fn previous(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0).first_of_month())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl std::str::FromStr for Month {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        format!("{text}-01").parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn january_follows_december() {
        let january = Month::of("2027-01-31T23:59:59.999Z".parse().unwrap());
        assert_eq!(january.previous().to_string(), "2026-12");
        assert_eq!(january.start().to_string(), "2027-01-01T00:00:00Z");
    }
}
