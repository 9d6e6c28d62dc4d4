//! The columns of a tab-separated file, and what a record says under them.

use std::borrow::Cow;

use domain::ids::ProductId;
use memchr::{memchr, memchr_iter};

use super::closing;
use crate::feed::{
    entry::Reading,
    fields::{Field, Values},
};

fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = field.strip_prefix(b"\"") else {
        return Cow::Borrowed(field);
    };
    if let Some(whole) = inner.strip_suffix(b"\"")
        && memchr(b'"', whole).is_none()
    {
        return Cow::Borrowed(whole);
    }
    let (mut value, mut i) = (Vec::with_capacity(inner.len()), 0);
    while i < inner.len() {
        if inner[i] == b'"' {
            if inner.get(i + 1) != Some(&b'"') {
                // What follows the closing quote belongs to the value, as spreadsheets read it.
                value.extend_from_slice(&inner[i + 1..]);
                break;
            }
            i += 1;
        }
        value.push(inner[i]);
        i += 1;
    }
    Cow::Owned(value)
}

/// The fields of a record, unquoted.
pub(super) fn fields(record: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut rest = Some(record);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = match bytes.first() {
            // Up to the tab after the closing quote.
            Some(b'"') => {
                let mut from = 1;
                while let Some(closing) = memchr(b'"', &bytes[from..]) {
                    from += closing + 1;
                    if bytes.get(from) != Some(&b'"') {
                        break;
                    }
                    from += 1;
                }
                memchr(b'\t', &bytes[from..]).map(|tab| from + tab)
            }
            _ => memchr(b'\t', bytes),
        };
        let (field, after) = match end {
            Some(end) => (&bytes[..end], Some(&bytes[end + 1..])),
            None => (bytes, None),
        };
        rest = after;
        Some(unquoted(field))
    })
}

/// Which column is which field; of two columns of one name the first is.
#[derive(Debug)]
pub(in crate::feed) struct Columns(Vec<Option<Field>>);

impl Columns {
    /// Reads the header, or says which fields it lacks.
    pub(in crate::feed) fn of(header: &[u8]) -> Result<Self, Vec<Field>> {
        let mut columns = Vec::new();
        for name in fields(header) {
            let field = Field::named(&String::from_utf8_lossy(&name));
            let new = field
                .filter(|field| *field == Field::MoreImages || !columns.contains(&Some(*field)));
            columns.push(new);
        }
        let lacks = |field: &Field| !columns.contains(&Some(*field));
        let missing: Vec<_> = Field::REQUIRED.into_iter().filter(lacks).collect();
        if missing.is_empty() {
            Ok(Self(columns))
        } else {
            Err(missing)
        }
    }

    /// How many there are.
    pub(in crate::feed) fn count(&self) -> usize {
        self.0.len()
    }

    /// What a record says.
    pub(in crate::feed) fn read(&self, line: u64, record: &[u8]) -> Reading {
        let mut values = Values::default();
        let (mut count, mut surplus) = (0, false);
        for value in fields(record) {
            match self.0.get(count) {
                Some(Some(field)) => values.add(*field, value),
                Some(None) => {}
                None => surplus |= !value.is_empty(),
            }
            count += 1;
        }
        let columns = self.count();
        let returns = memchr_iter(b'\r', record).count();
        let (reason, more) = if returns > 0 && has_bare_return(record) {
            let reason = "holds a carriage return that no line feed follows";
            (reason.to_owned(), returns)
        } else if surplus {
            let reason = format!("has {count} values under {columns} columns");
            (reason, count.div_ceil(columns) - 1)
        } else {
            return Reading::of(line, &values);
        };
        Reading::bad(line, reason, values.id(), more)
    }

    /// The id in the front of a record, up to the value that is not whole.
    pub(in crate::feed) fn id(&self, front: &[u8]) -> Option<ProductId> {
        let column = self.0.iter().position(|field| *field == Some(Field::Id))?;
        let mut after = fields(front).skip(column);
        let id = after.next()?;
        after.next()?;
        ProductId::parse(std::str::from_utf8(&id).ok()?.trim())
    }
}

/// Whether a value that is not quoted holds a carriage return.
fn has_bare_return(record: &[u8]) -> bool {
    let mut start = 0;
    loop {
        let quoted = record.get(start) == Some(&b'"');
        let from = if quoted { closing(record, start) } else { None };
        let from = from.unwrap_or(start);
        let tab = memchr(b'\t', &record[from..]).map(|tab| from + tab);
        if memchr(b'\r', &record[from..tab.unwrap_or(record.len())]).is_some() {
            return true;
        }
        let Some(tab) = tab else { return false };
        start = tab + 1;
    }
}
