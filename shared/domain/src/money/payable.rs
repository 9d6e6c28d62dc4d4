//! From which amount on an account is paid (MONEY 33).

use std::{collections::BTreeMap, str::FromStr};

/// From which amount on an account is paid, unless its currency says otherwise, in minor units.
const LEAST: i64 = 1_000;

/// From which amounts on accounts are paid, by currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Minimum(BTreeMap<String, i64>);

impl Minimum {
    /// That of a currency, in minor units: 1 or more.
    pub fn of(&self, currency: &str) -> i64 {
        self.0.get(currency).copied().unwrap_or(LEAST).max(1)
    }
}

impl FromStr for Minimum {
    type Err = String;

    /// `USD 1000, JPY 1500`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let read = parts.map(|part| {
            let (currency, amount) = part.split_once(' ').ok_or(part)?;
            let amount = amount.trim().parse().map_err(|_no_number| part)?;
            Ok::<_, &str>((currency.to_owned(), amount))
        });
        let read = read.collect::<Result<_, _>>();
        read.map(Self)
            .map_err(|part| format!("{part} is no currency and amount"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_that_is_not_named_has_a_minimum_of_a_thousand() {
        let minimum: Minimum = "USD 500, JPY 0".parse().unwrap();
        assert_eq!(
            ["USD", "JPY", "EUR"].map(|one| minimum.of(one)),
            [500, 1, 1_000]
        );
        assert!("USD".parse::<Minimum>().is_err());
        assert_eq!("".parse(), Ok(Minimum::default()));
    }
}
