//! Reads single values of a record; what is wrong with one is said for whoever keeps the feed.

use domain::catalogue::{categories, product::Availability};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// An address, its scheme in lower case.
pub(super) fn web_address(text: &str) -> Result<String, String> {
    let none = || Err("is not an absolute http or https address".to_owned());
    let mut known = ["https://", "http://"].into_iter();
    let Some((scheme, rest)) = known.find_map(|known| {
        let (scheme, rest) = text.split_at_checked(known.len())?;
        scheme.eq_ignore_ascii_case(known).then_some((known, rest))
    }) else {
        return none();
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\".contains(&byte);
    let clean = |c: char| match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => plain(byte),
        Ok(_) | Err(_) => !c.is_whitespace() && !c.is_control(),
    };
    if host.is_empty() || host.contains('@') || !rest.chars().all(clean) {
        return none();
    }
    Ok([scheme, rest].concat())
}

/// As Google spells it, or a shop's plugins, or schema.org with its address or without.
pub(super) fn availability_of(text: &str) -> Result<Availability, String> {
    let letters = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    let name: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let address = ["https://", "http://"].iter();
    let address = address
        .filter_map(|scheme| name.strip_prefix(scheme))
        .next();
    let address = address.map(|address| address.strip_prefix("www.").unwrap_or(address));
    let term = address.and_then(|address| address.strip_prefix("schema.org/"));
    let term = term.or_else(|| name.strip_prefix("schema:"));
    match term.unwrap_or(&name) {
        "instock"
        | "preorder"
        | "backorder"
        | "onbackorder"
        | "availablefororder"
        | "limitedavailability"
        | "instoreonly"
        | "onlineonly"
        | "presale"
        | "madetoorder" => Ok(Availability::InStock),
        "outofstock" | "soldout" | "discontinued" | "reserved" => Ok(Availability::SoldOut),
        _ => Err("is none of in_stock, out_of_stock, preorder, backorder".to_owned()),
    }
}

/// The digits of a GTIN-8, -12, -13 or -14 whose check digit is right (GS1 General Specifications,
/// 7.9: weights of 3 and 1 from the right, to the next multiple of ten).
pub(super) fn trade_number(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("is not 8, 12, 13 or 14 digits".to_owned());
    }
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    if sum.is_multiple_of(10) {
        Ok(digits)
    } else {
        Err("has a wrong check digit".to_owned())
    }
}

/// Begin and end of a sale: two ISO 8601 times with a slash between; one that names no zone is in
/// UTC, and so is a day, which begins at midnight.
pub(super) fn sale_dates(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let form = || "is not two times such as 2026-02-24T13:00Z/2026-02-29T15:30Z".to_owned();
    let (from, until) = text.split_once('/').ok_or_else(form)?;
    let time = |text: &str| {
        let text = text.trim();
        let zoned = text.parse::<Timestamp>();
        zoned.or_else(|_no_zone| {
            let civil: DateTime = text.parse()?;
            civil.to_zoned(TimeZone::UTC).map(|time| time.timestamp())
        })
    };
    match (time(from), time(until)) {
        (Ok(from), Ok(until)) if from < until => Ok((from, until)),
        (Ok(_), Ok(_)) => Err("ends before it begins".to_owned()),
        (Err(_), _) | (_, Err(_)) => Err(form()),
    }
}

/// A path of Google's, given so or by its number; an error is a number whose path is not known.
pub(super) fn category(text: &str) -> Result<String, String> {
    match text.parse::<u32>() {
        Ok(number) => match categories::path(number) {
            Some(path) => Ok(path.to_owned()),
            None => Err(text.to_owned()),
        },
        Err(_a_path) => Ok(tidy_path(text)),
    }
}

/// A path with one space on either side of its arrows.
pub(super) fn tidy_path(path: &str) -> String {
    let mut tidy = String::with_capacity(path.len());
    for part in path
        .split('>')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        if !tidy.is_empty() {
            tidy.push_str(" > ");
        }
        tidy.push_str(part);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_number_has_its_check_digit() {
        for good in [
            "4006381333931",
            "036000291452",
            "96385074",
            "00012345600012",
            "4006-381333931",
        ] {
            assert!(trade_number(good).is_ok(), "{good}");
        }
        for bad in [
            "4006381333932",
            "123",
            "40063813339x1",
            "",
            "400638133393１",
        ] {
            assert!(trade_number(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sale_dates_are_two_times_in_order() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let both = sale_dates("2026-02-24T13:00-0800 / 2026-02-28T15:30:00+01:00").unwrap();
        assert_eq!(both, (at("2026-02-24T21:00Z"), at("2026-02-28T14:30Z")));
        let utc = sale_dates("2026-02-24T13:00/2026-02-28").unwrap();
        assert_eq!(utc, (at("2026-02-24T13:00Z"), at("2026-02-28T00:00Z")));
        for bad in [
            "",
            "2026-02-24",
            "2026-02-28/2026-02-24",
            "soon/later",
            "2026-02-30/2026-03-01",
        ] {
            assert!(sale_dates(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_category_is_a_path_or_the_number_of_one() {
        assert_eq!(category("166").as_deref(), Ok("Apparel & Accessories"));
        assert_eq!(category("A>B >  C").as_deref(), Ok("A > B > C"));
        assert_eq!(category("999999999"), Err("999999999".to_owned()));
    }
}
