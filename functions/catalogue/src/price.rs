//! Prices as a product feed writes them: `1,299.00 USD`.

use shared::domain::product::Money;

/// ISO 4217 currencies in use, by how many digits their minor unit has.
const CURRENCIES: [(u32, &str); 4] = [
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

/// Digits before the decimal mark: far above any price, and no sum of such overflows.
const MOST_DIGITS: usize = 12;

fn minor_digits(currency: &str) -> Option<u32> {
    CURRENCIES
        .iter()
        .find(|(_, codes)| codes.split(' ').any(|code| code == currency))
        .map(|(digits, _)| *digits)
}

fn whole_digits(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    let good = !first.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (good && digits.len() <= MOST_DIGITS).then_some(digits)
}

/// A price above zero: a number with a dot as its decimal mark and, if at all, commas between
/// thousands, then a space and an ISO 4217 code. More decimals than the currency has are refused:
/// `1.299 EUR` may mean one euro or over a thousand.
///
/// # Errors
/// Why it is no price, for the one who keeps the feed.
pub fn parse(text: &str) -> Result<Money, String> {
    let form = || "is not a price such as 24.99 USD".to_owned();
    let (number, currency) = text.trim().rsplit_once(' ').ok_or_else(form)?;
    let digits = minor_digits(currency)
        .ok_or_else(|| format!("{currency:.10} is not an ISO 4217 currency in use"))?;
    let (whole, fraction) = match number.trim_end().split_once('.') {
        Some((_, "")) => return Err(form()),
        Some((whole, fraction)) => (whole, fraction),
        None => (number.trim_end(), ""),
    };
    let whole = whole_digits(whole).ok_or_else(form)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(form());
    }
    let room = usize::try_from(digits).unwrap_or(0);
    if fraction.len() > room {
        return Err(format!(
            "has more than the {digits} decimals of {currency}: ambiguous"
        ));
    }
    let amount: i64 = format!("{whole}{fraction:0<room$}")
        .parse()
        .map_err(|_not_a_number| form())?;
    if amount == 0 {
        return Err("is zero".to_owned());
    }
    Ok(Money {
        amount,
        currency: currency.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Option<i64> {
        parse(text).ok().map(|money| money.amount)
    }

    #[test]
    fn a_price_is_read_in_the_minor_units_of_its_currency() {
        for (text, expected) in [
            ("24.99 USD", 2499),
            ("24.9 USD", 2490),
            ("24 USD", 2400),
            (" 1,299.00  EUR ", 129_900),
            ("1,234,567.89 GBP", 123_456_789),
            ("1500 JPY", 1500),
            ("1,500 JPY", 1500),
            ("1.299 KWD", 1299),
            ("0.01 USD", 1),
        ] {
            assert_eq!(amount(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_prices_or_none_is_refused() {
        for text in [
            "",
            "USD",
            "24.99",
            "24.99USD",
            "1.299 EUR",
            "1500.00 JPY",
            "24,99 EUR",
            "1,29 USD",
            "1234,567 USD",
            ",123 USD",
            "1.2.3 USD",
            "24. USD",
            ".5 USD",
            "-1.00 USD",
            "+1 USD",
            "0.00 USD",
            "1e3 USD",
            "٢٤ USD",
            "24.99 usd",
            "24.99 XXX",
            "24.99 US\u{301}D",
            "9999999999999.00 USD",
            "24.99\u{a0}USD",
            "$24.99 USD",
        ] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            let read = parse(&text);
            prop_assert!(read.is_err() || read.is_ok_and(|money| money.amount > 0));
        }

        #[test]
        fn a_written_amount_is_read_back(minor in 1i64..10_000_000_000) {
            let text = format!("{}.{:02} USD", minor / 100, minor % 100);
            prop_assert_eq!(amount(&text), Some(minor));
        }
    }
}
