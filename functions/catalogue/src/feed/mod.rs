//! Reads a Google Merchant product feed, record by record: products, and what is wrong.
//!
//! Pure: bytes in, checked records out. The form shows in the first byte: a file that begins with
//! `<` is XML (RSS 2.0 or Atom), any other is tab-separated.

mod buffer;
mod check;
mod entry;
mod fields;
mod price;
mod tsv;
mod value;
mod xml;

use domain::{
    catalogue::{
        product::{Availability, Money, Product, Sale},
        report::BadLine,
    },
    ids::ProductId,
};
use jiff::Timestamp;

pub(crate) use buffer::{Broken, Buffer, Cut};
pub use buffer::{MAX_RECORD, Spot};
pub use entry::{Entry, Hidden};
pub use price::{is_price, parse as parse_price};

use entry::Reading;
use tsv::{Columns, Next};
use xml::Scanner;

/// A record of a feed, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantProduct {
    /// `id`.
    pub id: ProductId,
    /// `title`, the first 150 characters of it.
    pub title: String,
    /// `description`, the first 65,536 characters of it.
    pub description: Option<String>,
    /// `link`, an absolute http or https URL.
    pub link: String,
    /// `image_link`, likewise.
    pub image_link: Option<String>,
    /// `additional_image_link`, likewise, the first ten.
    pub more_images: Vec<String>,
    /// `availability`: an order can be placed for what is in stock, on preorder or backordered.
    pub availability: Availability,
    /// `price`.
    pub price: Money,
    /// `sale_price`, with `sale_price_effective_date`.
    pub sale: Option<Sale>,
    /// `brand`.
    pub brand: Option<String>,
    /// `gtin`, digits alone.
    pub gtin: Option<String>,
    /// `google_product_category` as a path; else `product_type`; else the number given.
    pub category: Option<String>,
    /// `item_group_id`, which variants share.
    pub item_group_id: Option<String>,
}

impl MerchantProduct {
    /// The product as the store confirmed it at that time, with nothing that others add to it.
    pub fn confirmed(self, confirmed_at: Timestamp) -> Product {
        Product {
            id: self.id,
            title: self.title,
            brand: self.brand,
            price: Some(self.price),
            sale: self.sale,
            availability: self.availability,
            url: self.link,
            image_url: self.image_link,
            category: self.category,
            stars: 0,
            review_count: 0,
            saves: 0,
            heat: 0,
            generation: 0,
            confirmed_at,
        }
    }
}

/// The form of a feed, once it shows.
#[derive(Debug)]
enum Form {
    /// Nothing but white space so far.
    Unknown,
    /// Tab-separated, its header still to come.
    Headless,
    Tsv(Columns),
    Xml(Scanner),
    /// It cannot be read: nothing follows what was said of it.
    Unreadable,
}

/// Bytes in by [`push`](Self::push), checked records out by iterating. Memory is bounded by the
/// bytes pushed at once and [`MAX_RECORD`].
#[derive(Debug)]
pub struct Feed {
    buffer: Buffer,
    form: Form,
    cut_off: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            buffer: Buffer::default(),
            form: Form::Unknown,
            cut_off: false,
        }
    }
}

impl Feed {
    /// Takes in the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        if !matches!(self.form, Form::Unreadable) {
            self.buffer.push(bytes);
        }
    }

    /// Says that the file ends here.
    pub fn end(&mut self) {
        self.buffer.end();
    }

    /// Whether the end was said.
    pub fn has_ended(&self) -> bool {
        self.buffer.has_ended()
    }

    /// Whether the file's form is known and, where it needs one, its header read: only then can
    /// reading go on elsewhere in it.
    pub fn has_header(&self) -> bool {
        matches!(self.form, Form::Tsv(_) | Form::Xml(_))
    }

    /// Whether the file cannot be read, which was said.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.form, Form::Unreadable)
    }

    /// Whether reading may be given up here and gone on with later: not within a record that is
    /// being skipped.
    pub fn can_pause(&self) -> bool {
        let within = matches!(&self.form, Form::Xml(scanner) if scanner.is_skipping());
        !within && !self.buffer.is_skipping()
    }

    /// Whether the file seems to end before its end: within a record, or before the end tag of its
    /// root.
    pub fn is_cut_off(&self) -> bool {
        let open = matches!(&self.form, Form::Xml(scanner) if !scanner.is_closed());
        self.buffer.has_ended() && (self.cut_off || open)
    }

    /// Reads form and header alone; what is wrong with them, if anything.
    pub fn read_header(&mut self) -> Option<Entry<MerchantProduct>> {
        if matches!(self.form, Form::Unknown) {
            self.form = self.recognise()?;
            if matches!(self.buffer.waiting(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
                let bad = BadLine::whole(1, "is in UTF-16, not in UTF-8");
                return Some(self.unreadable(1, vec![bad]));
            }
        }
        if !matches!(self.form, Form::Headless) {
            return None;
        }
        tsv::skip_blank_lines(&mut self.buffer);
        if tsv::has_returns_alone(self.buffer.waiting()) {
            let reason = "ends with a carriage return alone: lines end with line feeds";
            return Some(self.unreadable(1, vec![BadLine::whole(1, reason)]));
        }
        let header = tsv::next_line(&mut self.buffer)?;
        let columns = match &header.content {
            Ok(range) => Columns::of(self.buffer.bytes(range.clone())).map_err(|missing| {
                let bad = |field: fields::Field| BadLine {
                    line: header.line,
                    field: field.name().into(),
                    reason: "no column has this name".to_owned(),
                };
                missing.into_iter().map(bad).collect()
            }),
            Err(broken) => Err(vec![BadLine::whole(header.line, broken.reason())]),
        };
        match columns {
            Ok(columns) => {
                self.form = Form::Tsv(columns);
                None
            }
            Err(problems) => Some(self.unreadable(header.line, problems)),
        }
    }

    /// Goes on from `place`, where a record ends that was read before.
    pub fn seek(&mut self, place: Spot) {
        if let Form::Xml(scanner) = &mut self.form {
            // What was pushed before tells which namespaces are declared around the items.
            drop(scanner.advance(&mut self.buffer));
            scanner.enter();
        }
        self.buffer.seek(place);
    }

    fn unreadable(&mut self, line: u64, problems: Vec<BadLine>) -> Entry<MerchantProduct> {
        self.form = Form::Unreadable;
        Entry {
            line,
            after: self.buffer.place(),
            id: None,
            found: Err(problems),
            warnings: Vec::new(),
            hidden: Hidden::default(),
        }
    }

    /// The form, once the first bytes tell; byte order marks are taken.
    fn recognise(&mut self) -> Option<Form> {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        while self.buffer.waiting().starts_with(MARK) {
            self.buffer.skip(MARK.len());
        }
        let waiting = self.buffer.waiting();
        let ended = self.buffer.has_ended();
        if MARK.starts_with(waiting) && !ended {
            return None;
        }
        let first = waiting.iter().position(|byte| !byte.is_ascii_whitespace());
        match first.map(|first| waiting[first]) {
            Some(b'<') => Some(Form::Xml(Scanner::default())),
            Some(_) => Some(Form::Headless),
            None if ended || waiting.len() > MAX_RECORD => Some(Form::Headless),
            None => None,
        }
    }

    /// The next record of a tab-separated file, under its columns.
    fn next_line(&mut self) -> Option<Entry<MerchantProduct>> {
        let Form::Tsv(columns) = &self.form else {
            return None;
        };
        let broken = |cut: &Cut, broken: Broken, buffer: &Buffer| {
            let id = columns.id(buffer.bytes(cut.taken.clone()));
            Reading::bad(cut.line, broken.reason(), id, 0)
        };
        let (cut, reading) = match tsv::next(&mut self.buffer, columns.count())? {
            Next::Line(cut) => {
                let reading = match &cut.content {
                    Ok(range) => columns.read(cut.line, self.buffer.bytes(range.clone())),
                    Err(why) => broken(&cut, *why, &self.buffer),
                };
                (cut, reading)
            }
            Next::Lines { first, all } => {
                let line = self.buffer.place().line;
                let whole = all.map(|all| {
                    let bytes = &self.buffer.waiting()[..all.content];
                    (all, columns.read(line, bytes))
                });
                match whole.filter(|(_, reading)| reading.found.is_ok()) {
                    Some((all, reading)) => (tsv::take(&mut self.buffer, all), reading),
                    None => {
                        let cut = tsv::take(&mut self.buffer, first);
                        let reading = broken(&cut, Broken::UnclosedQuote, &self.buffer);
                        (cut, reading)
                    }
                }
            }
        };
        self.cut_off |= cut.open && reading.found.is_err();
        Some(reading.entry(cut, &self.buffer))
    }

    /// The next item of an XML file.
    fn next_item(&mut self) -> Option<Entry<MerchantProduct>> {
        let Form::Xml(scanner) = &mut self.form else {
            return None;
        };
        match scanner.next(&mut self.buffer)? {
            Ok((cut, reading)) => {
                self.cut_off |= cut.open;
                Some(reading.entry(cut, &self.buffer))
            }
            Err(reason) => {
                let line = self.buffer.place().line;
                Some(self.unreadable(line, vec![BadLine::whole(line, reason)]))
            }
        }
    }
}

impl Iterator for Feed {
    type Item = Entry<MerchantProduct>;

    /// `None`: push more, or it was the end. A bad record gives all its bad fields at once. A
    /// header that lacks a column is one bad record, and nothing follows it.
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(problem) = self.read_header() {
            return Some(problem);
        }
        match &self.form {
            Form::Unknown | Form::Headless | Form::Unreadable => None,
            Form::Tsv(_) => self.next_line(),
            Form::Xml(_) => self.next_item(),
        }
    }
}

#[cfg(test)]
mod tests;
