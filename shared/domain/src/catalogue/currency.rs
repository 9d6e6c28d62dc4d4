//! Currencies, and how amounts in their minor units are written for people.

/// ISO 4217 currencies in use, by how many digits their minor unit has.
const CURRENCIES: [(usize, &str); 4] = [
    (
        0,
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    ),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
         CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
         GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL \
         MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN \
         PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
         SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// How many digits the minor unit of a currency has; `None` for what is none in use.
pub fn minor_digits(currency: &str) -> Option<usize> {
    let code = currency
        .as_bytes()
        .first_chunk::<3>()
        .filter(|_| currency.len() == 3)?;
    let mut known = CURRENCIES.iter();
    known
        .find(|(_, codes)| {
            let mut codes = codes.as_bytes().chunks(4);
            codes.any(|known| known.first_chunk() == Some(code))
        })
        .map(|(digits, _)| *digits)
}

/// An amount of minor units in major ones, as a number: `12.05`. Of a currency that is not known it has two decimals.
pub fn major(amount: i64, currency: &str) -> String {
    let digits = minor_digits(currency).unwrap_or(2);
    let sign = if amount < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", amount.unsigned_abs(), width = digits + 1);
    let (whole, rest) = text.split_at(text.len() - digits);
    match digits {
        0 => format!("{sign}{whole}"),
        _some => format!("{sign}{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_in_major_units_has_the_decimals_of_its_currency() {
        for (amount, currency, text) in [
            (1_205, "USD", "12.05"),
            (5, "USD", "0.05"),
            (-5, "EUR", "-0.05"),
            (1_205, "JPY", "1205"),
            (1_205, "KWD", "1.205"),
            (7, "XXX", "0.07"),
        ] {
            assert_eq!(major(amount, currency), text);
        }
    }
}
