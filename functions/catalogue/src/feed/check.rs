//! Checks the values of a record: a product, or all that is wrong with it.

use domain::{
    catalogue::{
        categories,
        product::{Availability, Money, Sale},
        report::BadLine,
    },
    ids::ProductId,
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{
    MerchantProduct,
    fields::{Field, Values},
    price,
};

/// A description is shown whole up to so many bytes.
const DESCRIPTION: usize = 64 * 1024;
/// A product has at most so many additional pictures.
const MORE_IMAGES: usize = 10;

/// A record being checked: what is wrong with it so far.
pub(super) struct Check<'v, 'r> {
    line: u64,
    values: &'v Values<'r>,
    problems: Vec<BadLine>,
}

impl<'v, 'r> Check<'v, 'r> {
    pub(super) fn new(line: u64, values: &'v Values<'r>) -> Self {
        Self {
            line,
            values,
            problems: Vec::new(),
        }
    }

    fn bad(&mut self, field: Field, reason: impl Into<String>) {
        self.problems.push(BadLine {
            line: self.line,
            field: field.name().into(),
            reason: reason.into(),
        });
    }

    fn text(&mut self, field: Field, bytes: &'v [u8], longest: usize) -> Option<&'v str> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.bad(field, "is not UTF-8");
            return None;
        };
        let text = text.trim();
        if text.len() > longest && text.chars().count() > longest {
            self.bad(field, format!("is longer than {longest} characters"));
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    fn optional(&mut self, field: Field, longest: usize) -> Option<&'v str> {
        let bytes = self.values.get(field)?;
        self.text(field, bytes, longest)
    }

    fn required(&mut self, field: Field, longest: usize) -> Option<&'v str> {
        let before = self.problems.len();
        let value = self.optional(field, longest);
        if value.is_none() && self.problems.len() == before {
            self.bad(field, "is missing");
        }
        value
    }

    fn parsed<T>(
        &mut self,
        field: Field,
        value: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(reason) => {
                self.bad(field, reason);
                None
            }
        }
    }

    fn sale(&mut self, regular: Option<&Money>) -> Option<Sale> {
        let dates = self.optional(Field::SaleDates, 100);
        let dates = self.parsed(Field::SaleDates, dates, sale_dates);
        let price = self.optional(Field::SalePrice, 40);
        let price = self.parsed(Field::SalePrice, price, |text| {
            let sale = price::parse(text)?;
            match regular {
                Some(price) if price.currency != sale.currency => {
                    Err("is in another currency than price".to_owned())
                }
                Some(price) if price.amount < sale.amount => Err("is above price".to_owned()),
                Some(_) | None => Ok(sale),
            }
        })?;
        let (from, until) = dates.unzip();
        Some(Sale { price, from, until })
    }

    fn more_images(&mut self) -> Vec<String> {
        let values = self.values;
        let listed = values.get(Field::MoreImages).into_iter();
        let listed = listed.flat_map(|bytes| bytes.split(|byte| *byte == b','));
        let each = values.more_images();
        let mut images = Vec::new();
        for bytes in listed.chain(each).take(MORE_IMAGES) {
            let text = self.text(Field::MoreImages, bytes, 2_000);
            images.extend(self.parsed(Field::MoreImages, text, web_address));
        }
        images
    }

    fn category(&mut self) -> Option<String> {
        let google = self.optional(Field::Category, 750).map(category);
        let own = self.optional(Field::ProductType, 750).map(tidy_path);
        // Arrows alone are no path.
        let own = own.filter(|path| !path.is_empty());
        match google {
            Some(Ok(path)) if !path.is_empty() => Some(path),
            Some(Err(number)) => own.or(Some(number)),
            Some(Ok(_)) | None => own,
        }
    }

    /// The product, or all that is wrong with it.
    pub(super) fn product(mut self) -> Result<MerchantProduct, Vec<BadLine>> {
        let id = self.required(Field::Id, 50);
        let id = self.parsed(Field::Id, id, |text| {
            ProductId::parse(text).ok_or_else(|| "holds a space or a control character".to_owned())
        });
        let title = self.required(Field::Title, 150);
        let description = self.optional(Field::Description, DESCRIPTION);
        let link = self.required(Field::Link, 2_000);
        let link = self.parsed(Field::Link, link, web_address);
        let image_link = self.optional(Field::ImageLink, 2_000);
        let image_link = self.parsed(Field::ImageLink, image_link, web_address);
        let more_images = self.more_images();
        let availability = self.required(Field::Availability, 40);
        let availability = self.parsed(Field::Availability, availability, availability_of);
        let price = self.required(Field::Price, 40);
        let price = self.parsed(Field::Price, price, price::parse);
        let sale = self.sale(price.as_ref());
        let brand = self.optional(Field::Brand, 70).map(str::to_owned);
        let gtin = self.optional(Field::Gtin, 50);
        let gtin = self.parsed(Field::Gtin, gtin, trade_number);
        let category = self.category();
        let item_group_id = self.optional(Field::Group, 50).map(str::to_owned);
        match (id, title, link, availability, price) {
            (Some(id), Some(title), Some(link), Some(availability), Some(price))
                if self.problems.is_empty() =>
            {
                Ok(MerchantProduct {
                    id,
                    title: title.to_owned(),
                    description: description.map(str::to_owned),
                    link,
                    image_link,
                    more_images,
                    availability,
                    price,
                    sale,
                    brand,
                    gtin,
                    category,
                    item_group_id,
                })
            }
            _ => Err(self.problems),
        }
    }
}

fn web_address(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    let clean = |c: char| !(c.is_whitespace() || c.is_control() || "\"<>\\".contains(c));
    if host.is_empty() || host.contains('@') || !text.chars().all(clean) {
        return Err("is not an absolute http or https address".to_owned());
    }
    Ok(text.to_owned())
}

fn availability_of(text: &str) -> Result<Availability, String> {
    match text.to_lowercase().replace([' ', '-'], "_").as_str() {
        "in_stock" | "preorder" | "backorder" => Ok(Availability::InStock),
        "out_of_stock" => Ok(Availability::SoldOut),
        _ => Err("is none of in_stock, out_of_stock, preorder, backorder".to_owned()),
    }
}

/// The digits of a GTIN-8, -12, -13 or -14 whose check digit is right (GS1 General Specifications,
/// 7.9: weights of 3 and 1 from the right, to the next multiple of ten).
fn trade_number(text: &str) -> Result<String, String> {
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
fn sale_dates(text: &str) -> Result<(Timestamp, Timestamp), String> {
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
fn category(text: &str) -> Result<String, String> {
    match text.parse::<u32>() {
        Ok(number) => match categories::path(number) {
            Some(path) => Ok(path.to_owned()),
            None => Err(text.to_owned()),
        },
        Err(_a_path) => Ok(tidy_path(text)),
    }
}

/// A path with one space on either side of its arrows.
fn tidy_path(path: &str) -> String {
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
