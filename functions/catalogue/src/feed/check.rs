//! Checks the values of a record: a product, or all that is wrong with it.

use std::borrow::Cow;

use domain::{
    catalogue::{
        product::{Money, Sale},
        report::BadLine,
    },
    ids::ProductId,
};
use memchr::memchr3;

use super::{
    MerchantProduct,
    fields::{Field, Values},
    price,
    value::{availability_of, category, sale_dates, tidy_path, trade_number, web_address},
};

/// Characters of a title that are kept.
const TITLE: usize = 150;
/// Characters of a description that are kept.
const DESCRIPTION: usize = 64 * 1024;
/// A product has at most so many additional pictures.
const MORE_IMAGES: usize = 10;

/// A record being checked: what is wrong with it so far.
pub(super) struct Check<'v, 'r> {
    line: u64,
    values: &'v Values<'r>,
    /// What makes it bad.
    problems: Vec<BadLine>,
    /// What costs a value alone.
    warnings: Vec<BadLine>,
}

impl<'v, 'r> Check<'v, 'r> {
    pub(super) fn new(line: u64, values: &'v Values<'r>) -> Self {
        Self {
            line,
            values,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn found(&self, field: Field, reason: impl Into<String>) -> BadLine {
        BadLine {
            line: self.line,
            field: field.name().into(),
            reason: reason.into(),
        }
    }

    /// A fault: of a field that a product can do without, it costs the field alone.
    fn fault(&mut self, field: Field, reason: impl Into<String>) {
        let fault = self.found(field, reason);
        if Field::REQUIRED.contains(&field) {
            self.problems.push(fault);
        } else {
            self.warnings.push(fault);
        }
    }

    /// A value as text, trimmed; `None` where there is none. A control character makes a record
    /// bad in whatever field it stands; titles and descriptions may go over lines.
    fn text(&mut self, field: Field, bytes: &'v [u8]) -> Option<&'v str> {
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            self.fault(field, "is not UTF-8");
            return None;
        };
        let text = text.trim();
        let lines = matches!(field, Field::Title | Field::Description);
        if may_hold_control(text)
            && text.contains(|c: char| c.is_control() && !(lines && LINES.contains(&c)))
        {
            let fault = self.found(field, "holds a control character");
            self.problems.push(fault);
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    fn whole(&mut self, field: Field) -> Option<&'v str> {
        let bytes = self.values.get(field)?;
        self.text(field, bytes)
    }

    /// The first characters of a text.
    fn beginning(&mut self, field: Field, text: &'v str, longest: usize) -> &'v str {
        let long = text.len() > longest;
        match long.then(|| text.char_indices().nth(longest)).flatten() {
            Some((end, _)) => {
                let reason = format!("is cut to {longest} characters");
                let fault = self.found(field, reason);
                self.warnings.push(fault);
                text[..end].trim_end()
            }
            None => text,
        }
    }

    fn optional(&mut self, field: Field, longest: usize) -> Option<&'v str> {
        let text = self.whole(field)?;
        if text.len() > longest && text.chars().count() > longest {
            self.fault(field, format!("is longer than {longest} characters"));
            return None;
        }
        Some(text)
    }

    fn required<T>(
        &mut self,
        field: Field,
        value: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.problems.len();
        let value = value(self);
        if value.is_none() && self.problems.len() == before {
            self.fault(field, "is missing");
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
                self.fault(field, reason);
                None
            }
        }
    }

    fn title(&mut self) -> Option<String> {
        let title = self.required(Field::Title, |check| check.whole(Field::Title))?;
        let title = self.beginning(Field::Title, title, TITLE);
        Some(on_one_line(title).into_owned())
    }

    fn description(&mut self) -> Option<String> {
        let text = self.whole(Field::Description)?;
        let text = self.beginning(Field::Description, text, DESCRIPTION);
        Some(text.to_owned())
    }

    /// A sale; one whose dates cannot be read is none, lest it lasts for ever.
    fn sale(&mut self, regular: Option<&Money>) -> Option<Sale> {
        let warned = self.warnings.len();
        let dates = self.optional(Field::SaleDates, 100);
        let dates = self.parsed(Field::SaleDates, dates, sale_dates);
        let dated = self.warnings.len() == warned;
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
        dated.then_some(Sale { price, from, until })
    }

    fn more_images(&mut self) -> Vec<String> {
        let values = self.values;
        let mut images = Vec::new();
        for bytes in values.more_images().take(MORE_IMAGES) {
            let text = self.text(Field::MoreImages, bytes);
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

    /// The product, or all that is wrong with it; and what cost a value alone.
    pub(super) fn product(mut self) -> (Result<MerchantProduct, Vec<BadLine>>, Vec<BadLine>) {
        let id = self.required(Field::Id, |check| check.optional(Field::Id, 50));
        let id = self.parsed(Field::Id, id, |text| {
            ProductId::parse(text).ok_or_else(|| "holds a space or a control character".to_owned())
        });
        let title = self.title();
        let description = self.description();
        let link = self.required(Field::Link, |check| check.optional(Field::Link, ADDRESS));
        let link = self.parsed(Field::Link, link, web_address);
        let image_link = self.optional(Field::ImageLink, ADDRESS);
        let image_link = self.parsed(Field::ImageLink, image_link, web_address);
        let more_images = self.more_images();
        let availability = self.required(Field::Availability, |check| {
            check.optional(Field::Availability, 40)
        });
        let availability = self.parsed(Field::Availability, availability, availability_of);
        let price = self.required(Field::Price, |check| check.optional(Field::Price, 40));
        let price = self.parsed(Field::Price, price, price::parse);
        let sale = self.sale(price.as_ref());
        let brand = self.optional(Field::Brand, 70).map(str::to_owned);
        let gtin = self.optional(Field::Gtin, 50);
        let gtin = self.parsed(Field::Gtin, gtin, trade_number);
        let category = self.category();
        let item_group_id = self.optional(Field::Group, 50).map(str::to_owned);
        let found = match (id, title, link, availability, price) {
            (Some(id), Some(title), Some(link), Some(availability), Some(price))
                if self.problems.is_empty() =>
            {
                Ok(MerchantProduct {
                    id,
                    title,
                    description,
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
        };
        (found, self.warnings)
    }
}

/// Characters that may stand between the lines and cells of a text.
const LINES: [char; 3] = ['\t', '\n', '\r'];
/// Characters of an address at most.
const ADDRESS: usize = 2_000;

/// Whether there may be a control character, told by bytes alone: those of C1 begin with C2.
fn may_hold_control(text: &str) -> bool {
    let suspect = |byte: &u8| (*byte < 0x20) | (*byte == 0x7F) | (*byte == 0xC2);
    text.as_bytes().chunks(64).any(|bytes| {
        bytes
            .iter()
            .fold(false, |found, byte| found | suspect(byte))
    })
}

/// The text with one space for each run of line ends and tabs, and of the spaces around them.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if memchr3(b'\t', b'\n', b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let parts = text.split(LINES).map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    Cow::Owned(parts.join(" "))
}
