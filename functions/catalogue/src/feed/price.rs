//! Prices as product feeds write them: `24.99 USD`, `$2,030`, `1.299,00 EUR`. What could mean two
//! prices is refused.

use domain::catalogue::{currency::minor_digits, product::Money};

/// Signs that stand for one currency; a yen sign may be a yuan's, so it is none of them.
const SIGNS: [(char, &str); 9] = [
    ('$', "USD"),
    ('€', "EUR"),
    ('£', "GBP"),
    ('₹', "INR"),
    ('₩', "KRW"),
    ('₽', "RUB"),
    ('₴', "UAH"),
    ('₺', "TRY"),
    ('₪', "ILS"),
];

/// Digits of an amount: far above any price, and no sum of such overflows.
const MOST_DIGITS: usize = 15;

fn form() -> String {
    "is not a price such as 24.99 USD".to_owned()
}

/// Number and currency of a price: a code on either side of it, or a sign that means one currency.
fn parts(text: &str) -> Result<(&str, &str), String> {
    let is_code = |c: char| c.is_alphabetic();
    let number = text.trim_matches(is_code).trim();
    let (before, after) = (
        &text[..text.len() - text.trim_start_matches(is_code).len()],
        &text[text.trim_end_matches(is_code).len()..],
    );
    let code = match (before, after) {
        ("", "") => None,
        ("", code) | (code, "") => Some(code),
        _ => return Err(form()),
    };
    let sign = SIGNS.iter().find_map(|(sign, currency)| {
        let rest = number
            .strip_prefix(*sign)
            .or_else(|| number.strip_suffix(*sign))?;
        Some((*sign, *currency, rest.trim()))
    });
    match (sign, code) {
        (None, Some(code)) => Ok((number, code)),
        (Some((_, currency, number)), None) => Ok((number, currency)),
        // Many dollars there are, and the code says which.
        (Some((sign, currency, number)), Some(code)) if sign == '$' || currency == code => {
            Ok((number, code))
        }
        (Some(_), Some(_)) => Err("names two currencies".to_owned()),
        (None, None) => Err(form()),
    }
}

/// Whole and decimal digits of a number with `room` decimals.
fn digits(number: &str, room: usize) -> Result<(String, &str), String> {
    let ambiguous = || "may mean two prices: ambiguous".to_owned();
    let is_mark = |c: char| !c.is_ascii_digit();
    let groups: Vec<_> = number.split(is_mark).collect();
    let marks: Vec<_> = number.chars().filter(|c| is_mark(*c)).collect();
    let known = |mark: &char| matches!(mark, '.' | ',' | ' ' | '\'' | '\u{a0}' | '\u{202f}');
    if groups.iter().any(|group| group.is_empty()) || !marks.iter().all(known) {
        return Err(form());
    }
    let Some((last, others)) = marks.split_last() else {
        return Ok((number.to_owned(), ""));
    };
    let tail = groups.last().copied().unwrap_or_default();
    let point = matches!(last, '.' | ',');
    let decimal = match others {
        // By Google's own form a point is decimal and a comma stands between thousands.
        [] if tail.len() == 3 && room == 3 => match last {
            '.' => true,
            ',' => return Err(ambiguous()),
            _ => false,
        },
        [] if tail.len() == 3 => match last {
            '.' => return Err(ambiguous()),
            _ => false,
        },
        [] => point,
        [first, ..] => point && last != first,
    };
    let (whole, fraction) = match (decimal, groups.split_last()) {
        (true, Some((fraction, whole))) => (whole, *fraction),
        (true, None) | (false, _) => (&groups[..], ""),
    };
    let (fraction, beyond) = fraction.split_at(fraction.len().min(room));
    // Three digits after a mark may be a group of thousands, zeros or not.
    if beyond.bytes().any(|digit| digit != b'0') || (!beyond.is_empty() && tail.len() == 3) {
        return Err(format!("has more than the {room} decimals of its currency"));
    }
    let between = &marks[..whole.len().saturating_sub(1)];
    let (Some((first, rest)), true) = (
        whole.split_first(),
        between.windows(2).all(|pair| pair[0] == pair[1]),
    ) else {
        return Err(form());
    };
    let grouped = rest.is_empty()
        || (first.len() <= 3 && !first.starts_with('0') && rest.iter().all(|g| g.len() == 3));
    if !grouped {
        return Err(form());
    }
    Ok((whole.concat(), fraction))
}

/// Whether an amount of a currency could be read from a feed.
pub fn is_price(money: &Money) -> bool {
    let digits = money.amount.checked_ilog10().unwrap_or(u32::MAX);
    (digits as usize) < MOST_DIGITS && minor_digits(&money.currency).is_some()
}

/// A price above zero.
///
/// # Errors
/// Why it is no price, for the one who keeps the feed.
pub fn parse(text: &str) -> Result<Money, String> {
    let (number, currency) = parts(text.trim())?;
    let room = minor_digits(currency)
        .ok_or_else(|| format!("{currency:.10} is not an ISO 4217 currency in use"))?;
    let (whole, fraction) = digits(number, room)?;
    if whole.len() + room > MOST_DIGITS {
        return Err(form());
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

    fn money(text: &str) -> Option<(i64, String)> {
        let read = parse(text).ok();
        read.map(|money| (money.amount, money.currency))
    }

    #[test]
    fn a_price_is_read_in_the_minor_units_of_its_currency() {
        for (text, amount, currency) in [
            ("24.99 USD", 2499, "USD"),
            ("24.9 USD", 2490, "USD"),
            ("24 USD", 2400, "USD"),
            ("24.99USD", 2499, "USD"),
            ("USD 24.99", 2499, "USD"),
            (" 1,299.00  EUR ", 129_900, "EUR"),
            ("1.299,00 EUR", 129_900, "EUR"),
            ("1 299,00 EUR", 129_900, "EUR"),
            ("1\u{202f}299,00 EUR", 129_900, "EUR"),
            ("1'299.00 CHF", 129_900, "CHF"),
            ("24,99 EUR", 2499, "EUR"),
            ("€24,99", 2499, "EUR"),
            ("24,99 €", 2499, "EUR"),
            ("$2,030", 203_000, "USD"),
            ("$24.99 CAD", 2499, "CAD"),
            ("2,030 USD", 203_000, "USD"),
            ("1,234,567.89 GBP", 123_456_789, "GBP"),
            ("1.234.567 EUR", 123_456_700, "EUR"),
            ("1500 JPY", 1500, "JPY"),
            ("1,500 JPY", 1500, "JPY"),
            ("1.299 KWD", 1299, "KWD"),
            ("24.99\u{a0}USD", 2499, "USD"),
            ("0.01 USD", 1, "USD"),
            ("24.9900 USD", 2499, "USD"),
            ("24,990000 EUR", 2499, "EUR"),
            ("1,299.0000 USD", 129_900, "USD"),
            ("1500.00 JPY", 1500, "JPY"),
            ("1500,0 JPY", 1500, "JPY"),
            ("1.2990 KWD", 1299, "KWD"),
        ] {
            assert_eq!(money(text), Some((amount, currency.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_prices_or_none_is_refused() {
        for text in [
            "",
            "USD",
            "$",
            "24.99",
            "1.299 EUR",
            "1.299 USD",
            "1.500 JPY",
            "1,299 KWD",
            "¥500",
            "1500.01 JPY",
            "24.9950 USD",
            "24.990 USD",
            "1500.000 JPY",
            "1234,567 USD",
            "0,500 USD",
            ",123 USD",
            "1.2.3 USD",
            "1,2,3 USD",
            "1,299.0001 USD",
            "1.299,000 EUR",
            "1,299,00.00 USD",
            "1.299.00,00,0 EUR",
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
            "9999999999999999.00 USD",
            "€24.99 USD",
            "EUR 24.99 USD",
            "$$5",
            "1..5 USD",
            "24.99 USD EUR",
        ] {
            assert_eq!(money(text), None, "{text}");
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
            prop_assert_eq!(money(&text), Some((minor, "USD".to_owned())));
            let text = format!("{},{:02} EUR", minor / 100, minor % 100);
            prop_assert_eq!(money(&text), Some((minor, "EUR".to_owned())));
        }
    }
}
