//! Reads reviews from JSON lines: `{"review_id", "customer", "product_id", "rating", "title",
//! "body", "written_at", "verified_purchase"}`, of which title, body and the last may be left out. The customer is told
//! by their `sub`, and goes no further than here.

use domain::{
    catalogue::{report::BadLine, review::Review},
    ids::{ProductId, ReviewId},
    time,
};
use memchr::memchr;
use serde_json::{Map, Value};
use shared::seal::People;

use crate::feed::{Broken, Buffer, Cut, Entry, Hidden, MAX_RECORD, Spot};

/// Bytes in by [`push`](Self::push), checked reviews out by iterating.
#[derive(Debug)]
pub struct Reviews {
    buffer: Buffer,
    people: People,
}

impl Reviews {
    /// A file's, written by these people.
    pub fn by(people: People) -> Self {
        Self {
            buffer: Buffer::default(),
            people,
        }
    }

    /// Takes in the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// Says that the file ends here.
    pub fn end(&mut self) {
        self.buffer.end();
    }

    /// Whether the end was said.
    pub fn has_ended(&self) -> bool {
        self.buffer.has_ended()
    }

    /// Goes on from `place`, where a review ends that was read before.
    pub fn seek(&mut self, place: Spot) {
        self.buffer.seek(place);
    }

    /// Whether reading may be given up here and gone on with later.
    pub fn can_pause(&self) -> bool {
        !self.buffer.is_skipping()
    }

    fn cut(&mut self) -> Option<Cut> {
        loop {
            self.buffer.finish_skipping();
            let waiting = self.buffer.waiting();
            let (content, taken) = match memchr(b'\n', waiting) {
                Some(newline) => (newline, newline + 1),
                None if waiting.len() > MAX_RECORD => {
                    return Some(self.buffer.skip_line(Broken::TooLong));
                }
                None if self.buffer.has_ended() && !waiting.is_empty() => {
                    (waiting.len(), waiting.len())
                }
                None => return None,
            };
            if content > MAX_RECORD {
                return Some(self.buffer.skip_line(Broken::TooLong));
            }
            let blank = waiting[..content].iter().all(u8::is_ascii_whitespace);
            let cut = self.buffer.take(content, taken);
            if !blank {
                return Some(cut);
            }
        }
    }
}

impl Iterator for Reviews {
    type Item = Entry<Review>;

    /// `None`: push more, or it was the end. A bad line gives all its bad fields at once.
    fn next(&mut self) -> Option<Self::Item> {
        let record = self.cut()?;
        let found = match &record.content {
            Err(broken) => Err(vec![BadLine::whole(record.line, broken.reason())]),
            Ok(range) => review(record.line, self.buffer.bytes(range.clone()), &self.people),
        };
        Some(Entry {
            line: record.line,
            after: record.after,
            id: None,
            found,
            warnings: Vec::new(),
            hidden: Hidden::default(),
        })
    }
}

fn review(line: u64, bytes: &[u8], people: &People) -> Result<Review, Vec<BadLine>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let whole = |reason: &str| vec![BadLine::whole(line, reason)];
    let text = std::str::from_utf8(bytes).map_err(|_bytes| whole("is not UTF-8"))?;
    let read = serde_json::from_str(text).map_err(|_json| whole("is not JSON"))?;
    let Value::Object(fields) = read else {
        return Err(whole("is not a JSON object"));
    };
    let mut check = Check {
        line,
        fields,
        problems: Vec::new(),
    };
    let id = check.parsed("review_id", "is not 1 to 128 characters without #", |id| {
        ReviewId::parse(id.as_str()?)
    });
    let customer = check.parsed("customer", "is not 1 to 255 characters", |sub| {
        people.id(sub.as_str()?)
    });
    let product = check.parsed("product_id", "is no product's id", |id| {
        ProductId::parse(id.as_str()?)
    });
    let rating = check.parsed("rating", "is not a whole number from 1 to 5", |stars| {
        let known = (1..=5).find(|known| stars.as_f64() == Some(f64::from(*known)));
        known.filter(|_| stars.is_number())
    });
    let written_at = check.parsed("written_at", "is not an RFC 3339 time", |time| {
        time::sent(time.as_str()?)
    });
    let title = check.text("title", 300, "is not text of up to 300 characters");
    let body = check.text("body", 20_000, "is not text of up to 20,000 characters");
    let verified_purchase = check.flag("verified_purchase");
    match (id, customer, product, rating, written_at) {
        (Some(id), Some(customer), Some(product), Some(rating), Some(written_at))
            if check.problems.is_empty() =>
        {
            Ok(Review {
                id,
                customer,
                product,
                rating,
                title,
                body,
                written_at,
                verified_purchase,
                category: None,
                shared_as: None,
            })
        }
        _ => Err(check.problems),
    }
}

struct Check {
    line: u64,
    fields: Map<String, Value>,
    problems: Vec<BadLine>,
}

impl Check {
    fn bad(&mut self, field: &'static str, reason: &str) {
        self.problems.push(BadLine {
            line: self.line,
            field: field.into(),
            reason: reason.to_owned(),
        });
    }

    fn parsed<T>(
        &mut self,
        field: &'static str,
        reason: &str,
        parse: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let parsed = match self.fields.get(field) {
            None => Err("is missing"),
            Some(value) => parse(value).ok_or(reason),
        };
        parsed.map_err(|reason| self.bad(field, reason)).ok()
    }

    /// A text that may be left out.
    fn text(&mut self, field: &'static str, longest: usize, reason: &str) -> String {
        let sent = self.fields.remove(field);
        match sent {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if text.contains('\0') => {
                self.bad(field, "holds a NUL");
                String::new()
            }
            Some(Value::String(text)) if text.chars().count() <= longest => text,
            Some(_) => {
                self.bad(field, reason);
                String::new()
            }
        }
    }

    /// What may be left open.
    fn flag(&mut self, field: &'static str) -> Option<bool> {
        let said = self.fields.get(field).filter(|said| !said.is_null())?;
        let flag = said.as_bool();
        if flag.is_none() {
            self.bad(field, "is neither true nor false");
        }
        flag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"review_id":"r1","customer":"ana","product_id":"mug","rating":5,"title":"Тепло","body":"暖","written_at":"2026-01-02T03:04:05Z"}"#;

    fn read(file: &str) -> Vec<Entry<Review>> {
        let mut reviews = Reviews::by(People::new("https://issuer.test", "key"));
        reviews.push(file.as_bytes());
        reviews.end();
        reviews.collect()
    }

    #[test]
    fn a_rating_is_a_whole_number_however_it_is_written() {
        for (rating, good) in [
            ("5.0", true),
            ("5e0", true),
            ("1", true),
            ("4.5", false),
            ("0", false),
            ("6.0", false),
            ("-1", false),
            ("\"5\"", false),
            ("true", false),
            ("null", false),
        ] {
            let line = GOOD.replace("\"rating\":5", &format!("\"rating\":{rating}"));
            let found = read(&line).remove(0).found;
            assert_eq!(found.is_ok(), good, "{rating}");
            let named = found.err().map(|bad| bad[0].field.clone());
            assert_eq!(named.as_deref(), (!good).then_some("rating"), "{rating}");
        }
    }

    #[test]
    fn a_nul_in_title_or_body_makes_a_line_bad() {
        for (field, text) in [("title", "Тепло"), ("body", "暖")] {
            let line = GOOD.replace(text, "a\\u0000b");
            let bad = read(&line).remove(0).found.unwrap_err();
            assert_eq!(bad[0].field, field);
        }
    }

    #[test]
    fn a_line_may_say_that_the_purchase_is_verified() {
        for (said, verified) in [
            ("", Some(None)),
            (",\"verified_purchase\":true", Some(Some(true))),
            (",\"verified_purchase\":false", Some(Some(false))),
            (",\"verified_purchase\":null", Some(None)),
            (",\"verified_purchase\":\"yes\"", None),
        ] {
            let line = GOOD.replace("\"rating\":5", &format!("\"rating\":5{said}"));
            let found = read(&line).remove(0).found.ok();
            assert_eq!(
                found.map(|review| review.verified_purchase),
                verified,
                "{said}"
            );
        }
    }

    #[test]
    fn a_line_is_a_review_and_a_bad_one_names_all_its_fields() {
        let bad = r#"{"review_id":"a#b","customer":7,"rating":6,"written_at":"soon","title":[]}"#;
        let found = read(&format!("\u{feff}{GOOD}\r\n\n{bad}\nnot json\n{GOOD}"));
        let lines: Vec<_> = found.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [1, 3, 4, 5]);
        let good = found[0].found.as_ref().unwrap();
        assert_eq!((good.rating, good.title.as_str()), (5, "Тепло"));
        let named = found[1].found.as_ref().unwrap_err().iter();
        let named: Vec<_> = named.map(|bad| bad.field.as_ref()).collect();
        let all = [
            "review_id",
            "customer",
            "product_id",
            "rating",
            "written_at",
            "title",
        ];
        assert_eq!(named, all);
        assert!(found[2].found.is_err() && found[3].found.is_ok());
    }
}
